import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** A node as the layers above a cluster see it: plain values, known before the node exists. */
export interface Node {
    /** Node name, which is the machine's hostname. */
    readonly name: string;
    readonly role: "controlplane" | "worker";
    /** False where the control-plane taint keeps workloads away. */
    readonly schedulable: boolean;
}

/** What an object inside a cluster needs to know of it. A Talos cluster fulfils it, and so does any other. */
export interface Home {
    /** Speaks to the cluster's API; its kubeconfig may be unknown at preview. */
    readonly provider: k8s.Provider;
    /** The resource whose deletion takes every object inside the cluster along. */
    readonly owner: pulumi.Resource;
    readonly nodes: readonly Node[];
}

/**
 * The options of an object inside a cluster: it is a child of its component, made through the cluster's provider, and
 * needs no call to the API when the cluster itself goes, so that a destroy does not wait for an API that is gone.
 */
export function inside(
    home: Pick<Home, "provider" | "owner">,
    parent: pulumi.Resource,
    more: pulumi.CustomResourceOptions = {},
): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions({ parent, provider: home.provider, deletedWith: home.owner }, more);
}

/** The failure domain a node stands in, as facts name it. */
export function machineDomain(node: string): string {
    return `machine/${node}`;
}

/** Nodes that take ordinary workloads: what carries no control-plane taint. */
export function schedulable(nodes: readonly Node[]): readonly Node[] {
    return nodes.filter((node) => node.schedulable);
}

/**
 * Where replicas kept apart by hostname stand: the first replica on the first node, and round again where there are
 * more replicas than nodes. Which replica the scheduler puts where is its own choice; how many share a node is not.
 *
 * @returns member name to failure domain
 */
export function spread(members: readonly string[], nodes: readonly Node[]): Readonly<Record<string, string>> {
    const hosts = schedulable(nodes);
    if (hosts.length === 0) return {};
    return Object.fromEntries(
        members.map((member, turn) => [member, machineDomain((hosts[turn % hosts.length] as Node).name)]),
    );
}
