import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "./cluster";
import { through } from "./edge";

/** Pod-security levels of Kubernetes, from the least to the most strict. */
export type PodSecurity = "privileged" | "baseline" | "restricted";

export interface NamespaceArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** Name in the cluster. Changing it replaces the namespace and everything in it. */
    readonly namespace: string;
    /** What pods of it may ask for. Talos enforces `baseline` where a namespace says nothing. */
    readonly podSecurity: PodSecurity;
    /** True where what it holds cannot be made again. Default false. */
    readonly protect?: boolean;
}

/** The labels that make the API server enforce a pod-security level, and say so to whoever applies a worse pod. */
export function podSecurityLabels(level: PodSecurity): Record<string, string> {
    return {
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/audit": level,
        "pod-security.kubernetes.io/warn": level,
    };
}

/**
 * A namespace and the level of pod security it enforces.
 *
 * @returns the name, known at preview, which carries the edge to the namespace: what is put into it comes after it.
 */
export function namespace(name: string, args: NamespaceArgs, parent: pulumi.Resource): pulumi.Output<string> {
    const made = new k8s.core.v1.Namespace(
        name,
        { metadata: { name: args.namespace, labels: podSecurityLabels(args.podSecurity) } },
        inside(args.home, parent, { protect: args.protect ?? false }),
    );
    return through(made, args.namespace);
}
