/** `pveam`: the templates of containers a node may download, and those it has. */
import type { HostTool } from "./host-tools";
import { failed, fine } from "./shell-io";

/**
 * Debian's system templates in the vendor's catalogue (download.proxmox.com/images, aplinfo-pve-9.dat) in autumn 2026: for
 * arm64 it has Debian 13 only. It keeps the newest of each release, so the names move.
 */
const catalogue = [
    "debian-12-standard_12.12-1_amd64.tar.zst",
    "debian-13-standard_13.6-1_amd64.tar.zst",
    "debian-13-standard_13.6-1_arm64.tar.zst",
];

/** What a node knows before its first update: a catalogue as old as its image, here from before arm64. */
const shipped = ["debian-12-standard_12.12-1_amd64.tar.zst", "debian-13-standard_13.1-2_amd64.tar.zst"];

const columns = (section: string, name: string, architecture: string) =>
    `${section.padEnd(15)} ${name.padEnd(60)} ${architecture}\n`;

/** Updates, lists and downloads (pve-manager, PVE/CLI/pveam.pm; PVE/API2/Nodes.pm, apl_download). */
export const pveam: HostTool = (host, args) => {
    const { cluster } = host;
    const [verb, storage = "", template = ""] = args;
    const own = cluster?.templates.get(host.hostname) ?? new Set<string>();
    const known = host.catalogueUpdated ? catalogue : shipped;
    switch (verb) {
        case "update":
            // It answers 0 either way.
            if (!host.spec.hasWayOut()) {
                return { code: 0, err: "update failed - see /var/log/pveam.log for details\n" };
            }
            host.catalogueUpdated = true;
            return fine("update successful\n");
        case "available":
            return args.slice(1).join(" ") === "--section system"
                ? fine(known.map((each) => columns("system", each, /_([a-z0-9]+)\.tar/.exec(each)?.[1] ?? "")).join(""))
                : failed(`400 unable to parse option: ${args.slice(1).join(" ")}`, 255);
        case "list":
            return fine(
                `${"NAME".padEnd(60)} SIZE\n${[...own].map((each) => `${each.padEnd(60)} 120.65MB\n`).join("")}`,
            );
        case "download":
            if (!known.includes(template)) {
                return failed("400 Parameter verification failed.\ntemplate: no such template", 255);
            }
            if (!host.spec.hasWayOut() || cluster === undefined) {
                return failed(`download failed: ${template}`, 255);
            }
            cluster.templates.set(host.hostname, own.add(`${storage}:vztmpl/${template}`));
            return fine();
        default:
            return failed(`ERROR: unknown command 'pveam ${verb ?? ""}'`, 255);
    }
};
