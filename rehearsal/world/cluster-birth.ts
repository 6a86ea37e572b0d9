/** How a Kubernetes cluster comes into the world: what the operating system or the cloud that bears it hands over. */
import type { Machine } from "./machine";

/** A machine that has joined a cluster as a node. */
export interface ClusterNode {
    /** Node name: the machine's hostname. */
    readonly name: string;
    readonly role: "controlplane" | "worker";
    readonly address: string;
    readonly machine: Machine;
    readonly labels: Readonly<Record<string, string>>;
    /** False for control planes unless the config lets workloads run on them. */
    readonly schedulable: boolean;
}

/** A Kubernetes cluster at the moment its API answers for the first time. */
export interface ClusterBirth {
    readonly name: string;
    /** PEM of its certificate authority: what a kubeconfig is recognised by. */
    readonly caCertificate: string;
    /** API address every kubeconfig points at, e.g. `https://10.10.0.140:6443`. */
    readonly endpoint: string;
    /** e.g. `1.33.3`. */
    readonly kubernetesVersion: string;
    readonly podSubnets: readonly string[];
    readonly serviceSubnets: readonly string[];
    /** `none` leaves nodes NotReady until a CNI is installed. */
    readonly cni: "none" | "flannel";
    readonly kubeProxy: boolean;
    /** Port of the local API balancer on every node; undefined where it is off. */
    readonly kubePrismPort?: number;
    /** Pod-security level of namespaces without a label of their own; Talos enforces `baseline`. */
    readonly defaultPodSecurity: "privileged" | "baseline" | "restricted";
    /** The nodes that have joined and are powered on, now. */
    nodes(): readonly ClusterNode[];
    /** False once no control plane of it answers any more. */
    alive(): boolean;
}
