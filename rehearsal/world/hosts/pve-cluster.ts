/** A Proxmox VE cluster formed on hosts at run time: who is in it, whether it has its quorum, and how its Ceph is. */
import { timeDaemon } from "../../../images/proxmox-image";
import type { LinuxHost } from "./linux-host";

/** What a host has of Proxmox VE and Ceph. */
export interface NodeState {
    /** Ceph release whose daemons are installed; undefined: none is. */
    ceph: string | undefined;
    /** True once its monitor has been started. */
    monitor: boolean;
    /** True once its manager has been started. */
    manager: boolean;
    /** Number of the OSD its volume is tagged for; undefined: for none. */
    osdId: number | undefined;
    /** True once its volume carries an OSD, which may not have been started. */
    osdPrepared: boolean;
    osd: boolean;
    /** Space set apart on the boot disk, GiB. */
    partitionGiB: number;
    /** True once the partition table covers the whole disk. */
    wholeDisk: boolean;
    /** Volume group `ceph`. */
    group: boolean;
    /** Logical volume `ceph/osd`. */
    volume: boolean;
    /**
     * Services of Proxmox VE that have died: these two give up at boot, where the cluster file system is not up under the
     * image's name, and their units restart nothing (pve-manager, services/pvestatd.service, services/pvescheduler.service).
     */
    idle: readonly string[];
}

/** A host before anything was done to it. */
export const freshNode = (): NodeState => ({
    ceph: undefined,
    monitor: false,
    manager: false,
    osdId: undefined,
    osdPrepared: false,
    osd: false,
    partitionGiB: 0,
    wholeDisk: false,
    group: false,
    volume: false,
    idle: ["pvestatd", "pvescheduler"],
});

/** A container. */
export interface Container {
    readonly id: number;
    readonly hostname: string;
    readonly memoryMiB: number;
    readonly rootfsGiB: number;
    readonly storage: string;
    readonly bridge: string;
    readonly address: string;
    node: string;
    running: boolean;
    /** Times somebody still finds its network down since it was started: its first address comes a moment later. */
    coldAsks: number;
    readonly files: Map<string, string>;
    tailscale: boolean;
    joined: boolean;
}

/** A network of virtual machines among the nodes. */
export interface Vnet {
    readonly name: string;
    readonly zone: string;
    cidr?: string;
    gateway?: string;
}

/** One cluster. */
export class PveCluster {
    /** The cluster file system. */
    readonly files = new Map<string, string>();
    /** Who corosync's configuration lists: those that have joined, and one whose join was cut off. */
    readonly members: LinuxHost[] = [];
    /** Votes somebody told corosync to expect (`pvecm expected`), until the next change of members. */
    #expected: number | undefined;
    readonly users = new Set<string>();
    readonly tokens = new Map<string, string>();
    readonly zones = new Map<string, readonly string[]>();
    readonly vnets = new Map<string, Vnet>();
    readonly containers = new Map<number, Container>();
    readonly templates = new Map<string, Set<string>>();
    cephNetwork?: string;
    /** What each OSD may use (Ceph's default: 4 GiB). */
    osdMemoryBytes = 4 * 1024 ** 3;
    /** Ceph's own default, until `pveceph` has made the first monitor. */
    insecureReclaim = true;
    /** OSDs the cluster knows, by number, and whether each has ever been up. */
    readonly osdNumbers = new Map<number, { everUp: boolean }>();
    pool?: { readonly name: string; readonly size: number; readonly minSize: number };

    constructor(readonly name: string) {}

    /** Members that are on and have joined. */
    get up(): readonly LinuxHost[] {
        return this.members.filter((host) => host.on && host.cluster === this);
    }

    /** True while more than half of the expected votes are there (corosync, votequorum). */
    get quorate(): boolean {
        return this.up.length * 2 > (this.#expected ?? this.members.length);
    }

    /** Lists a host as a member; corosync counts its vote from now on. */
    list(host: LinuxHost): void {
        if (!this.members.includes(host)) {
            this.members.push(host);
        }
        this.#expected = undefined;
        const nodes = this.members.map(({ hostname }) => `  node {\n    name: ${hostname}\n  }\n`).join("");
        this.files.set("/etc/pve/corosync.conf", `nodelist {\n${nodes}}\ntotem {\n  cluster_name: ${this.name}\n}\n`);
    }

    /** Tells corosync how many votes to expect. */
    expect(votes: number): void {
        this.#expected = votes;
    }

    /** True while more than half of the monitors are on; without it Ceph answers nobody. */
    get monitored(): boolean {
        const monitors = this.members.filter(({ node }) => node.monitor);
        return monitors.filter(({ on }) => on).length * 2 > monitors.length;
    }

    /** OSDs that are up. */
    get osds(): readonly LinuxHost[] {
        return this.up.filter(({ node }) => node.osd);
    }

    /** What `ceph health` says (Ceph, "Health checks"). */
    get health(): string {
        const all = this.members.filter(({ node }) => node.osd).length;
        const missing = this.members.filter(({ node, on }) => node.monitor && !on).length;
        const down = all - this.osds.length;
        const size = this.pool?.size ?? 3;
        const astray = this.up.filter(({ node, installed }) => node.monitor && !installed.has(timeDaemon));
        const wrong = [
            ...(astray.length > 0
                ? [`clock skew detected on ${astray.map(({ hostname }) => `mon.${hostname}`).join(", ")}`]
                : []),
            ...(this.insecureReclaim ? ["mons are allowing insecure global_id reclaim"] : []),
            ...(missing > 0 ? [`${missing}/${this.members.length} mons down`] : []),
            ...(this.members.some(({ node, on }) => node.manager && on) ? [] : ["no active mgr"]),
            ...(all < size ? [`OSD count ${all} < osd_pool_default_size ${size}`] : []),
            ...(down > 0 ? [`${down} osds down; Degraded data redundancy`] : []),
        ];
        return wrong.length === 0 ? "HEALTH_OK" : `HEALTH_WARN ${wrong.join("; ")}`;
    }

    /** Room for data in GiB: raw space over copies. */
    get usableGiB(): number {
        const raw = this.members.reduce((sum, { node }) => sum + (node.osd ? node.partitionGiB : 0), 0);
        return this.pool === undefined ? 0 : raw / this.pool.size;
    }
}
