/**
 * The contract of facts: what a component says about itself, in plain values, so that a rule can judge it before
 * anything exists. A component passes `facts` to `registerOutputs`; a rule reads them from the component's outputs.
 *
 * No field is an `Input`. The compiler thereby keeps every fact known at the first preview, when what stands under a
 * Kubernetes provider with an unknown kubeconfig looks empty to a stack rule.
 */

/** What can fail as one. */
export type FailureDomainKind =
    | "hypervisor-node"
    | "hypervisor-cluster"
    | "machine"
    | "disk"
    | "availability-domain"
    | "fault-domain"
    | "load-balancer"
    | "tunnel-replica"
    | "dns-provider"
    | "nat"
    | "bastion"
    | "management-plane"
    | "secret-store"
    | "state-store"
    | "provider";

/** Something that fails as one: a host, a virtual machine, a disk, a DNS provider. */
export interface FailureDomain {
    /** Unique in the stack, e.g. `hypervisor-node/pve`, `machine/c0`, `disk/w0-storage`. */
    readonly name: string;
    readonly kind: FailureDomainKind;
    /** How a report names it, e.g. "Proxmox node pve". */
    readonly title: string;
    /** Names of the domains that take this one along when they fail. */
    readonly partOf?: readonly string[];
    /** What makes its loss harmless, one sentence. */
    readonly mitigation?: string;
}

/** What a service needs of its members to be up, and to keep what it stores. */
export type Redundancy =
    /** One member is enough (replicas behind a service). */
    | { readonly rule: "any-of" }
    /** More than half of the members (etcd, Ceph mons, Raft). */
    | { readonly rule: "majority" }
    /** At least `count` members. */
    | { readonly rule: "at-least"; readonly count: number }
    /** Copies of data: reads and writes need `minSize` of `size` copies; none left means the data is lost. */
    | {
          readonly rule: "replicated";
          readonly size: number;
          readonly minSize: number;
          /** Kind of domain that no two copies share. Default `machine` (Ceph's failure domain "host"). */
          readonly apart?: FailureDomainKind;
      };

/** Something users or other services rely on. */
export interface Service {
    /** Unique in the stack, e.g. `etcd`, `ceph-mon`, `postgresql`. */
    readonly name: string;
    /** How a report names it, e.g. "Rook-Ceph". */
    readonly title: string;
    readonly redundancy: Redundancy;
    /** Member name to the failure domain it runs in. */
    readonly members: Readonly<Record<string, string>>;
    /** Names of services this one cannot work without. */
    readonly needs?: readonly string[];
    /** True where losing every member loses data. Default false. */
    readonly storesData?: boolean;
    /** What makes the loss of one failure domain harmless to it, one sentence. */
    readonly mitigation?: string;
}

/** Something a component puts into object storage. */
export interface StoredObject {
    readonly name: string;
    /** Size, GB (10^9 bytes). */
    readonly gb: number;
}

/** What a component says about itself. */
export interface Facts {
    readonly domains?: readonly FailureDomain[];
    readonly services?: readonly Service[];
    /** What it puts into object storage; it then speaks for every bucket below it. */
    readonly objects?: readonly StoredObject[];
}

/** A single point of failure the owner of a stack lives with, from the stack's config (`strata:acceptedRisks`). */
export interface AcceptedRisk {
    /** Name of the failure domain or service, as the finding names it, e.g. `hypervisor-node/pve`. */
    readonly component: string;
    readonly reason: string;
    readonly owner: string;
    /** Last day it is accepted, ISO date (`2027-06-30`). */
    readonly until: string;
}
