/** Which connections the pods of a cluster need, told from what they are. */
import { text } from "../value";
import { type AnyPod, type Flow, peer, spokenFlows, visitingFlows, workloadOf } from "./callers";
import type { Cluster } from "./cluster";
import { apiServer, denial, type Peer } from "./network-policy";
import { speaksToApiServer } from "./rabbitmq";

const dnsPods: Peer = { kind: "pod", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } };

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
    // Over TCP as well, for long answers (RFC 7766).
    const dns = (who: string, pod: AnyPod): void => {
        add(`${who} to DNS`, peer(pod), dnsPods, 53, "UDP");
        add(`${who} to DNS`, peer(pod), dnsPods, 53);
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
        // Both ports. Source: CloudNativePG documentation, "Networking".
        [8000, 5432].forEach((port) => {
            const what = port === 8000 ? "instance status" : "database";
            add(`CloudNativePG operator to ${what} of ${clusterName(to)}`, peer(from), peer(to), port);
        }),
    );
    between(instances, instances, (from, to) => {
        if (clusterName(from) === clusterName(to)) {
            add(`PostgreSQL replication of ${clusterName(to)}`, peer(from), peer(to), 5432);
            // A primary that reaches neither the API server nor an instance stops itself (CloudNativePG, "Instance Manager").
            add(`PostgreSQL instance to instance status of ${clusterName(to)}`, peer(from), peer(to), 8000);
        }
    });
    for (const instance of instances.filter(relevant)) {
        add(`PostgreSQL instance of ${clusterName(instance)} to the API server`, peer(instance), apiServer, 6443);
        dns(`PostgreSQL instance of ${clusterName(instance)}`, instance);
    }
    for (const operator of operators.filter(relevant)) {
        add("CloudNativePG operator to the API server", peer(operator), apiServer, 6443);
        add("API server to the CloudNativePG webhook", apiServer, peer(operator), 9443);
    }
    const brokers = pods.filter(isRabbit);
    between(brokers, brokers, (from, to) => {
        if (workloadOf(from) === workloadOf(to)) {
            add(`RabbitMQ ${workloadOf(to)}: peers find each other (epmd)`, peer(from), peer(to), 4369);
            add(`RabbitMQ ${workloadOf(to)}: peers speak Erlang distribution`, peer(from), peer(to), 25672);
        }
    });
    for (const broker of brokers.filter(relevant)) {
        dns(`RabbitMQ ${workloadOf(broker)}`, broker);
        if (speaksToApiServer(cluster, broker)) {
            add(`RabbitMQ ${workloadOf(broker)} to the API server`, peer(broker), apiServer, 6443);
        }
    }
    for (const pod of pods.filter((each) => each.labels["k8s-app"] === "kube-dns" && relevant(each))) {
        add("DNS to the API server", peer(pod), apiServer, 6443);
    }
    const ceph = pods.filter(
        (pod) => (pod.labels.app ?? "").startsWith("rook-ceph-") && pod.labels.app !== "rook-ceph-operator",
    );
    const monitors = ceph.filter((pod) => pod.labels.app === "rook-ceph-mon");
    const operator = pods.filter((pod) => pod.labels.app === "rook-ceph-operator");
    // Ports. Source: Ceph documentation, "Network Configuration Reference".
    between([...ceph, ...operator], monitors, (from, to) =>
        add("Ceph daemons to monitors", peer(from), peer(to), 3300),
    );
    const osds = ceph.filter((pod) => pod.labels.app === "rook-ceph-osd");
    between(osds, osds, (from, to) => add("Ceph OSD to OSD", peer(from), peer(to), 6800));
    flows.push(...visitingFlows(cluster, pods, relevant));
    flows.push(...spokenFlows(cluster, pods, relevant));
    return flows;
}

/** True for a pod that is a member of a RabbitMQ cluster: it runs a RabbitMQ image. */
function isRabbit(pod: AnyPod): boolean {
    const containers = Array.isArray(pod.spec.containers) ? pod.spec.containers : [];
    return containers.some((container) => /(^|\/)rabbitmq(:|@|$)/.test(text(container, "image") ?? ""));
}

function clusterName(pod: AnyPod): string {
    return `${pod.namespace}/${pod.labels["cnpg.io/cluster"] ?? pod.name}`;
}
