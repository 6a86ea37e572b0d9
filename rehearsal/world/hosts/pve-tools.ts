/** Commands of a host with Proxmox VE and Ceph: its disks, its storage, its users. */
import { proxmoxImageMiB } from "../../../images/disk-layout";
import type { HostTool } from "./host-tools";
import { option, unknownOption } from "./host-tools";
import { PveCluster } from "./pve-cluster";
import { containerTools } from "./pve-containers";
import { qm } from "./pve-guests";
import { pvecm, writable } from "./pve-membership";
import { pvesh } from "./pve-sdn";
import { failed, fine } from "./shell-io";

/**
 * Ceph releases Proxmox VE 9 has packages of on arm64 (pve-manager 9.2.11, PVE/Ceph/Releases.pm: squid has none there), and
 * what the daemons of each say of themselves.
 */
const cephReleases: Readonly<Record<string, string>> = {
    tentacle: "ceph version 20.2.4 (7f793731f1b39eb4f465e960113d2363c311b964) tentacle (stable - RelWithDebInfo)",
};

/** What `pveceph install` brings in that the scripts call (pve-manager, PVE/CLI/pveceph.pm). */
export const cephPrograms = ["ceph", "ceph-mon", "ceph-volume"];

const pveceph: HostTool = (host, args, input) => {
    const cluster = writable(host);
    if (!(cluster instanceof PveCluster)) {
        return cluster;
    }
    const { node } = host;
    const [verb, what, name = ""] = args;
    if (verb === "install") {
        const wrong = unknownOption(args, ["repository", "version"]);
        if (wrong !== undefined) {
            return wrong;
        }
        const release = option(args, "version") ?? "tentacle";
        if (cephReleases[release] === undefined) {
            return failed(
                `400 Parameter verification failed.\nversion: value '${release}' does not have a value in the enumeration '${Object.keys(cephReleases).join(", ")}'`,
                255,
            );
        }
        if (!input.text.startsWith("y")) {
            return failed("Aborted.", 255);
        }
        if (!host.spec.hasWayOut()) {
            return failed("apt failed during ceph installation (100)", 255);
        }
        node.ceph = release;
        for (const program of cephPrograms) {
            host.installed.add(program);
        }
        return fine();
    }
    if (node.ceph === undefined) {
        return failed("binary not installed: /usr/bin/ceph-mon", 255);
    }
    if (verb === "init") {
        cluster.cephNetwork = option(args, "network") ?? "";
        cluster.files.set("/etc/pve/ceph.conf", `[global]\npublic_network = ${cluster.cephNetwork}\n`);
        return fine();
    }
    if (cluster.cephNetwork === undefined) {
        return failed("pveceph configuration not initialized - see 'pveceph init'", 255);
    }
    if (verb === "mon" && what === "create") {
        if (node.monitor) {
            return failed(`monitor '${host.hostname}' already exists`, 255);
        }
        node.monitor = true;
        return fine();
    }
    if (!cluster.monitored || !cluster.members.some((each) => each.node.monitor)) {
        return failed("got timeout", 255);
    }
    if (verb === "mgr" && what === "create") {
        node.manager = true;
        host.folders.add(`/var/lib/ceph/mgr/ceph-${host.hostname}`);
        return fine();
    }
    if (verb === "pool" && what === "create") {
        const wrong = unknownOption(args, ["size", "min_size", "add_storages"]);
        if (wrong !== undefined || cluster.pool?.name === name) {
            return wrong ?? failed(`pool name '${name}' already exists`, 255);
        }
        cluster.pool = { name, size: Number(option(args, "size")), minSize: Number(option(args, "min_size")) };
        host.around.changed(cluster);
        return fine();
    }
    return failed(`ERROR: unknown command 'pveceph ${args.join(" ")}'`, 255);
};

const ceph: HostTool = (host, args) => {
    const { cluster } = host;
    if (cluster === undefined || !cluster.members.some((each) => each.node.monitor) || !cluster.monitored) {
        return failed("[errno 110] RADOS timed out (error connecting to the cluster)");
    }
    switch (args.join(" ")) {
        case "health":
            return fine(`${cluster.health}\n`);
        case "mon dump --format json": {
            const mons = cluster.members
                .filter((each) => each.node.monitor)
                .map(({ hostname }) => ({ name: hostname }));
            return fine(`${JSON.stringify({ mons })}\n`);
        }
        case "osd pool ls":
            return fine(cluster.pool === undefined ? "" : `${cluster.pool.name}\n`);
        case "config get osd osd_memory_target":
            return fine(`${cluster.osdMemoryBytes}\n`);
        case "auth get client.bootstrap-osd -o /var/lib/ceph/bootstrap-osd/ceph.keyring":
            host.files.set("/var/lib/ceph/bootstrap-osd/ceph.keyring", "[client.bootstrap-osd]\n");
            return fine();
        default:
            if (args.length === 5 && args.slice(0, 4).join(" ") === "config set osd osd_memory_target") {
                cluster.osdMemoryBytes = Number(args[4]);
                return fine();
            }
            return failed(`no valid command found for 'ceph ${args.join(" ")}'\nError EINVAL: invalid command`, 22);
    }
};

