/** Whether policies let a packet through: CiliumNetworkPolicy and the network policy of Kubernetes, as Cilium enforces both. */
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import type { KubeObject } from "./objects";
import { labelsOf } from "./objects";
import { selects } from "./syntax";

/** Who speaks or is spoken to: a pod by its labels, or something Cilium knows as entities (`kube-apiserver`, `world`). */
export type Peer =
    | { readonly kind: "pod"; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
    | { readonly kind: "entity"; readonly entities: readonly string[] };

/** The API server as Cilium knows it: a node of the cluster with a mark of its own. */
export const apiServer: Peer = {
    kind: "entity",
    entities: ["kube-apiserver", "host", "remote-node", "cluster", "all"],
};

/** Whatever is outside the cluster. */
export const outside: Peer = { kind: "entity", entities: ["world", "world-ipv4", "all"] };

/** A connection somebody wants to make. */
export interface Connection {
    readonly from: Peer;
    readonly to: Peer;
    readonly port: number;
    readonly protocol: "TCP" | "UDP";
}

/** Which policy denies a connection and in which direction; undefined where it passes. */
export function denial(cluster: Cluster, connection: Connection): string | undefined {
    for (const direction of ["egress", "ingress"] as const) {
        const subject = direction === "egress" ? connection.from : connection.to;
        const peer = direction === "egress" ? connection.to : connection.from;
        if (subject.kind !== "pod") {
            continue;
        }
        const verdicts = [
            ...ciliumRules(cluster).map((rule) => ciliumVerdict(cluster, rule, direction, subject, peer, connection)),
            ...cluster.objects
                .list("networking.k8s.io/v1", "NetworkPolicy", subject.namespace)
                .map((policy) => kubernetesVerdict(cluster, policy, direction, subject, peer, connection)),
        ].filter((verdict) => verdict !== undefined);
        const denying = verdicts.find((verdict) => verdict.denied);
        if (denying !== undefined || (verdicts.length > 0 && !verdicts.some((verdict) => verdict.allowed))) {
            const names = [...new Set((denying === undefined ? verdicts : [denying]).map((verdict) => verdict.policy))];
            return `${direction} of ${subject.namespace}/${shortLabels(subject.labels)} (${names.join(", ")})`;
        }
    }
    return undefined;
}

/** What one policy says of a connection; undefined where it does not concern it. */
interface Verdict {
    readonly policy: string;
    readonly allowed: boolean;
    readonly denied: boolean;
}

interface CiliumRule {
    readonly policy: KubeObject;
    readonly spec: Properties;
}

function ciliumRules(cluster: Cluster): readonly CiliumRule[] {
    return ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy"].flatMap((kind) =>
        cluster.objects.list("cilium.io/v2", kind).flatMap((policy) => {
            const { spec } = policy.manifest;
            return [...(isProperties(spec) ? [spec] : []), ...list(policy.manifest, "specs").filter(isProperties)].map(
                (each) => ({ policy, spec: each }),
            );
        }),
    );
}

type PodPeer = Extract<Peer, { kind: "pod" }>;

function ciliumVerdict(
    cluster: Cluster,
    rule: CiliumRule,
    direction: "ingress" | "egress",
    subject: PodPeer,
    peer: Peer,
    connection: Connection,
): Verdict | undefined {
    const { policy, spec } = rule;
    const selector = isProperties(spec.endpointSelector) ? spec.endpointSelector : undefined;
    const concerned =
        selector !== undefined &&
        (policy.namespace === "" || policy.namespace === subject.namespace) &&
        selects(selector, ciliumLabels(cluster, subject), unprefixed);
    if (!concerned) {
        return undefined;
    }
    const allows = list(spec, direction);
    const denies = list(spec, `${direction}Deny`);
    if (allows.length === 0 && denies.length === 0) {
        return undefined;
    }
    const matches = (entry: Value): boolean =>
        isProperties(entry) && ciliumPeers(cluster, policy, entry, direction, peer) && ciliumPorts(entry, connection);
    const permissive = at(spec, `enableDefaultDeny.${direction}`) === false;
    return {
        policy: `${policy.kind} ${policy.namespace === "" ? "" : `${policy.namespace}/`}${policy.name}`,
        allowed: permissive || allows.some(matches),
        denied: denies.some(matches),
    };
}

function ciliumPeers(cluster: Cluster, policy: KubeObject, entry: Properties, direction: string, peer: Peer): boolean {
    const prefix = direction === "egress" ? "to" : "from";
    const endpoints = entry[`${prefix}Endpoints`];
    const entities = entry[`${prefix}Entities`];
    const ranges = [...list(entry, `${prefix}CIDR`), ...list(entry, `${prefix}CIDRSet`)];
    const named = [
        endpoints,
        entities,
        entry[`${prefix}CIDR`],
        entry[`${prefix}CIDRSet`],
        entry.toFQDNs,
        entry.toServices,
    ];
    if (named.every((part) => part === undefined)) {
        // A rule with ports alone speaks of every peer; an empty rule speaks of none.
        return entry.toPorts !== undefined || entry.icmps !== undefined;
    }
    if (peer.kind === "entity") {
        return (
            (Array.isArray(entities) &&
                entities.some((entity: Value) => typeof entity === "string" && peer.entities.includes(entity))) ||
            (peer.entities.includes("world") && (ranges.length > 0 || list(entry, "toFQDNs").length > 0))
        );
    }
    const known = Array.isArray(entities) && entities.some((entity: Value) => entity === "cluster" || entity === "all");
    return (
        known ||
        (Array.isArray(endpoints) &&
            endpoints.some((selector: Value) => {
                if (!isProperties(selector)) {
                    return false;
                }
                // A selector that names no namespace means the policy's own.
                const anywhere = namesNamespace(selector) || policy.namespace === "";
                return (
                    (anywhere || peer.namespace === policy.namespace) &&
                    selects(selector, ciliumLabels(cluster, peer), unprefixed)
                );
            }))
    );
}

