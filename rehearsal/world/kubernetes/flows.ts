/** Which connections the pods of a cluster need, told from what they are. */
import { text } from "../value";
import type { Cluster } from "./cluster";
import { apiServer, type Connection, denial, type Peer } from "./network-policy";
import type { PodTemplate } from "./pods";
import { spokenWords } from "./pods";
import { speaksToApiServer } from "./rabbitmq";
import { selects, texts } from "./syntax";

/** A connection with the name a report calls it by. */
export interface Flow extends Connection {
    readonly name: string;
}

const dnsPods: Peer = { kind: "pod", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };

/** A running pod, or one that is about to run. */
type AnyPod = Pick<PodTemplate, "namespace" | "name" | "labels" | "annotations" | "spec">;

/** The words for each needed connection of these pods that a policy denies. */
export function deniedFlows(cluster: Cluster, coming: readonly AnyPod[] = []): readonly string[] {
    const names = new Set(coming.map((pod) => `${pod.namespace}/${pod.name}`));
    const pods: readonly AnyPod[] = [
        ...cluster.pods.filter((pod) => !names.has(`${pod.namespace}/${pod.name}`)),
        ...coming,
    ];
    const relevant = (pod: AnyPod): boolean => coming.length === 0 || names.has(`${pod.namespace}/${pod.name}`);
    const found = flowsOf(cluster, pods, relevant).flatMap((flow) => {
        const denied = denial(cluster, flow);
        return denied === undefined ? [] : [`flow "${flow.name}" is denied by ${denied}`];
    });
    return [...new Set(found)];
}

function flowsOf(cluster: Cluster, pods: readonly AnyPod[], relevant: (pod: AnyPod) => boolean): readonly Flow[] {
    const flows: Flow[] = [];
    const add = (name: string, from: Peer, to: Peer, port: number, protocol: "TCP" | "UDP" = "TCP"): void => {
        flows.push({ name: `${name} (${protocol} ${port})`, from, to, port, protocol });
    };
    const between = (a: AnyPod[], b: AnyPod[], act: (from: AnyPod, to: AnyPod) => void): void => {
        for (const from of a) {
            for (const to of b) {
                if (from !== to && (relevant(from) || relevant(to))) {
                    act(from, to);
                }
            }
        }
    };
    const instances = pods.filter((pod) => pod.labels["cnpg.io/podRole"] === "instance");
    const operators = pods.filter((pod) => pod.labels["app.kubernetes.io/name"] === "cloudnative-pg");
    between(operators, instances, (from, to) =>
        add(`CloudNativePG operator to instance status of ${clusterName(to)}`, peer(from), peer(to), 8000),
    );
    between(instances, instances, (from, to) => {
        if (clusterName(from) === clusterName(to)) {
            add(`PostgreSQL replication of ${clusterName(to)}`, peer(from), peer(to), 5432);
        }
    });
    for (const instance of instances.filter(relevant)) {
        add(`PostgreSQL instance of ${clusterName(instance)} to the API server`, peer(instance), apiServer, 6443);
        add(`PostgreSQL instance of ${clusterName(instance)} to DNS`, peer(instance), dnsPods, 53, "UDP");
    }
    for (const operator of operators.filter(relevant)) {
        add("CloudNativePG operator to the API server", peer(operator), apiServer, 6443);
        add("API server to the CloudNativePG webhook", apiServer, peer(operator), 9443);
    }
    const brokers = pods.filter(isRabbit);
    between(brokers, brokers, (from, to) => {
        if (owner(from) === owner(to)) {
            add(`RabbitMQ ${owner(to)}: peers find each other (epmd)`, peer(from), peer(to), 4369);
            add(`RabbitMQ ${owner(to)}: peers speak Erlang distribution`, peer(from), peer(to), 25672);
        }
    });
    for (const broker of brokers.filter(relevant)) {
        add(`RabbitMQ ${owner(broker)} to DNS`, peer(broker), dnsPods, 53, "UDP");
        if (speaksToApiServer(cluster, broker)) {
            add(`RabbitMQ ${owner(broker)} to the API server`, peer(broker), apiServer, 6443);
        }
    }
    for (const pod of pods.filter((each) => each.labels["k8s-app"] === "kube-dns" && relevant(each))) {
        add("DNS to the API server", peer(pod), apiServer, 6443);
    }
    flows.push(...spokenFlows(cluster, pods, relevant));
    return flows;
}

/** A pod whose environment or arguments name a service of the cluster calls it. */
function spokenFlows(cluster: Cluster, pods: readonly AnyPod[], relevant: (pod: AnyPod) => boolean): readonly Flow[] {
    const services = cluster.objects.list("v1", "Service");
    return pods.flatMap((pod) =>
        spokenWords(pod.spec).flatMap((words) =>
            services.flatMap((service) => {
                const spec = service.manifest.spec;
                const called = serviceCalled(words, service.name, service.namespace, pod.namespace);
                const selector = texts(
                    typeof spec === "object" && spec !== null && "selector" in spec ? spec.selector : undefined,
                );
                if (!called || Object.keys(selector).length === 0) {
                    return [];
                }
                const targets = pods.filter(
                    (other) =>
                        other !== pod &&
                        other.namespace === service.namespace &&
                        selects({ matchLabels: selector }, other.labels),
                );
                const ports = (
                    Array.isArray((spec as { ports?: unknown }).ports)
                        ? (spec as { ports: readonly unknown[] }).ports
                        : []
                ) as readonly {
                    readonly port?: number;
                    readonly targetPort?: number;
                }[];
                return targets
                    .filter((target) => (relevant(pod) || relevant(target)) && !sameWorkload(pod, target))
                    .flatMap((target) =>
                        ports
                            .filter((port) => ports.length === 1 || words.includes(`:${port.port}`))
                            .map((port): Flow => {
                                const number = typeof port.targetPort === "number" ? port.targetPort : (port.port ?? 0);
                                return {
                                    name: `${pod.namespace}/${owner(pod)} to service ${service.namespace}/${service.name} (TCP ${number})`,
                                    from: peer(pod),
                                    to: peer(target),
                                    port: number,
                                    protocol: "TCP",
                                };
                            }),
                    );
            }),
        ),
    );
}

function serviceCalled(words: string, service: string, namespace: string, from: string): boolean {
    const full = new RegExp(`(^|[^a-z0-9-])${service}\\.${namespace}([^a-z0-9-]|$)`);
    const short = new RegExp(`//([^/@\\s]*@)?${service}(:\\d+|/|$)`);
    return full.test(words) || (from === namespace && short.test(words));
}

/** True for a pod that is a member of a RabbitMQ cluster: it runs a RabbitMQ image. */
function isRabbit(pod: AnyPod): boolean {
    const containers = Array.isArray(pod.spec.containers) ? pod.spec.containers : [];
    return containers.some((container) => /(^|\/)rabbitmq(:|@|$)/.test(text(container, "image") ?? ""));
}

function sameWorkload(a: AnyPod, b: AnyPod): boolean {
    return a.namespace === b.namespace && owner(a) === owner(b);
}

function clusterName(pod: AnyPod): string {
    return `${pod.namespace}/${pod.labels["cnpg.io/cluster"] ?? pod.name}`;
}

/** The workload's name: the pod's without its ordinal. */
function owner(pod: AnyPod): string {
    return pod.name.replace(/-\d+$/, "");
}

function peer(pod: AnyPod): Peer {
    return pod.spec.hostNetwork === true
        ? { kind: "entity", entities: ["host", "remote-node", "cluster", "all"] }
        : { kind: "pod", namespace: pod.namespace, labels: pod.labels };
}
