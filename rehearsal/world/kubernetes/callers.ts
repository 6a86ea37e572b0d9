/** Who calls the services of a cluster: pods whose words name one, and visitors the site knows of. */
import { at, list, number, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import type { Connection, Peer } from "./network-policy";
import type { KubeObject } from "./objects";
import { containersOf, type PodTemplate, spokenWords } from "./pods";
import { selects, texts } from "./syntax";

/** A connection with the name a report calls it by. */
export interface Flow extends Connection {
    readonly name: string;
}

/** A running pod, or one that is about to run. */
export type AnyPod = Pick<PodTemplate, "namespace" | "name" | "labels" | "annotations" | "spec">;

/** A pod as policies see it: by its labels, or as its node where it has the node's network. */
export function peer(pod: AnyPod): Peer {
    return pod.spec.hostNetwork === true
        ? { kind: "entity", entities: ["host", "remote-node", "cluster", "all"] }
        : { kind: "pod", namespace: pod.namespace, labels: pod.labels };
}

/** The workload's name: the pod's without its ordinal. */
export function workloadOf(pod: AnyPod): string {
    return pod.name.replace(/-\d+$/, "");
}

/** Applications of the site that are not part of the program and call its services. */
export function visitingFlows(
    cluster: Cluster,
    pods: readonly AnyPod[],
    relevant: (pod: AnyPod) => boolean,
): readonly Flow[] {
    return (cluster.surroundings.site?.visitors ?? []).flatMap((visitor) => {
        const [namespace = "", name = ""] = visitor.service.split("/");
        const service = cluster.objects.find("v1", "Service", namespace, name);
        return targetsOf(service, pods)
            .filter(relevant)
            .map(
                (pod): Flow => ({
                    name: `${visitor.name} to service ${visitor.service} (TCP ${visitor.port})`,
                    from: { kind: "pod", namespace: visitor.namespace, labels: visitor.labels ?? {} },
                    to: peer(pod),
                    port: visitor.port,
                    protocol: "TCP",
                }),
            );
    });
}

/** Pods whose environment or arguments name a service of the cluster call it. */
export function spokenFlows(
    cluster: Cluster,
    pods: readonly AnyPod[],
    relevant: (pod: AnyPod) => boolean,
): readonly Flow[] {
    const services = cluster.objects.list("v1", "Service");
    return pods.flatMap((pod) =>
        spokenWords(pod.spec).flatMap((words) =>
            services
                .filter((service) => isCalled(words, service, pod.namespace))
                .flatMap((service) => callsOf(pod, words, service, pods, relevant)),
        ),
    );
}

function callsOf(
    pod: AnyPod,
    words: string,
    service: KubeObject,
    pods: readonly AnyPod[],
    relevant: (pod: AnyPod) => boolean,
): readonly Flow[] {
    const ports = list(service.manifest, "spec.ports");
    const called = ports.filter((port) => ports.length === 1 || words.includes(`:${number(port, "port") ?? 0}`));
    return targetsOf(service, pods)
        .filter((target) => target !== pod && (relevant(pod) || relevant(target)))
        .filter((target) => target.namespace !== pod.namespace || workloadOf(target) !== workloadOf(pod))
        .flatMap((target) =>
            called.map((port): Flow => {
                const container = portOf(target, port);
                return {
                    name: `${pod.namespace}/${workloadOf(pod)} to service ${service.namespace}/${service.name} (TCP ${container})`,
                    from: peer(pod),
                    to: peer(target),
                    port: container,
                    protocol: "TCP",
                };
            }),
        );
}

/** The pod's own port behind a service's port. */
function portOf(pod: AnyPod, port: Value): number {
    const named = text(port, "targetPort");
    const container = containersOf(pod.spec)
        .flatMap((each) => list(each, "ports"))
        .find((each) => named !== undefined && text(each, "name") === named);
    return number(container, "containerPort") ?? number(port, "targetPort") ?? number(port, "port") ?? 0;
}

function targetsOf(service: KubeObject | undefined, pods: readonly AnyPod[]): readonly AnyPod[] {
    const selector = texts(at(service?.manifest, "spec.selector"));
    return Object.keys(selector).length === 0
        ? []
        : pods.filter((pod) => pod.namespace === service?.namespace && selects({ matchLabels: selector }, pod.labels));
}

function isCalled(words: string, service: KubeObject, from: string): boolean {
    const full = new RegExp(`(^|[^a-z0-9-])${service.name}\\.${service.namespace}([^a-z0-9-]|$)`);
    const short = new RegExp(`//([^/@\\s]*@)?${service.name}(:\\d+|/|$)`);
    return full.test(words) || (from === service.namespace && short.test(words));
}
