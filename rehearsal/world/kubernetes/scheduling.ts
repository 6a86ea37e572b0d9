/** Which node a pod runs on, or why none takes it. */
import type { ClusterNode } from "../cluster-birth";
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import { type Pod, type PodTemplate, requested } from "./pods";
import { expressionHolds, selects, texts } from "./syntax";

/**
 * Memory of a node that pods cannot have, in GiB: the system's and the kubelet's reservation, and what the firmware
 * and the kernel keep. Estimate of ours, above what Talos reserves.
 */
const reservedMemoryGiB = 0.75;

const controlPlaneTaint = "node-role.kubernetes.io/control-plane";

/** Labels of a node. */
export function nodeLabels(node: ClusterNode): Readonly<Record<string, string>> {
    return {
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
        ...(node.role === "controlplane" ? { [controlPlaneTaint]: "" } : {}),
        ...node.labels,
    };
}

/** The outcome of scheduling: pods with their nodes, and a message for each that found none. */
export interface Scheduled {
    readonly pods: readonly (PodTemplate & { readonly node: string })[];
    readonly problems: readonly string[];
}

/**
 * Gives each pod a node, one after the other, as the scheduler does.
 *
 * @param owner Whose pods these are: the ones it runs already make room.
 */
export function schedule(cluster: Cluster, owner: Pod["owner"], templates: readonly PodTemplate[]): Scheduled {
    const others: (PodTemplate & { readonly node: string })[] = cluster.pods.filter((pod) => pod.owner !== owner);
    const placed: (PodTemplate & { readonly node: string })[] = [];
    const problems: string[] = [];
    for (const template of templates) {
        const running = [...others, ...placed];
        const verdicts = cluster.nodes().map((node) => ({ node, problem: unfit(cluster, node, template, running) }));
        const fit = verdicts.filter(({ problem }) => problem === undefined).map(({ node }) => node);
        const chosen = fit.sort((a, b) => load(a, template, running) - load(b, template, running))[0];
        if (chosen === undefined) {
            problems.push(
                `[Pod ${template.namespace}/${template.name}]: containers with unready status: ${noNode(verdicts)}`,
            );
        } else {
            placed.push({ ...template, node: chosen.name });
        }
    }
    return { pods: placed, problems };
}

/** Pods that must run on every node that tolerates them, as a DaemonSet's do. */
export function scheduleEverywhere(cluster: Cluster, owner: Pod["owner"], template: PodTemplate): Scheduled {
    const others = cluster.pods.filter((pod) => pod.owner !== owner);
    const pods: (PodTemplate & { readonly node: string })[] = [];
    const problems: string[] = [];
    for (const node of cluster.nodes()) {
        if (untolerated(node, template.spec) || !matchesNode(node, template.spec)) {
            continue;
        }
        const problem = unfit(cluster, node, template, others);
        if (problem === undefined) {
            pods.push({ ...template, name: `${template.name}-${node.name}`, node: node.name });
        } else {
            problems.push(
                `[Pod ${template.namespace}/${template.name}-${node.name}]: 0/1 nodes are available: 1 ${problem}.`,
            );
        }
    }
    return { pods, problems };
}

function load(
    node: ClusterNode,
    template: PodTemplate,
    running: readonly (PodTemplate & { readonly node: string })[],
): number {
    const here = running.filter((pod) => pod.node === node.name);
    const siblings = here.filter((pod) => sameLabels(pod.labels, template.labels)).length;
    const memory = here.reduce((sum, pod) => sum + requested(pod.spec, "memory"), 0) / 1024 ** 3;
    return siblings * 1000 + here.length + memory / Math.max(1, node.machine.memoryGiB);
}

function sameLabels(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
    return Object.keys(b).length > 0 && Object.entries(b).every(([key, value]) => a[key] === value);
}

function noNode(verdicts: readonly { readonly problem: string | undefined }[]): string {
    const counts = new Map<string, number>();
    for (const { problem } of verdicts) {
        counts.set(problem ?? "", (counts.get(problem ?? "") ?? 0) + 1);
    }
    const reasons = [...counts].map(([reason, count]) => `${count} ${reason}`);
    return verdicts.length === 0
        ? "no nodes available to schedule pods"
        : `0/${verdicts.length} nodes are available: ${reasons.join(", ")}. preemption: 0/${verdicts.length} nodes are available: ${verdicts.length} Preemption is not helpful for scheduling.`;
}

