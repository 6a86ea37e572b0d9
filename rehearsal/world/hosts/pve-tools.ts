/** Commands of a host with Proxmox VE and Ceph: what forms a cluster. */
import { proxmoxImageMiB } from "../../../images/disk-layout";
import { addressNumber } from "../network";
import type { HostTool } from "./host-tools";
import { option, unknownOption } from "./host-tools";
import type { LinuxHost } from "./linux-host";
import { PveCluster } from "./pve-cluster";
import { containerTools } from "./pve-containers";
import { qm } from "./pve-guests";
import { pvesh } from "./pve-sdn";
import { type Answer, failed, fine } from "./shell-io";

const notMember = "Error: Corosync config '/etc/pve/corosync.conf' does not exist - is this node part of a cluster?";

/** The cluster a command needs to change, or why it cannot. */
export function writable(host: LinuxHost): PveCluster | Answer {
    const { cluster } = host;
    if (cluster === undefined) {
        return failed(notMember, 2);
    }
    return cluster.quorate ? cluster : failed("cluster not ready - no quorum?", 255);
}

function pvecm(host: LinuxHost, args: readonly string[]): Answer {
    const [verb, subject = ""] = args;
    const { cluster } = host;
    if (verb === "status") {
        return cluster === undefined
            ? failed(notMember, 2)
            : fine(
                  `Cluster information\n-------------------\nName:             ${cluster.name}\n\nQuorum information\n------------------\nNodes:            ${cluster.up.length}\nQuorate:          ${cluster.quorate ? "Yes" : "No"}\n`,
              );
    }
    if (verb === "expected") {
        if (cluster === undefined || !/^[1-9]\d*$/.test(subject)) {
            return failed(cluster === undefined ? notMember : "400 Parameter verification failed.", 255);
        }
        cluster.expect(Number(subject));
        return fine();
    }
    const wrong = unknownOption(args, ["link0", "use_ssh"]);
    if (wrong !== undefined) {
        return wrong;
    }
    if (cluster !== undefined) {
        return failed("cluster config '/etc/pve/corosync.conf' already exists", 255);
    }
    if (host.pveName !== host.hostname) {
        return failed("ipcc_send_rec[1] failed: Connection refused", 255);
    }
    const link = option(args, "link0") ?? "";
    if (!host.spec.addresses.includes(link)) {
        return failed(
            `400 Parameter verification failed.\nlink0: address '${link}' is not configured on this node`,
            255,
        );
    }
    if (verb === "create") {
        if (!/^[a-zA-Z][a-zA-Z0-9-]{0,14}$/.test(subject)) {
            return failed(
                "400 Parameter verification failed.\nclustername: value does not match the regex pattern",
                255,
            );
        }
        host.cluster = new PveCluster(subject);
        host.around.clusters.push(host.cluster);
        host.cluster.list(host);
    } else if (verb === "add") {
        const first = host.around.at(subject);
        if (first === undefined || addressNumber(subject) === undefined) {
            return failed(`500 Can't connect to ${subject}:8006 (No route to host)`, 255);
        }
        if (host.around.refuses(first, "root", host.read("/root/.ssh/strata")) !== undefined) {
            return failed(`root@${subject}: Permission denied (publickey).`, 255);
        }
        if (first.cluster === undefined) {
            return failed(`unable to add node: command failed (${notMember})`, 255);
        }
        if (!first.cluster.quorate) {
            return failed("cluster not ready - no quorum?", 255);
        }
        // Over SSH it passes --force to `pvecm addnode`: a node that is listed already is listed anew (pvecm.pm, add).
        first.cluster.list(host);
        // Only then does it fetch the configuration and start corosync with it.
        host.half();
        host.cluster = first.cluster;
    } else {
        return failed(`ERROR: unknown command 'pvecm ${verb ?? ""}'`, 255);
    }
    host.around.changed(host.cluster);
    return fine();
}

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
        if (!input.text.startsWith("y")) {
            return failed("Aborted.", 255);
        }
        if (!host.spec.hasWayOut()) {
            return failed("apt failed during ceph installation (100)", 255);
        }
        node.ceph = true;
        host.installed.add("ceph-mon");
        return fine();
    }
    if (!node.ceph) {
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
    const { cluster, node } = host;
    if (!node.ceph) {
        return failed("bash: ceph: command not found", 127);
    }
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
    "ceph-mon": ({ node }, args) =>
        node.ceph && args[0] === "--version"
            ? fine("ceph version 19.2.3 (c92aebb279828e9c3c1f5d24613efca272649e62) squid (stable)\n")
            : failed("bash: ceph-mon: command not found", 127),
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
