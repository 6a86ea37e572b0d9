/** The spec of Rook's CephCluster: pure, so that what is asked of Ceph can be read and tested without a cluster. */

import { devicePath } from "../machines/disk-link";
import type { StorageDisk } from "./devices";

export interface CephClusterSpecArgs {
    /** Image of every Ceph daemon, e.g. `quay.io/ceph/ceph:v19.2.3`. */
    readonly image: string;
    /** Nodes that carry a monitor, one each. */
    readonly monitors: readonly string[];
    /** Managers: one is active, the others stand by. */
    readonly managers: number;
    readonly disks: readonly StorageDisk[];
    /** Link a disk is selected by, with `{serial}` in the place of its serial. */
    readonly deviceLink: string;
    /** Copies of every object; also what Ceph's own pools get. */
    readonly size: number;
    /** Copies that must be there for a write to be taken. */
    readonly minSize: number;
    /** Nodes of these names carry a taint that daemons have to tolerate. */
    readonly tainted: readonly string[];
    /** Rook's phrase that lets the removal of the cluster wipe the disks; left out, the data stays. */
    readonly confirmDestroy?: "yes-really-destroy-data";
}

/** Where Rook keeps the monitors' data on each node; Talos keeps `/var` over upgrades. */
export const dataDirHostPath = "/var/lib/rook";

const hostname = "kubernetes.io/hostname";
const controlPlaneTaint = { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" };

/** Daemons that may stand on these nodes and no other, taint or not. */
function onlyOn(nodes: readonly string[], tainted: readonly string[]) {
    return {
        nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
                nodeSelectorTerms: [{ matchExpressions: [{ key: hostname, operator: "In", values: [...nodes] }] }],
            },
        },
        ...(nodes.some((node) => tainted.includes(node)) ? { tolerations: [controlPlaneTaint] } : {}),
    };
}

/** The CephCluster's spec. */
export function cephClusterSpec(args: CephClusterSpecArgs) {
    const nodes = [...new Set(args.disks.map((disk) => disk.node))];
    return {
        cephVersion: { image: args.image, allowUnsupported: false },
        dataDirHostPath,
        mon: { count: args.monitors.length, allowMultiplePerNode: false },
        mgr: { count: args.managers, allowMultiplePerNode: false },
        dashboard: { enabled: true, ssl: true },
        crashCollector: { disable: false },
        placement: { mon: onlyOn(args.monitors, args.tainted), osd: onlyOn(nodes, args.tainted) },
        storage: {
            useAllNodes: false,
            useAllDevices: false,
            nodes: nodes.map((node) => ({
                name: node,
                devices: args.disks
                    .filter((disk) => disk.node === node)
                    .map((disk) => ({ name: devicePath(args.deviceLink, disk.serial) })),
            })),
        },
        // Ceph's own pools take the defaults, which are three copies: with two OSDs they never get clean, and the
        // cluster warns of too few OSDs for ever.
        cephConfig: {
            global: { osd_pool_default_size: String(args.size), osd_pool_default_min_size: String(args.minSize) },
        },
        disruptionManagement: { managePodBudgets: true },
        // Blank keeps every disk's data when the CephCluster is deleted. With the phrase, Rook wipes them.
        cleanupPolicy: {
            confirmation: args.confirmDestroy ?? "",
            sanitizeDisks: { method: "quick", dataSource: "zero", iteration: 1 },
            allowUninstallWithVolumes: false,
        },
    };
}

/** The spec of the replicated pool behind the StorageClass. */
export function blockPoolSpec(args: { readonly size: number; readonly minSize: number }) {
    return {
        failureDomain: "host",
        replicated: {
            size: args.size,
            // A single copy is the only size Rook calls unsafe; everything else keeps the guard.
            requireSafeReplicaSize: args.size > 1,
        },
        parameters: { min_size: String(args.minSize) },
    };
}
