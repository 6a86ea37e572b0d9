/**
 * What is there before anything is deployed: the hypervisors, networks and services a rehearsal believes in. It is
 * described apart from the stack's own config, so that a wrong node, datastore or address in a stack is found.
 */
import type { Duration } from "./durations";
import type { SiteOracle } from "./oracle/site";
import type { SiteTailnet } from "./tailnet/tailnet";

/** A Proxmox VE datastore as it stands. */
export interface SiteDatastore {
    /** What it may hold, as Proxmox names it: `images`, `iso`, `import`, `vztmpl`, `snippets`, `backup`, `rootdir`. */
    readonly content: readonly string[];
    readonly sizeGiB: number;
    /** Seen by every node of its Proxmox cluster. Default false. */
    readonly shared?: boolean;
}

/** One Proxmox VE host. */
export interface SiteNode {
    readonly cpuCores: number;
    readonly memoryGiB: number;
    readonly datastores: Readonly<Record<string, SiteDatastore>>;
    /** Bridge name to the name of the network it is attached to, e.g. `{ vmbr0: "lan" }`. */
    readonly bridges: Readonly<Record<string, string>>;
    /** False where the processor offers no virtualisation, so that machines run under emulation only. Default true. */
    readonly virtualisation?: boolean;
    /** False while it has no power: the others of its cluster know it and do not reach it. Default true. */
    readonly online?: boolean;
}

/** A Proxmox VE installation: one host or a cluster of them behind one API. */
export interface SiteProxmox {
    /** API address, e.g. `https://10.10.0.10:8006/`. */
    readonly endpoint: string;
    /** Version as the API reports it, e.g. `8.4.1`. */
    readonly version: string;
    /** The token its API takes, `user@realm!name=uuid`. Undefined: any token is taken. */
    readonly apiToken?: string;
    readonly nodes: Readonly<Record<string, SiteNode>>;
}

/** A network machines can be attached to. */
export interface SiteNetwork {
    /** e.g. `10.10.0.0/24`. */
    readonly cidr: string;
    readonly gateway: string;
    /** Whether machines on it reach the internet. Default true. */
    readonly internet?: boolean;
    /** Whether the machine the program runs on reaches it. Default true. */
    readonly reachable?: boolean;
    /** Addresses taken already by things the program does not own, e.g. the hypervisors' own. */
    readonly taken?: readonly string[];
}

/** Pods that are not part of the program and call a service of a cluster it makes. */
export interface SiteVisitor {
    /** e.g. `order service`. */
    readonly name: string;
    /** Namespace its pods are in. */
    readonly namespace: string;
    /** Labels its pods carry. Default none. */
    readonly labels?: Readonly<Record<string, string>>;
    /** The service it calls, as `namespace/name`. */
    readonly service: string;
    /** Port of the service's pods. */
    readonly port: number;
}

/** A Git repository that clusters fetch over the internet. */
export interface SiteRepository {
    /** e.g. `https://github.com/me/strata`. */
    readonly url: string;
    readonly branches: readonly string[];
    /** The folder on this machine its content is read from, each time it is fetched. */
    readonly checkout: string;
    /** Folders of it that are looked at, e.g. `gitops`. */
    readonly folders: readonly string[];
    /** What its owner has encrypted and committed beside that. Default nothing. */
    readonly encrypted?: {
        /** Folder of the templates, `*.secret.yaml`. */
        readonly templates: string;
        /** Folder the encrypted files are in, e.g. `gitops/oci-free/secrets`. */
        readonly folder: string;
        /** The owner's public key, `age1...`. */
        readonly recipient: string;
    };
}

/** Everything that is there before the first deployment. */
export interface Site {
    readonly proxmox: readonly SiteProxmox[];
    /** Network name to network. */
    readonly networks: Readonly<Record<string, SiteNetwork>>;
    /** Talos versions the Image Factory serves, e.g. `v1.10.5`. */
    readonly talosVersions: readonly string[];
    /** Kubernetes minors each Talos minor supports, e.g. `{ "1.10": ["1.28", ..., "1.33"] }`. */
    readonly kubernetesByTalos: Readonly<Record<string, readonly string[]>>;
    /** Who calls the services of the clusters. Default nobody. */
    readonly visitors?: readonly SiteVisitor[];
    /** Git repositories on the internet. Default none. */
    readonly git?: readonly SiteRepository[];
    /** The Oracle tenancy. Default none. */
    readonly oracle?: SiteOracle;
    /** The tailnet machines join. Default none. */
    readonly tailnet?: SiteTailnet;
    /** Public address of the machine the program runs on, as firewalls see it. Default `198.51.100.7`. */
    readonly operatorAddress?: string;
    /** Steps that take another time here than in `world/durations.ts`, or belong to another document's phase. */
    readonly durations?: Readonly<Record<string, Duration>>;
}