const cephVolume: HostTool = (host, args) => {
    const { node } = host;
    switch (args.join(" ")) {
        case "lvm list ceph/osd":
            return node.osdPrepared ? fine() : failed("No valid Ceph lvm devices found");
        case "lvm activate --all":
            node.osd = node.osdPrepared;
            return fine();
        case "lvm create --data ceph/osd":
            if (!node.volume) {
                return failed('lvm: Failed to find logical volume "ceph/osd"');
            }
            if (host.read("/var/lib/ceph/bootstrap-osd/ceph.keyring") === undefined) {
                return failed("RuntimeError: Unable to create a new OSD id");
            }
            // It prepares the volume, then activates it.
            node.osdPrepared = true;
            host.half();
            node.osd = true;
            return fine();
        default:
            return failed(`ceph-volume: error: unrecognized arguments: ${args.join(" ")}`, 2);
    }
};

const pveum: HostTool = (host, args) => {
    const cluster = writable(host);
    if (!(cluster instanceof PveCluster)) {
        return cluster;
    }
    const [area, verb, third = "", user = "", token = ""] = args;
    switch (`${area} ${verb}`) {
        case "user list":
            return fine(JSON.stringify([...cluster.users].map((userid) => ({ userid }))));
        case "user add":
            cluster.users.add(third);
            return fine();
        case "acl modify":
            return cluster.users.has(option(args, "users") ?? "")
                ? fine()
                : failed(`user '${option(args, "users") ?? ""}' does not exist`, 255);
        case "user token": {
            const id = `${user}!${token}`;
            if (!cluster.users.has(user)) {
                return failed(`no such user ('${user}')`, 255);
            }
            if (third === "remove") {
                return cluster.tokens.delete(id) ? fine() : failed(`no such token '${token}' for user '${user}'`, 255);
            }
            if (cluster.tokens.has(id)) {
                return failed("400 Parameter verification failed.\ntokenid: Token already exists.", 255);
            }
            const value = `00000000-0000-4000-8000-${String(cluster.tokens.size + 1).padStart(12, "0")}`;
            cluster.tokens.set(id, value);
            host.around.changed(cluster);
            return fine(JSON.stringify({ "full-tokenid": id, value }));
        }
        default:
            return failed(`ERROR: unknown command 'pveum ${args.join(" ")}'`, 255);
    }
};

const disk = "/dev/sda";

const sgdisk: HostTool = (host, args) => {
    if (args[0] === "--move-second-header") {
        host.node.wholeDisk = true;
        return fine();
    }
    const sizeGiB = Number(/\+(\d+)G$/.exec(option(args, "new") ?? "")?.[1] ?? Number.NaN);
    const freeGiB = host.spec.diskGiB - proxmoxImageMiB / 1024 - host.node.partitionGiB;
    if (!host.node.wholeDisk || !(sizeGiB <= freeGiB)) {
        return failed(`Could not create partition from 0 to ${sizeGiB}G`, 4);
    }
    host.node.partitionGiB += sizeGiB;
    return fine();
};

/** Tools by name. */
export const pveTools: Readonly<Record<string, HostTool>> = {
    ...containerTools,
    pvecm,
    pveceph,
    ceph,
    "ceph-mon": ({ node }) => fine(`${cephReleases[node.ceph ?? ""] ?? ""}\n`),
    "ceph-volume": cephVolume,
    pveum,
    pvesh,
    qm,
    sgdisk,
    partprobe: () => fine(),
    udevadm: () => fine(),
    findmnt: () => fine(`${disk}1\n`),
    lsblk: (host, args) =>
        fine(
            args.includes("--paths")
                ? `${disk}1 root\n${host.node.partitionGiB > 0 ? `${disk}2 ceph\n` : ""}`
                : "sda\n",
        ),
    vgs: ({ node }) => (node.group ? fine() : failed('  Volume group "ceph" not found', 5)),
    vgcreate: (host, [, device = ""]) => {
        if (host.node.partitionGiB === 0 || device !== `${disk}2`) {
            return failed(`  No device found for ${device}.`, 5);
        }
        host.node.group = true;
        return fine();
    },
    lvs: ({ node }) => (node.volume ? fine() : failed('  Failed to find logical volume "ceph/osd"', 5)),
    lvcreate: (host) => {
        if (!host.node.group) {
            return failed('  Volume group "ceph" not found', 5);
        }
        host.node.volume = true;
        return fine();
    },
    ifreload: (host) => {
        for (const [path, content] of host.files) {
            for (const line of path.startsWith("/etc/network/interfaces.d/") ? content.split("\n") : []) {
                const rule = /\|\| iptables --table nat --append (.+)$/.exec(line)?.[1];
                if (rule !== undefined && !host.nat.includes(rule)) {
                    host.nat.push(rule);
                }
            }
        }
        return fine();
    },
};
