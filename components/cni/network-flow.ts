/**
 * Network flows: who talks to whom, on which port, and what for. An application states its flows; the policies that
 * let them, and nothing else, through are derived here.
 */

/** Pods by namespace and labels. */
export interface Pods {
    readonly kind: "pods";
    readonly namespace: string;
    /** Empty or left out: every pod of the namespace. */
    readonly labels?: Readonly<Record<string, string>>;
}

/** The API server of the cluster, wherever its control planes stand. */
export interface ApiServer {
    readonly kind: "api-server";
}

/** One end of a flow. */
export type End = Pods | ApiServer;

/** A port pods are spoken to on: the pods' own port, not the Service's. */
export interface Port {
    /** 1 to 65535. */
    readonly port: number;
    readonly protocol: "TCP" | "UDP";
}

/** One named flow. */
export interface NetworkFlow {
    /** What a report calls it, and what breaks where its policy is gone, e.g. `postgresql: operator to instance status`. */
    readonly name: string;
    /** Unique in the stack; names the policies, e.g. `postgresql-status`. */
    readonly key: string;
    readonly from: End;
    readonly to: End;
    readonly ports: readonly Port[];
}

/** A policy to be made: one flow, seen from the namespace that has to let it out or in. */
export interface FlowPolicy {
    /** Name of the object, e.g. `postgresql-status-in`. */
    readonly name: string;
    readonly namespace: string;
    /** The flow's name. */
    readonly description: string;
    readonly spec: CiliumNetworkPolicySpec;
}

/** The part of a CiliumNetworkPolicy's spec this project uses. */
export interface CiliumNetworkPolicySpec {
    readonly description: string;
    readonly endpointSelector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly ingress?: readonly {
        readonly fromEndpoints?: readonly { readonly matchLabels: Readonly<Record<string, string>> }[];
        readonly fromEntities?: readonly string[];
        readonly toPorts?: readonly ToPorts[];
    }[];
    readonly egress?: readonly {
        readonly toEndpoints?: readonly { readonly matchLabels: Readonly<Record<string, string>> }[];
        readonly toEntities?: readonly string[];
        readonly toPorts?: readonly ToPorts[];
    }[];
}

interface ToPorts {
    readonly ports: readonly { readonly port: string; readonly protocol: string }[];
}

/** The label Cilium gives every pod with the name of its namespace. */
const namespaceLabel = "k8s:io.kubernetes.pod.namespace";

/** The cluster's DNS as pods reach it: kube-dns keeps its label and port whoever serves it. */
export const clusterDns: Pods = { kind: "pods", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };

/** DNS is asked over UDP, and over TCP where an answer is too long. */
export const dnsPorts: readonly Port[] = [
    { port: 53, protocol: "UDP" },
    { port: 53, protocol: "TCP" },
];

/**
 * The API server's port. Cilium translates the Service's address to the control plane's before it asks the policy, so
 * a policy on the Service's 443 would let nothing through.
 */
export const apiServerPorts: readonly Port[] = [{ port: 6443, protocol: "TCP" }];

/** Nothing in, nothing out, for every pod of a namespace, until another policy allows it. */
export function denyAll(): CiliumNetworkPolicySpec {
    return {
        description: "Nothing goes in or out that no other policy names.",
        endpointSelector: {},
        // One empty rule allows nothing and yet switches the direction to deny by default.
        ingress: [{}],
        egress: [{}],
    };
}

/**
 * The policies that let the flows through the isolated namespaces: one for each side of a flow that stands in one, so
 * that taking any of them away stops its flow and no other.
 *
 * @throws Error where a flow touches no isolated namespace: its policy would isolate a namespace nobody meant to.
 */
export function policiesFor(flows: readonly NetworkFlow[], isolated: readonly string[]): readonly FlowPolicy[] {
    return flows.flatMap((flow) => {
        const policies = [...leaving(flow, isolated), ...entering(flow, isolated)];
        if (policies.length === 0) {
            throw new Error(
                `The network flow "${flow.name}" neither leaves nor enters an isolated namespace (${isolated.join(", ")}): remove it.`,
            );
        }
        return policies;
    });
}

function leaving(flow: NetworkFlow, isolated: readonly string[]): readonly FlowPolicy[] {
    if (flow.from.kind !== "pods" || !isolated.includes(flow.from.namespace)) return [];
    const peer = flow.to.kind === "pods" ? { toEndpoints: [selector(flow.to)] } : { toEntities: ["kube-apiserver"] };
    return [
        {
            name: `${flow.key}-out`,
            namespace: flow.from.namespace,
            description: flow.name,
            spec: {
                description: flow.name,
                endpointSelector: subject(flow.from),
                egress: [{ ...peer, toPorts: [toPorts(flow.ports)] }],
            },
        },
    ];
}

function entering(flow: NetworkFlow, isolated: readonly string[]): readonly FlowPolicy[] {
    if (flow.to.kind !== "pods" || !isolated.includes(flow.to.namespace)) return [];
    const peer =
        flow.from.kind === "pods" ? { fromEndpoints: [selector(flow.from)] } : { fromEntities: ["kube-apiserver"] };
    return [
        {
            name: `${flow.key}-in`,
            namespace: flow.to.namespace,
            description: flow.name,
            spec: {
                description: flow.name,
                endpointSelector: subject(flow.to),
                ingress: [{ ...peer, toPorts: [toPorts(flow.ports)] }],
            },
        },
    ];
}

function subject(pods: Pods): CiliumNetworkPolicySpec["endpointSelector"] {
    return pods.labels === undefined ? {} : { matchLabels: pods.labels };
}

function selector(pods: Pods): { readonly matchLabels: Readonly<Record<string, string>> } {
    return { matchLabels: { [namespaceLabel]: pods.namespace, ...pods.labels } };
}

function toPorts(ports: readonly Port[]): ToPorts {
    return { ports: ports.map(({ port, protocol }) => ({ port: String(port), protocol })) };
}
