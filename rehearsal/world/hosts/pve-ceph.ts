/** Ceph on the nodes of a Proxmox VE cluster: `pveceph`, `ceph` and `ceph-volume`. */
import type { HostTool } from "./host-tools";
import { option, unknownOption } from "./host-tools";
import type { LinuxHost } from "./linux-host";
import { PveCluster } from "./pve-cluster";
import { writable } from "./pve-membership";
import { type Answer, failed, fine } from "./shell-io";

/**
 * Ceph releases Proxmox VE 9 has packages of on arm64 (pve-manager 9.2.11, PVE/Ceph/Releases.pm: squid has none there), and
 * what the daemons of each say of themselves.
 */
const cephReleases: Readonly<Record<string, string>> = {
    tentacle: "ceph version 20.2.4 (7f793731f1b39eb4f465e960113d2363c311b964) tentacle (stable - RelWithDebInfo)",
};

/** What `pveceph install` brings in that the scripts call (pve-manager, PVE/CLI/pveceph.pm). */
export const cephPrograms = ["ceph", "ceph-mon", "ceph-volume"];

/** Makes a manager: its folder, its key, then the service (pve-manager, PVE/Ceph/Services.pm, create_mgr). */
function createManager(host: LinuxHost): Answer {
    const folder = `/var/lib/ceph/mgr/ceph-${host.hostname}`;
    if (host.isFolder(folder)) {
        return failed(`ceph manager directory '${folder}' already exists`, 255);
    }
    host.folders.add(folder);
    host.half();
    host.files.set(`${folder}/keyring`, `[mgr.${host.hostname}]\n`);
    host.half();
    host.node.manager = true;
    return fine();
}

/** Makes a monitor: its folder, its section, the service, and with the first a manager (PVE/API2/Ceph/MON.pm, createmon). */
function createMonitor(host: LinuxHost, cluster: PveCluster): Answer {
    const { hostname, node, spec } = host;
    const folder = `/var/lib/ceph/mon/ceph-${hostname}`;
    const config = cluster.files.get("/etc/pve/ceph.conf") ?? "";
    const first = !config.includes("[mon.");
    if (config.includes(`[mon.${hostname}]`)) {
        return failed(`monitor address '${spec.addresses[0] ?? ""}' already in use`, 255);
    }
    if (!first && !cluster.monitored) {
        return failed("Could not connect to ceph cluster despite configured monitors", 255);
    }
    if (host.isFolder(folder)) {
        return failed(`monitor filesystem '${folder}' already exist`, 255);
    }
    host.folders.add(folder);
    host.half();
    cluster.files.set("/etc/pve/ceph.conf", `${config}[mon.${hostname}]\n\tpublic_addr = ${spec.addresses[0] ?? ""}\n`);
    host.half();
    node.monitor = true;
    if (!first) {
        return fine();
    }
    host.half();
    cluster.insecureReclaim = false;
    return createManager(host);
}

