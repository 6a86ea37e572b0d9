/** RabbitMQ clusters on Kubernetes: how their members find each other, and what they need for it. */
import { isProperties, list, text } from "../value";
import type { Cluster } from "./cluster";
import { containersOf, type PodTemplate } from "./pods";
import { texts } from "./syntax";

/** The configuration a RabbitMQ pod reads: every text of the config maps it mounts. */
function configurationOf(cluster: Cluster, pod: Pick<PodTemplate, "namespace" | "spec">): string {
    const names = list(pod.spec, "volumes").flatMap((volume) => [
        ...(text(volume, "configMap.name") === undefined ? [] : [text(volume, "configMap.name") ?? ""]),
        ...list(isProperties(volume) ? volume.projected : undefined, "sources").flatMap(
            (source) => text(source, "configMap.name") ?? [],
        ),
    ]);
    return names
        .flatMap((name) => {
            const map = cluster.objects.find("v1", "ConfigMap", pod.namespace, name);
            return map === undefined ? [] : Object.values(texts(map.manifest.data));
        })
        .join("\n");
}

/** True where the pod's configuration lets it discover its peers through Kubernetes. */
export function discoversByKubernetes(cluster: Cluster, pod: Pick<PodTemplate, "namespace" | "spec">): boolean {
    return /cluster_formation\.peer_discovery_backend\s*=\s*(k8s|kubernetes|rabbit_peer_discovery_k8s)/.test(
        configurationOf(cluster, pod),
    );
}

/**
 * True where its peer discovery asks the API server: versions before 4.1 list the endpoints of a service; later ones
 * know the first pod of their StatefulSet by name. Source: RabbitMQ 4.1 release notes, "Peer Discovery on Kubernetes".
 */
export function speaksToApiServer(cluster: Cluster, pod: Pick<PodTemplate, "namespace" | "spec">): boolean {
    const image =
        containersOf(pod.spec)
            .map((container) => text(container, "image") ?? "")
            .find((each) => each.includes("rabbitmq")) ?? "";
    const version = /:(\d+)(?:\.(\d+))?/.exec(image);
    const major = Number(version?.[1] ?? 4);
    const minor = Number(version?.[2] ?? 99);
    return discoversByKubernetes(cluster, pod) && (major < 4 || (major === 4 && minor < 1));
}

/** What keeps a RabbitMQ pod from joining its cluster; empty where nothing does. */
export function rabbitProblems(cluster: Cluster, pods: readonly PodTemplate[], serviceName: string): readonly string[] {
    const first = pods[0];
    if (first === undefined || !discoversByKubernetes(cluster, first)) {
        return [];
    }
    const service = cluster.objects.find("v1", "Service", first.namespace, serviceName);
    const problems: string[] = [];
    if (service === undefined) {
        problems.push(
            `RabbitMQ peers have no names: service "${serviceName}" of namespace "${first.namespace}" does not exist`,
        );
    } else if (text(service.manifest, "spec.clusterIP") !== "None") {
        problems.push(`RabbitMQ peers have no names: service "${serviceName}" is not headless`);
    }
    return problems;
}
