/** The simulated world: one for all providers of a rehearsal, so that what one makes the others find. */
import { Clock } from "./clock";
import { Git } from "./git";
import { LinuxHosts } from "./hosts/linux-host";
import { enterCluster, guestsOf } from "./hosts/pve-site";
import { ImageFactory } from "./image-factory";
import { Kubernetes } from "./kubernetes/kubernetes";
import { Ledger } from "./ledger";
import { Network } from "./network";
import { Oracle } from "./oracle/oracle";
import { Outages } from "./outages";
import { ProxmoxFleet } from "./proxmox";
import { Random } from "./random";
import type { Site } from "./site";
import { Tailnet } from "./tailnet/tailnet";
import { Talos } from "./talos";

/** How a world is set up. */
export interface WorldOptions {
    readonly site: Site;
    /** Stretches and reorders latencies, and swaps block-device names between boots. Undefined: the nominal run. */
    readonly seed?: number;
    /** See `Clock`; default 25 ms. */
    readonly quietMs?: number;
}

/** One world. */
export class World {
    readonly site: Site;
    readonly clock: Clock;
    readonly ledger = new Ledger();
    readonly random: Random;
    /** True in the nominal run: declared durations are taken as they are. */
    readonly nominal: boolean;
    /** What was met that the world does not know, e.g. a resource type only the generic behaviour answered for. */
    readonly strangers = new Set<string>();
    /** Hosts that are to go dark, or are. */
    readonly outages = new Outages();
    readonly network: Network;
    readonly git: Git;
    readonly factory: ImageFactory;
    readonly talos: Talos;
    readonly proxmox: ProxmoxFleet;
    readonly kubernetes: Kubernetes;
    readonly oracle: Oracle;
    readonly tailnet: Tailnet;
    readonly hosts: LinuxHosts;
    /** True where a network is reached from the machine the program runs on, over the mesh. */
    readonly reachesPrivately = (cidr: string): boolean => this.tailnet.reaches(cidr);

    constructor(options: WorldOptions) {
        this.site = options.site;
        this.clock = new Clock(options.quietMs);
        this.random = new Random(options.seed ?? 0);
        this.nominal = options.seed === undefined;
        this.network = new Network(options.site);
        this.git = new Git(options.site.git ?? [], this.outages);
        this.factory = new ImageFactory(options.site.talosVersions);
        this.kubernetes = new Kubernetes(this);
        this.talos = new Talos({
            site: this.site,
            network: this.network,
            random: this.random,
            nominal: this.nominal,
            born: (birth) => {
                this.kubernetes.birth(birth);
            },
        });
        this.proxmox = new ProxmoxFleet(this);
        this.tailnet = new Tailnet(options.site.tailnet);
        this.hosts = new LinuxHosts(this.network, this.tailnet, (cluster) => enterCluster(this, cluster), this.outages);
        this.hosts.guest = guestsOf(this);
        this.oracle = new Oracle(this);
        this.hosts.behind = (address) =>
            options.site.oracle === undefined
                ? undefined
                : this.oracle.trace(options.site.operatorAddress ?? "198.51.100.7", address, 22).at?.instance;
    }

    /** What is wrong though every operation was accepted, one sentence each; empty where all is well. */
    audit(): string[] {
        return [...this.oracle.audit(), ...this.talos.audit(), ...this.kubernetes.audit()];
    }

    /** Everything that is there and was not at the beginning, one line each; empty after a destroy that took all. */
    remains(): string[] {
        return [
            ...this.oracle.remains(),
            ...this.tailnet.remains(),
            ...this.proxmox.remains(),
            ...this.kubernetes.remains(),
        ];
    }
}
