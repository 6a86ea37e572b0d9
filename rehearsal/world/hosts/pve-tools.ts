/** Commands of a host with Proxmox VE: its disks, its storage, its users. */
import { proxmoxImageMiB } from "../../../images/disk-layout";
import type { HostTool } from "./host-tools";
import { option } from "./host-tools";
import { cephTools } from "./pve-ceph";
import { PveCluster } from "./pve-cluster";
import { containerTools } from "./pve-containers";
import { qm } from "./pve-guests";
import { pvecm, writable } from "./pve-membership";
import { pvesh } from "./pve-sdn";
import { failed, fine } from "./shell-io";

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
    ...cephTools,
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
