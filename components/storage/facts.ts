import type { Facts } from "../../policy/facts";
import { machineDomain } from "../kubernetes/cluster";
import type { StorageDisk } from "./devices";

/** Rook names monitors a, b, c; with more nodes than letters of the alphabet nobody runs it. */
const letters = "abcdefghijklmnopqrstuvwxyz";

/** The failure domain of a machine's storage disk. */
export function diskDomain(node: string): string {
    return `disk/${node}-storage`;
}

/** What Ceph's monitors and copies of data stand on, and what their loss means. */
export function cephFacts(args: {
    readonly monitors: readonly string[];
    readonly disks: readonly StorageDisk[];
    readonly size: number;
    readonly minSize: number;
}): Facts {
    return {
        domains: args.disks.map((disk) => ({
            name: diskDomain(disk.node),
            kind: "disk" as const,
            title: `Storage disk of ${disk.node}`,
            partOf: [machineDomain(disk.node)],
        })),
        services: [
            {
                name: "ceph-mon",
                title: "Rook-Ceph monitors",
                redundancy: { rule: "majority" },
                members: Object.fromEntries(
                    args.monitors.map((node, turn) => [`mon-${letters[turn] ?? turn}`, machineDomain(node)]),
                ),
            },
            {
                name: "ceph-data",
                title: "Rook-Ceph",
                redundancy: { rule: "replicated", size: args.size, minSize: args.minSize },
                members: Object.fromEntries(args.disks.map((disk) => [`osd-${disk.node}`, diskDomain(disk.node)])),
                needs: ["ceph-mon"],
                storesData: true,
                mitigation: `Replication ${args.size}x over hosts.`,
            },
        ],
    };
}
