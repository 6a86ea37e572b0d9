/** How long the steps that form a Proxmox VE cluster take, by the command that takes the time. */
import type { Duration } from "../durations";

const proxmox = (minutes: number, of: string): Duration => ({
    minutes,
    phase: "Proxmox Cluster",
    source: `architecture diagrams, deployment timeline, row "Proxmox Cluster", 30 min, of which ${of}`,
});

/**
 * Minutes by command. The longest chain is host preparation, create, two joins, Ceph on the first node and then on the
 * others, monitors two and three, OSD, pool, container and its migration there and back:
 * 1 + 1 + 2 x 2 + 2 x 6 + 2 x 1 + 2 + 1 + 0.5 + 0.5 + 3 x 1 + 2 x 1.5 = 30.
 */
export const proxmoxClusterDurations: Readonly<Record<string, Duration>> = {
    "proxmox-cluster/vgcreate": proxmox(1, "space for the OSD"),
    "proxmox-cluster/pvecm-create": proxmox(1, "the first node"),
    "proxmox-cluster/pvecm-add": proxmox(2, "one join"),
    "proxmox-cluster/pveceph-install": proxmox(6, "Ceph's packages on one node"),
    "proxmox-cluster/pveceph-mon": proxmox(1, "a monitor"),
    "proxmox-cluster/ceph-volume-lvm-create": proxmox(2, "an OSD"),
    "proxmox-cluster/pveceph-pool": proxmox(1, "the pool, until it is healthy"),
    "proxmox-cluster/pvesh-set": proxmox(0.5, "the machines' network on every node"),
    "proxmox-cluster/ifreload": proxmox(0.5, "one node's way out"),
    "proxmox-cluster/pveam-download": proxmox(0.5, "the container's template"),
    "proxmox-cluster/pct-create": proxmox(0.5, "the container"),
    "proxmox-cluster/pct-exec-sh": proxmox(1, "one of the three things set up in the container"),
    "proxmox-cluster/pct-migrate": proxmox(1.5, "one way of the migration"),
};

/** The steps of a command that take time, none for one that is quick. */
export function stepOf(name: string, args: readonly string[]): string | undefined {
    const words = [name, ...args.filter((arg) => /^[a-z]+$/.test(arg))];
    return [3, 2, 1]
        .map((count) => `proxmox-cluster/${words.slice(0, count).join("-")}`)
        .find((step) => proxmoxClusterDurations[step] !== undefined);
}
