/** What the nodes and pods of a cluster expose of themselves, as far as identity goes: names and labels, no values. */
import { text } from "../value";
import type { Labels } from "./alloy-relabel";
import type { Target } from "./alloy-scrape";
import type { Cluster } from "./cluster";
import { containersOf, type Pod } from "./pods";

/** One series, its metric under `__name__`. */
function series(metric: string, labels: Labels): Labels {
    return { __name__: metric, ...labels };
}

/** The series a target answers with. */
export function exposed({ of, path }: Target, cluster: Cluster): readonly Labels[] {
    if ("node" in of) {
        return path === "/metrics/cadvisor" ? cadvisor(cluster, of.node) : kubelet(cluster);
    }
    const pod = cluster.pods.find(({ namespace, name }) => `${namespace}/${name}` === of.pod);
    return pod === undefined ? [] : [series("go_goroutines", {}), ...exporter(pod, cluster)];
}

/** Source: kubernetes/kubernetes, pkg/kubelet/metrics. */
function kubelet(cluster: Cluster): readonly Labels[] {
    const claims = cluster.objects.list("v1", "PersistentVolumeClaim");
    return [
        series("kubelet_running_pods", {}),
        ...["created", "running", "exited", "unknown"].map((state) =>
            series("kubelet_running_containers", { container_state: state }),
        ),
        ...claims.flatMap(({ namespace, name }) =>
            ["available", "capacity"].map((which) =>
                series(`kubelet_volume_stats_${which}_bytes`, { namespace, persistentvolumeclaim: name }),
            ),
        ),
    ];
}

const networkMetrics = ["container_network_receive_bytes_total", "container_network_transmit_bytes_total"] as const;
const usageMetrics = ["container_cpu_usage_seconds_total", "container_memory_working_set_bytes"] as const;

/**
 * Every cgroup of a node, with what the runtime knows of it, and every interface of every pod's network. Source:
 * google/cadvisor, metrics/prometheus.go, as Kubernetes 1.33 labels it.
 */
function cadvisor(cluster: Cluster, node: string): readonly Labels[] {
    const pods = cluster.pods.filter((pod) => pod.node === node);
    const groups = ["/", "/system", "/podruntime", "/kubepods"].map((id) => ({ id }));
    return [
        ...["machine_cpu_cores", "machine_memory_bytes"].map((metric) => series(metric, { machine_id: node })),
        ...usageMetrics.flatMap((metric) => groups.map((labels) => series(metric, labels))),
        ...pods.flatMap((pod) => cgroups(pod, interfacesOf(pod, pods))),
    ];
}

function cgroups(pod: Pod, interfaces: readonly string[]): readonly Labels[] {
    const { namespace, name } = pod;
    const id = `/kubepods/pod-${namespace}-${name}`;
    const sandbox = { id: `${id}/sandbox`, image: "registry.k8s.io/pause", name: `${name}-sandbox` };
    const containers = containersOf(pod.spec).map((container) => ({
        container: text(container, "name") ?? "",
        id: `${id}/${text(container, "name")}`,
        image: text(container, "image") ?? "unknown",
        name: `${name}-${text(container, "name")}`,
    }));
    const of = { namespace, pod: name };
    return [
        ...usageMetrics.flatMap((metric) =>
            [{ id }, sandbox, ...containers].map((labels) => series(metric, { ...of, ...labels })),
        ),
        ...networkMetrics.flatMap((metric) =>
            interfaces.map((each) => series(metric, { ...of, ...sandbox, interface: each })),
        ),
    ];
}

/** A pod in the host's network has all of the node's: its card, Cilium's own, and one for each other pod there. */
function interfacesOf(pod: Pod, neighbours: readonly Pod[]): readonly string[] {
    const onHost = ({ spec }: Pod) => spec.hostNetwork === true;
    return onHost(pod)
        ? [
              "eth0",
              "cilium_net",
              "cilium_host",
              "cilium_vxlan",
              "lxc_health",
              ...neighbours.filter((each) => !onHost(each)).map((each) => `lxc-${each.namespace}-${each.name}`),
          ]
        : ["eth0"];
}

/** What Flux's controllers time: each the objects of its kinds. */
const reconciled: Readonly<Record<string, readonly (readonly [apiVersion: string, kind: string])[]>> = {
    "source-controller": [
        ["source.toolkit.fluxcd.io/v1", "GitRepository"],
        ["source.toolkit.fluxcd.io/v1", "HelmRepository"],
        // One for each HelmRelease, of the same name.
        ["helm.toolkit.fluxcd.io/v2", "HelmRelease"],
    ],
    "kustomize-controller": [["kustomize.toolkit.fluxcd.io/v1", "Kustomization"]],
    "helm-controller": [["helm.toolkit.fluxcd.io/v2", "HelmRelease"]],
};

/** What a known exporter tells of what it works on. */
function exporter({ labels }: Pod, cluster: Cluster): readonly Labels[] {
    const kinds = reconciled[labels.app ?? ""];
    if (kinds !== undefined) {
        return kinds.flatMap(([apiVersion, kind]) =>
            cluster.objects.list(apiVersion, kind).map(({ namespace, name }) =>
                series("gotk_reconcile_duration_seconds_count", {
                    kind: labels.app === "source-controller" && kind === "HelmRelease" ? "HelmChart" : kind,
                    namespace,
                    name,
                }),
            ),
        );
    }
    if (labels["app.kubernetes.io/name"] === "cert-manager") {
        // The cluster's own come with the first applications; what two of them would be is to be known before.
        return ["first", "second"].flatMap((name) => certificate({ namespace: "default", name }));
    }
    if (labels["app.kubernetes.io/name"] === "traefik") {
        return ["a", "b"].map((service) =>
            series("traefik_service_requests_total", { code: "200", method: "GET", protocol: "http", service }),
        );
    }
    return [];
}

function certificate(of: Labels): readonly Labels[] {
    const labels = { ...of, issuer_name: "letsencrypt", issuer_kind: "ClusterIssuer" };
    return [
        series("certmanager_certificate_expiration_timestamp_seconds", labels),
        ...["True", "False", "Unknown"].map((condition) =>
            series("certmanager_certificate_ready_status", { ...labels, condition }),
        ),
    ];
}
