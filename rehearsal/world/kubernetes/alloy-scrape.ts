/**
 * What Alloy asks the nodes of a cluster, and what they answer. Sources: Prometheus's service discovery of Kubernetes
 * (role node is the kubelet's own port), Kubernetes 1.33 pkg/kubelet/server/auth.go (which right each path needs), Talos
 * 1.10 (the kubelet signs its serving certificate itself).
 */
import { at, isProperties, list, type Properties, text } from "../value";
import { type Labels, relabelled } from "./alloy-relabel";
import type { AlloyBlock } from "./alloy-syntax";
import type { Cluster } from "./cluster";

/** Something a scrape asks. */
export interface Target {
    /** What is asked: a node's kubelet, or a pod. */
    readonly of: { readonly node: string } | { readonly pod: string };
    /** e.g. `https://10.10.0.140:10250/metrics/cadvisor`. */
    readonly url: string;
    readonly path: string;
    /** Labels every series of it gets. */
    readonly labels: Labels;
}

/** Port the kubelet serves metrics at. */
const kubeletPort = 10250;

/** What discovery finds, by role, with the labels a configuration may use. */
function discovered(cluster: Cluster, role: string | undefined): readonly [Target["of"], Labels][] {
    if (role === "node") {
        return cluster.nodes().map(({ name, address }) => [
            { node: name },
            {
                __address__: `${address}:${kubeletPort}`,
                __meta_kubernetes_node_name: name,
                instance: name,
            },
        ]);
    }
    return cluster.pods.map((pod) => [
        { pod: `${pod.namespace}/${pod.name}` },
        {
            __address__: "10.244.0.2",
            __meta_kubernetes_namespace: pod.namespace,
            __meta_kubernetes_pod_name: pod.name,
            __meta_kubernetes_pod_ip: "10.244.0.2",
            ...Object.fromEntries(
                Object.entries(pod.annotations).map(([name, value]) => [
                    `__meta_kubernetes_pod_annotation_${name.replace(/\W/g, "_")}`,
                    value,
                ]),
            ),
        },
    ]);
}

/** The component a reference such as `discovery.relabel.pods.output` names. */
export function referred(components: readonly AlloyBlock[], reference: string | undefined): AlloyBlock | undefined {
    return components.find(({ kind, label }) => reference?.startsWith(`${kind}.${label ?? ""}.`) === true);
}

/** Everything a scrape asks. */
export function targetsOf(scrape: AlloyBlock, components: readonly AlloyBlock[], cluster: Cluster): readonly Target[] {
    const steps: AlloyBlock[] = [];
    let source = referred(components, text(scrape.arguments, "targets.reference"));
    while (source?.kind === "discovery.relabel") {
        steps.unshift(source);
        source = referred(components, text(source.arguments, "targets.reference"));
    }
    if (source?.kind !== "discovery.kubernetes") {
        return [];
    }
    return discovered(cluster, text(source.arguments, "role")).flatMap(([of, labels]) => {
        const left = steps.reduce<Labels | undefined>((each, step) => each && relabelled(each, step), labels);
        return left === undefined ? [] : [target(of, left, scrape.arguments)];
    });
}

function target(of: Target["of"], labels: Labels, scrape: Properties): Target {
    const address = labels.__address__ ?? "";
    const path = labels.__metrics_path__ ?? text(scrape, "metrics_path") ?? "/metrics";
    const own = Object.entries(labels).filter(([name]) => !name.startsWith("__"));
    return {
        of,
        url: `${labels.__scheme__ ?? text(scrape, "scheme") ?? "http"}://${address}${path}`,
        path,
        labels: { instance: address, job: text(scrape, "job_name") ?? "prometheus.scrape", ...Object.fromEntries(own) },
    };
}

/** Who asks, and what it may. */
export interface Caller {
    /** e.g. `system:serviceaccount:monitoring:alloy`. */
    readonly user: string;
    /** Rules of its ClusterRole, as RBAC takes them. */
    readonly rules: readonly Properties[];
}

/** Why a target of a node answers no metrics; undefined where it does. */
export function scrapeProblem({ of, url, path }: Target, scrape: AlloyBlock, caller: Caller): string | undefined {
    if (!("node" in of)) {
        return undefined;
    }
    const { host, port, protocol } = new URL(url);
    const failed = (words: string) => `scrape of ${url} failed: ${words}`;
    const withToken = text(scrape.arguments, "bearer_token_file") !== undefined;
    const throughApi = /^kubernetes\.default\.svc(\.|:|$)/.test(host);
    if (protocol !== "https:") {
        return failed("server returned HTTP status 400 Bad Request");
    }
    const tls = scrape.blocks.find(({ kind }) => kind === "tls_config")?.arguments;
    if (!throughApi && port === String(kubeletPort) && at(tls, "insecure_skip_verify") !== true) {
        return failed("tls: failed to verify certificate: x509: certificate signed by unknown authority");
    }
    if (!withToken) {
        return failed("server returned HTTP status 401 Unauthorized");
    }
    const resource = throughApi ? apiResource(path) : kubeletResource(path);
    return grants(caller.rules, "get", resource)
        ? undefined
        : failed(`server returned HTTP status 403 Forbidden: ${forbidden(caller, "get", resource, of.node)}`);
}

/** The API server's words for what a caller may not do. */
export function forbidden({ user }: Caller, verb: string, resource: string, name?: string): string {
    const [kind = ""] = resource.split("/");
    const what = name === undefined ? kind : `${kind} "${name}"`;
    return `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "" at the cluster scope`;
}

/** What the API server asks for before it hands a request on to a node. */
function apiResource(path: string): string {
    return /^\/api\/v1\/nodes\/[^/]+\/proxy(\/|$)/.test(path) ? "nodes/proxy" : "nodes";
}

/** What the kubelet itself asks for. */
function kubeletResource(path: string): string {
    const [, first = ""] = path.split("/");
    return ["metrics", "stats"].includes(first) ? `nodes/${first}` : "nodes/proxy";
}

/** Whether rules of a ClusterRole let somebody do that with a resource of the core group. */
export function grants(rules: readonly Properties[], verb: string, resource: string): boolean {
    const [, part] = resource.split("/");
    const named = (rule: Properties, key: string, names: readonly string[]) =>
        list(rule, key).some((each) => names.includes(String(each)));
    return rules.some(
        (rule) =>
            isProperties(rule) &&
            named(rule, "apiGroups", ["", "*"]) &&
            named(rule, "verbs", [verb, "*"]) &&
            named(rule, "resources", [resource, "*", ...(part === undefined ? [] : [`*/${part}`])]),
    );
}
