/** What the checks ask of a deployed stack. Each question is answered by reality, or by a rehearsed world. */
import type { PlainResource } from "../../policy/report";

/** Something that takes room in object storage. */
export interface Stored {
    /** e.g. `strata-images/proxmox.oci`. */
    readonly name: string;
    readonly bytes: number;
    /** Which upload it is, where it is one that was neither finished nor aborted. */
    readonly unfinished?: { readonly bucket: string; readonly object: string; readonly uploadId: string };
}

/** A Proxmox VE host as its cluster sees it. */
export interface HypervisorNode {
    readonly name: string;
    readonly online: boolean;
}

/** A Proxmox VE installation. */
export interface Quorum {
    readonly nodes: readonly HypervisorNode[];
    /** Undefined for a host that is in no cluster, which needs no quorum. */
    readonly quorate: boolean | undefined;
}

/** A Kubernetes node. */
export interface KubernetesNode {
    readonly name: string;
    readonly ready: boolean;
    /** What the node says where it is not ready. */
    readonly why: string;
}

/** What a month has cost so far. */
export interface Spending {
    readonly amount: number;
    /** e.g. `USD`; empty where nothing was billed, not even zero. */
    readonly currency: string;
    /** Services with an amount, the dearest first. */
    readonly services: readonly { readonly service: string; readonly amount: number }[];
}

/** What Grafana Cloud has counted. */
export interface GrafanaUsage {
    readonly activeSeries: number;
    readonly logsGB: number;
}

/** The questions. Each may fail with one sentence: the check is red then. */
export interface Probes {
    /** Objects, parts of unfinished uploads and custom images of the tenancy. */
    stored(): Promise<readonly Stored[]>;
    /** What the tenancy holds, in the form the policy pack judges programs in. */
    inventory(): Promise<readonly PlainResource[]>;
    quorum(): Promise<Quorum>;
    kubernetesNodes(): Promise<readonly KubernetesNode[]>;
    spending(): Promise<Spending>;
    grafana(): Promise<GrafanaUsage>;
}