/** Starts a monitor or manager that was made: `ceph-mon@NAME`, `ceph-mgr@NAME`; undefined for another unit. */
export function startCephUnit(host: LinuxHost, unit: string): Answer | undefined {
    const [, kind, name = ""] = /^ceph-(mon|mgr)@([^.]+)(?:\.service)?$/.exec(unit) ?? [];
    if (kind === undefined) {
        return undefined;
    }
    const made =
        kind === "mon"
            ? host.isFolder(`/var/lib/ceph/mon/ceph-${name}`)
            : host.read(`/var/lib/ceph/mgr/ceph-${name}/keyring`) !== undefined;
    if (name !== host.hostname || !made) {
        return failed(
            `Job for ceph-${kind}@${name}.service failed because the control process exited with error code.`,
        );
    }
    host.node[kind === "mon" ? "monitor" : "manager"] = true;
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
        return createMonitor(host, cluster);
    }
    if (!cluster.monitored || !cluster.members.some((each) => each.node.monitor)) {
        return failed("got timeout", 255);
    }
    if (verb === "mgr" && what === "create") {
        return createManager(host);
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
        case "config get mon auth_allow_insecure_global_id_reclaim":
            return fine(`${cluster.insecureReclaim}\n`);
        case "config set mon auth_allow_insecure_global_id_reclaim false":
            cluster.insecureReclaim = false;
            return fine();
        case "osd dump --format json": {
            const all = [...cluster.osdNumbers];
            const osds = all.map(([osd, { everUp }]) => ({ osd, up_from: everUp ? 5 : 0, lost_at: 0 }));
            const xinfo = all.map(([osd]) => ({ osd, down_stamp: "0.000000" }));
            return fine(`${JSON.stringify({ osds, osd_xinfo: xinfo })}\n`);
        }
        case "auth get client.bootstrap-osd -o /var/lib/ceph/bootstrap-osd/ceph.keyring":
            host.files.set("/var/lib/ceph/bootstrap-osd/ceph.keyring", "[client.bootstrap-osd]\n");
            return fine();
        default:
            if (args.length === 4 && args[1] === "purge" && args[3] === "--yes-i-really-mean-it") {
                cluster.osdNumbers.delete(Number(args[2]));
                return fine();
            }
            if (args.length === 5 && args.slice(0, 4).join(" ") === "config set osd osd_memory_target") {
                cluster.osdMemoryBytes = Number(args[4]);
                return fine();
            }
            return failed(`no valid command found for 'ceph ${args.join(" ")}'\nError EINVAL: invalid command`, 22);
    }
};

/** Makes an OSD: a number, the volume's tags, the file system, the service (ceph-volume, devices/lvm/prepare.py). */
function createOsd(host: LinuxHost, cluster: PveCluster): Answer {
    const { node } = host;
    if (!node.volume) {
        return failed('lvm: Failed to find logical volume "ceph/osd"');
    }
    if (host.read("/var/lib/ceph/bootstrap-osd/ceph.keyring") === undefined) {
        return failed("RuntimeError: Unable to create a new OSD id");
    }
    if (node.osdId !== undefined) {
        return failed("RuntimeError: skipping ceph/osd, it is already prepared");
    }
    let id = 0;
    while (cluster.osdNumbers.has(id)) {
        id += 1;
    }
    const known = { everUp: false };
    cluster.osdNumbers.set(id, known);
    node.osdId = id;
    host.half();
    node.osdPrepared = true;
    host.half();
    node.osd = true;
    known.everUp = true;
    return fine();
}

const cephVolume: HostTool = (host, args) => {
    const { cluster, node } = host;
    const known = cluster?.osdNumbers.get(node.osdId ?? -1);
    switch (args.join(" ")) {
        case "lvm list ceph/osd":
            return node.osdId === undefined ? failed("No valid Ceph lvm devices found") : fine();
        case "lvm list ceph/osd --format json":
            return fine(
                `${node.osdId === undefined ? "{}" : `{"${node.osdId}":[{"tags":{"ceph.osd_id": "${node.osdId}"}}]}`}\n`,
            );
        case "lvm activate --all":
            if (node.osdId !== undefined && (!node.osdPrepared || known === undefined)) {
                return failed(
                    "RuntimeError: command returned non-zero exit status 1: ceph-bluestore-tool prime-osd-dir --dev /dev/ceph/osd",
                );
            }
            node.osd = node.osdPrepared;
            if (known !== undefined) {
                known.everUp = true;
            }
            return fine();
        case "lvm zap ceph/osd":
            node.osdId = undefined;
            node.osdPrepared = false;
            return fine();
        case "lvm create --data ceph/osd":
            return cluster === undefined ? failed("[errno 2] error calling conf_read_file") : createOsd(host, cluster);
        default:
            return failed(`ceph-volume: error: unrecognized arguments: ${args.join(" ")}`, 2);
    }
};

/** Tools by name. */
export const cephTools: Readonly<Record<string, HostTool>> = {
    pveceph,
    ceph,
    "ceph-mon": ({ node }) => fine(`${cephReleases[node.ceph ?? ""] ?? ""}\n`),
    "ceph-volume": cephVolume,
};
