/** Where a packet from outside of a cluster ends: at a pod, or at what stops it. */
import { at, list, number, text, type Value } from "../value";
import { proxyLabels } from "./chart-tailscale";
import type { Cluster, InstalledRelease } from "./cluster";
import { denial, outside, type Peer } from "./network-policy";
import { annotationsOf, idOf, type KubeObject } from "./objects";
import { containersOf, type Pod } from "./pods";
import { chartsRunning } from "./surroundings";
import { selects, texts } from "./syntax";

/** The end of a packet's way. */
export type Reached =
    | {
          /** The service it came through, `namespace/name`. */
          readonly service: string;
          /** The pods that answer, `namespace/name`. */
          readonly pods: readonly string[];
          /** Port of the pods. */
          readonly port: number;
      }
    /** Why nobody answers. */
    | { readonly stopped: string };

/** A packet to a port of any node, from outside of the cluster. */
export function reachNodePort(cluster: Cluster, nodePort: number): Reached {
    return reach(cluster, outside, `port ${nodePort} of a node`, (service, port) =>
        ["NodePort", "LoadBalancer"].includes(text(service.manifest, "spec.type") ?? "")
            ? number(port, "nodePort") === nodePort
            : false,
    );
}

/** A packet to an external address of a service, which a node's network card receives. */
export function reachExternalAddress(cluster: Cluster, address: string, servicePort: number): Reached {
    // In kube-proxy's place Cilium serves external addresses, whatever else is asked (Cilium 1.18: pkg/kpr).
    return chartsRunning(cluster, "cilium").some(replacesKubeProxy)
        ? reach(cluster, outside, `${address}:${servicePort}`, (service, port) =>
              list(service.manifest, "spec.externalIPs").includes(address)
                  ? number(port, "port") === servicePort
                  : false,
          )
        : { stopped: `nothing in the cluster answers for the external address ${address}` };
}

function replacesKubeProxy({ values }: InstalledRelease): boolean {
    return [true, "true"].includes(at(values, "kubeProxyReplacement") as boolean | string);
}

/**
 * Whether a packet that a pod forwards, and sent by no socket of its own, reaches a service's address. Cilium translates
 * where a socket connects, and leaves packets alone, unless it is told to translate for sockets of the host only
 * (Cilium 1.18: bpf/bpf_lxc.c, ENABLE_PER_PACKET_LB).
 */
function translatesForwarded(cluster: Cluster): boolean {
    return chartsRunning(cluster, "cilium")
        .filter(replacesKubeProxy)
        .every(({ values }) => at(values, "socketLB.hostNamespaceOnly") === true);
}

/** A packet over the mesh to the name a service was exposed by. */
export function reachOverMesh(cluster: Cluster, hostname: string, servicePort: number): Reached {
    const [operator] = chartsRunning(cluster, "tailscale-operator");
    if (operator === undefined) {
        return { stopped: `nobody exposes ${hostname} to the mesh: no Tailscale operator runs` };
    }
    if (!translatesForwarded(cluster)) {
        return {
            stopped: `the mesh's proxy forwards ${hostname} to its service's cluster address, which nothing translates: Cilium serves sockets only while socketLB.hostNamespaceOnly is not true`,
        };
    }
    const proxy: Peer = { kind: "pod", namespace: operator.namespace, labels: proxyLabels };
    return reach(cluster, proxy, `${hostname}:${servicePort} on the mesh`, (service, port) => {
        const annotations = annotationsOf(service.manifest);
        const name = annotations["tailscale.com/hostname"] ?? `${service.namespace}-${service.name}`;
        return annotations["tailscale.com/expose"] === "true" && name === hostname
            ? number(port, "port") === servicePort
            : false;
    });
}

function reach(
    cluster: Cluster,
    from: Peer,
    what: string,
    matches: (service: KubeObject, port: Value) => boolean,
): Reached {
    for (const service of cluster.objects.list("v1", "Service")) {
        const port = list(service.manifest, "spec.ports").find((each) => matches(service, each));
        if (port !== undefined) {
            return behind(cluster, from, service, port);
        }
    }
    return { stopped: `no service answers at ${what}` };
}

function behind(cluster: Cluster, from: Peer, service: KubeObject, port: Value): Reached {
    const selector = texts(at(service.manifest, "spec.selector"));
    const pods = cluster.pods.filter(
        (pod) => pod.namespace === service.namespace && selects({ matchLabels: selector }, pod.labels),
    );
    const [pod] = pods;
    if (Object.keys(selector).length === 0 || pod === undefined) {
        return { stopped: `no pod runs behind service ${idOf(service)}` };
    }
    const target = podPort(pod, port);
    if (target === undefined) {
        return { stopped: `the pods behind service ${idOf(service)} have no such port` };
    }
    const denied = denial(cluster, {
        from,
        to: { kind: "pod", namespace: pod.namespace, labels: pod.labels },
        port: target,
        protocol: "TCP",
    });
    return denied === undefined
        ? { service: idOf(service), pods: pods.map(idOf), port: target }
        : { stopped: `denied by ${denied}` };
}

/** The pod's own port behind a service's; undefined where the service names one the pod does not have. */
function podPort(pod: Pod, port: Value): number | undefined {
    const named = text(port, "targetPort");
    if (named === undefined) {
        return number(port, "targetPort") ?? number(port, "port");
    }
    const found = containersOf(pod.spec)
        .flatMap((each) => list(each, "ports"))
        .find((each) => text(each, "name") === named);
    return number(found, "containerPort");
}