/** Why a node does not take a pod, in the scheduler's words; undefined where it does. */
function unfit(
    cluster: Cluster,
    node: ClusterNode,
    pod: PodTemplate,
    running: readonly (PodTemplate & { readonly node: string })[],
): string | undefined {
    if (cluster.nodeProblem(node) !== undefined && pod.spec.hostNetwork !== true) {
        return "node(s) had untolerated taint {node.kubernetes.io/not-ready: }";
    }
    if (untolerated(node, pod.spec)) {
        return `node(s) had untolerated taint {${controlPlaneTaint}: }`;
    }
    if (!matchesNode(node, pod.spec)) {
        return "node(s) didn't match Pod's node affinity/selector";
    }
    const here = running.filter((other) => other.node === node.name);
    for (const resource of ["memory", "cpu"] as const) {
        const asked = requested(pod.spec, resource);
        const used = here.reduce((sum, other) => sum + requested(other.spec, resource), 0);
        if (asked > 0 && used + asked > allocatable(node, resource)) {
            return `Insufficient ${resource}`;
        }
    }
    return apart(cluster, node, pod, running);
}

function allocatable(node: ClusterNode, resource: "memory" | "cpu"): number {
    return resource === "cpu"
        ? node.machine.cpuCores - 0.05
        : Math.max(0, node.machine.memoryGiB - reservedMemoryGiB) * 1024 ** 3;
}

function untolerated(node: ClusterNode, spec: Properties): boolean {
    return (
        !node.schedulable &&
        !list(spec, "tolerations").some(
            (toleration) =>
                isProperties(toleration) &&
                (toleration.key === controlPlaneTaint ||
                    (toleration.key === undefined && toleration.operator === "Exists")) &&
                (toleration.effect === undefined || toleration.effect === "" || toleration.effect === "NoSchedule"),
        )
    );
}

function matchesNode(node: ClusterNode, spec: Properties): boolean {
    const labels = nodeLabels(node);
    if (typeof spec.nodeName === "string" && spec.nodeName !== node.name) {
        return false;
    }
    if (!Object.entries(texts(spec.nodeSelector)).every(([key, value]) => labels[key] === value)) {
        return false;
    }
    const path = "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution";
    const required = at(spec, path);
    if (required === undefined || required === null) {
        return true;
    }
    return list(required, "nodeSelectorTerms").some((term) =>
        list(term, "matchExpressions").every(
            (expression) => isProperties(expression) && expressionHolds(expression, labels),
        ),
    );
}

/** Required anti-affinity, required affinity and hard spread constraints. */
function apart(
    cluster: Cluster,
    node: ClusterNode,
    pod: PodTemplate,
    running: readonly (PodTemplate & { readonly node: string })[],
): string | undefined {
    const topology = (key: string): ((name: string) => string | undefined) => {
        const byName = new Map(cluster.nodes().map((each) => [each.name, nodeLabels(each)[key]]));
        return (name) => byName.get(name);
    };
    const inDomain = (term: Value): readonly (PodTemplate & { readonly node: string })[] => {
        const domain = topology(text(term, "topologyKey") ?? "");
        const selector = isProperties(term) && isProperties(term.labelSelector) ? term.labelSelector : undefined;
        return running.filter(
            (other) =>
                selector !== undefined &&
                other.namespace === pod.namespace &&
                domain(other.node) !== undefined &&
                domain(other.node) === domain(node.name) &&
                selects(selector, other.labels),
        );
    };
    const anti = list(at(pod.spec, "affinity.podAntiAffinity"), "requiredDuringSchedulingIgnoredDuringExecution");
    if (anti.some((term) => inDomain(term).length > 0)) {
        return "node(s) didn't match pod anti-affinity rules";
    }
    for (const constraint of list(pod.spec, "topologySpreadConstraints")) {
        if (!isProperties(constraint) || constraint.whenUnsatisfiable !== "DoNotSchedule") {
            continue;
        }
        const eligible = cluster.nodes().filter((each) => !untolerated(each, pod.spec) && matchesNode(each, pod.spec));
        const counts = eligible.map(
            (each) =>
                running.filter(
                    (other) =>
                        other.node === each.name &&
                        isProperties(constraint.labelSelector) &&
                        selects(constraint.labelSelector, other.labels),
                ).length,
        );
        const skew = typeof constraint.maxSkew === "number" ? constraint.maxSkew : 1;
        if (inDomain(constraint).length + 1 - Math.min(...counts) > skew) {
            return "node(s) didn't match pod topology spread constraints";
        }
    }
    return undefined;
}
