/** Which disks of the nodes' machines become OSDs, and which hold one. */
import type { ClusterNode } from "../cluster-birth";
import type { Disk } from "../machine";
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import type { KubeObject } from "./objects";
import type { Surroundings } from "./surroundings";

/** Characters of a serial that QEMU shows the guest. Source: QEMU, hw/scsi/scsi-disk.c. */
const shownSerial = 20;

/** Which Ceph cluster's data is on which disk, world by world. */
const written = new WeakMap<Surroundings, Map<string, string>>();

function ledgerOf(cluster: Cluster): Map<string, string> {
    const found = written.get(cluster.surroundings) ?? new Map<string, string>();
    written.set(cluster.surroundings, found);
    return found;
}

/** A disk for life: names may change between boots, serials do not. */
function keyOf(node: ClusterNode, disk: Disk): string {
    return `${node.machine.id} ${disk.serial === "" ? disk.device : disk.serial}`;
}

/** One OSD: the node and the disk it stores on. */
export interface Osd {
    readonly node: ClusterNode;
    readonly disk: Disk;
}

/** The OSDs of a Ceph cluster that runs. */
export function osdsOf(cluster: Cluster, ceph: KubeObject): readonly Osd[] {
    const ledger = ledgerOf(cluster);
    return cluster
        .nodes()
        .flatMap((node) =>
            node.machine.disks
                .filter((disk) => disk.content === "osd" && ledger.get(keyOf(node, disk)) === ceph.uid)
                .map((disk) => ({ node, disk })),
        );
}

/** Writes an OSD to its disk. */
export function writeOsd(cluster: Cluster, ceph: KubeObject, { node, disk }: Osd): void {
    disk.content = "osd";
    ledgerOf(cluster).set(keyOf(node, disk), ceph.uid);
}

/** Wipes an OSD's disk. */
export function wipeOsd(cluster: Cluster, { node, disk }: Osd): void {
    disk.content = "blank";
    ledgerOf(cluster).delete(keyOf(node, disk));
}

/** The disks that hold an OSD of the cluster or get one now, and what the preparation says of those it does not take. */
export function disksFor(
    object: KubeObject,
    cluster: Cluster,
): { readonly osds: readonly Osd[]; readonly notes: readonly string[] } {
    const storage = at(object.manifest, "spec.storage");
    const existing = osdsOf(cluster, object);
    const found: Found = { osds: [...existing], notes: [] };
    const named = list(storage, "nodes");
    const ready = cluster.readyNodes();
    for (const entry of named) {
        const name = text(entry, "name") ?? "";
        const node = ready.find((candidate) => candidate.name === name);
        if (node === undefined) {
            found.notes.push(`skipping OSD creation on node "${name}": node is not found or not Ready`);
        } else {
            collect(node, entry, object, found);
        }
    }
    if (at(storage, "useAllNodes") === true && named.length === 0) {
        const tolerant = list(placement(object.manifest, "all"), "tolerations").length > 0;
        for (const node of ready.filter((candidate) => candidate.schedulable || tolerant)) {
            collect(node, storage, object, found);
        }
    }
    return found;
}

interface Found {
    readonly osds: Osd[];
    readonly notes: string[];
}

function collect(node: ClusterNode, source: Value | undefined, object: KubeObject, found: Found): void {
    const storage = at(object.manifest, "spec.storage");
    const devices = list(source, "devices").length > 0 ? list(source, "devices") : list(storage, "devices");
    const known = (disk: Disk): boolean => found.osds.some((osd) => osd.disk === disk);
    for (const device of devices) {
        const asked = text(device, "fullpath") ?? text(device, "name") ?? "";
        const disk = findDisk(node, asked);
        const refused = disk === undefined ? "no such device" : known(disk) ? undefined : unusable(disk);
        if (refused !== undefined) {
            found.notes.push(`skipping device "${asked}" on node "${node.name}": ${refused}`);
        } else if (disk !== undefined && !known(disk)) {
            found.osds.push({ node, disk });
        }
    }
    const filter = text(source, "deviceFilter") ?? text(storage, "deviceFilter");
    const all = at(source, "useAllDevices") ?? at(storage, "useAllDevices");
    if (devices.length === 0 && (filter !== undefined || all === true)) {
        const pattern = filter === undefined ? /.*/ : new RegExp(filter);
        const matching = node.machine.disks.filter(({ device }) => pattern.test(device.replace("/dev/", "")));
        for (const disk of matching.filter((each) => !known(each) && unusable(each) === undefined)) {
            found.osds.push({ node, disk });
        }
    }
}

/** The disk of a node's machine that a name (`sdb`, `/dev/sdb`) or a by-id path with its serial means, at this boot. */
function findDisk(node: ClusterNode, asked: string): Disk | undefined {
    if (asked.startsWith("/dev/disk/by-id/")) {
        return node.machine.disks.find(
            ({ serial }) => serial !== "" && asked.endsWith(`_${serial.slice(0, shownSerial)}`),
        );
    }
    const device = asked.startsWith("/dev/") ? asked : `/dev/${asked}`;
    return node.machine.disks.find((disk) => disk.device === device);
}

function unusable(disk: Disk): string | undefined {
    switch (disk.content) {
        case "blank":
            return undefined;
        case "osd":
            return "it has a ceph bluestore signature of another cluster";
        default:
            return "it has partitions or a filesystem";
    }
}

/** Where the spec lets a kind of daemon stand. */
export function placement(manifest: Properties, who: string): Properties {
    const found = at(manifest, `spec.placement.${who}`);
    return isProperties(found) ? found : {};
}