function namesNamespace(selector: Properties): boolean {
    const keys = [
        ...(isProperties(selector.matchLabels) ? Object.keys(selector.matchLabels) : []),
        ...list(selector, "matchExpressions").map((expression) => text(expression, "key") ?? ""),
    ];
    return keys.some(
        (key) =>
            unprefixed(key).startsWith("io.kubernetes.pod.namespace") ||
            unprefixed(key).startsWith("io.cilium.k8s.namespace.labels"),
    );
}

function ciliumPorts(entry: Properties, connection: Connection): boolean {
    const ports = list(entry, "toPorts");
    return (
        (entry.toPorts === undefined && entry.icmps === undefined) ||
        ports.some((port) => {
            const each = list(port, "ports");
            return each.length === 0 || each.some((one) => portMatches(one, connection));
        })
    );
}

function portMatches(entry: Value, connection: Connection): boolean {
    if (!isProperties(entry)) {
        return false;
    }
    const protocol = entry.protocol ?? "ANY";
    const first = Number(entry.port ?? 0);
    const last = typeof entry.endPort === "number" ? entry.endPort : first;
    return (
        (protocol === "ANY" || protocol === connection.protocol) &&
        (first === 0 || (connection.port >= first && connection.port <= last))
    );
}

/** A pod's labels as Cilium sees them, with those of its namespace. */
function ciliumLabels(cluster: Cluster, pod: PodPeer): Readonly<Record<string, string>> {
    const namespace = cluster.objects.find("v1", "Namespace", "", pod.namespace);
    const inherited = Object.entries(namespace === undefined ? {} : labelsOf(namespace)).map(([key, value]) => [
        `io.cilium.k8s.namespace.labels.${key}`,
        value,
    ]);
    return { ...pod.labels, "io.kubernetes.pod.namespace": pod.namespace, ...Object.fromEntries(inherited) };
}

function unprefixed(key: string): string {
    return key.replace(/^(k8s|any|cilium|reserved)[:.](?=[a-zA-Z])/, "");
}

function kubernetesVerdict(
    cluster: Cluster,
    policy: KubeObject,
    direction: "ingress" | "egress",
    subject: PodPeer,
    peer: Peer,
    connection: Connection,
): Verdict | undefined {
    const spec = isProperties(policy.manifest.spec) ? policy.manifest.spec : {};
    const types = list(spec, "policyTypes");
    const concerned =
        types.length > 0
            ? types.includes(direction === "egress" ? "Egress" : "Ingress")
            : direction === "ingress" || spec.egress !== undefined;
    if (!concerned || !selects(isProperties(spec.podSelector) ? spec.podSelector : {}, subject.labels)) {
        return undefined;
    }
    const allowed = list(spec, direction).some((rule) => {
        const peers = list(rule, direction === "egress" ? "to" : "from");
        const ports = list(rule, "ports");
        return (
            (peers.length === 0 || peers.some((entry) => kubernetesPeer(cluster, policy, entry, peer))) &&
            (ports.length === 0 ||
                ports.some((port) => portMatches({ protocol: "TCP", ...(isProperties(port) ? port : {}) }, connection)))
        );
    });
    return { policy: `NetworkPolicy ${policy.namespace}/${policy.name}`, allowed, denied: false };
}

function kubernetesPeer(cluster: Cluster, policy: KubeObject, entry: Value, peer: Peer): boolean {
    if (!isProperties(entry)) {
        return false;
    }
    if (peer.kind === "entity") {
        // Cilium does not match nodes or the API server by address: they have identities of their own.
        return entry.ipBlock !== undefined && peer.entities.includes("world");
    }
    const namespace = cluster.objects.find("v1", "Namespace", "", peer.namespace);
    const inNamespace = isProperties(entry.namespaceSelector)
        ? namespace !== undefined && selects(entry.namespaceSelector, labelsOf(namespace))
        : peer.namespace === policy.namespace;
    return (
        entry.ipBlock === undefined &&
        inNamespace &&
        selects(isProperties(entry.podSelector) ? entry.podSelector : {}, peer.labels)
    );
}

function shortLabels(labels: Readonly<Record<string, string>>): string {
    return labels["app.kubernetes.io/name"] ?? labels.app ?? labels["k8s-app"] ?? Object.values(labels)[0] ?? "pods";
}
