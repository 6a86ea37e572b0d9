/** Services, and the addresses Cilium gives those of type LoadBalancer. */
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { annotationsOf, idOf, type KubeObject, labelsOf } from "./objects";
import { nodeLabels } from "./scheduling";
import { chartsRunning } from "./surroundings";
import { selects, texts } from "./syntax";

/** Annotations by which a service asks for addresses. Source: Cilium 1.18, "LoadBalancer IP Address Management". */
const requests = ["lbipam.cilium.io/ips", "io.cilium/lb-ipam-ips"];

/** An IPv4 address as a number; undefined where it is none. */
export function ipNumber(address: string): number | undefined {
    const parts = address.split(".").map(Number);
    return parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)
        ? parts.reduce((sum, part) => sum * 256 + part, 0)
        : undefined;
}

function ipText(value: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** First and last address of a pool's block; undefined where the block is malformed. */
export function blockRange(block: Value): { readonly first: number; readonly last: number } | undefined {
    const cidr = text(block, "cidr");
    if (cidr !== undefined) {
        const [base = "", bits = ""] = cidr.split("/");
        const start = ipNumber(base);
        const length = Number(bits);
        return start === undefined || bits === "" || !Number.isInteger(length) || length < 0 || length > 32
            ? undefined
            : {
                  first: start - (start % 2 ** (32 - length)),
                  last: start - (start % 2 ** (32 - length)) + 2 ** (32 - length) - 1,
              };
    }
    const first = ipNumber(text(block, "start") ?? "");
    const last = ipNumber(text(block, "stop") ?? text(block, "start") ?? "");
    return first === undefined || last === undefined || last < first ? undefined : { first, last };
}

/** The address a service has been given; undefined where it has none. */
export function ingressOf(service: KubeObject): string | undefined {
    return text(list(service.status, "loadBalancer.ingress")[0], "ip");
}

/** Services. */
export const serviceController: Controller = {
    awaited: true,
    settle(object, cluster): Outcome {
        const spec = isProperties(object.manifest.spec) ? object.manifest.spec : {};
        const problems: string[] = [];
        const selector = texts(spec.selector);
        const waits = Object.keys(selector).length > 0 && spec.clusterIP !== "None" && spec.type !== "ExternalName";
        const targets = cluster.pods.filter(
            (pod) => pod.namespace === object.namespace && selects({ matchLabels: selector }, pod.labels),
        );
        if (waits && targets.length === 0) {
            problems.push(
                "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
            );
        }
        if (spec.type !== "LoadBalancer") {
            return { problems, status: { loadBalancer: {} } };
        }
        const address = ingressOf(object) ?? allocate(object, cluster);
        if (typeof address === "string") {
            return {
                problems,
                status: { loadBalancer: { ingress: [{ ip: address, ipMode: "VIP" }] } },
                commit: () => cluster.addresses.claim(address, `service ${idOf(object)}`),
            };
        }
        return {
            problems: [
                ...problems,
                `Service was not allocated an IP address; does your cloud provider support this? (${address.why})`,
            ],
        };
    },
    removed(object, cluster) {
        const address = ingressOf(object);
        if (address !== undefined) {
            cluster.addresses.release(address);
        }
    },
};

/** The address a service gets, or why it gets none. */
function allocate(service: KubeObject, cluster: Cluster): string | { readonly why: string } {
    const cilium = chartsRunning(cluster, "cilium")[0];
    if (cilium === undefined) {
        return { why: "nothing in the cluster gives addresses to services" };
    }
    const pools = cluster.objects
        .list("cilium.io/v2", "CiliumLoadBalancerIPPool")
        .filter((pool) => serves(pool, service));
    if (pools.length === 0) {
        return {
            why: "cilium.io/IPAMRequestSatisfied=False: no_pool: There are no enabled CiliumLoadBalancerIPPools that match this service",
        };
    }
    const blocks = pools.flatMap((pool) =>
        list(pool.manifest, "spec.blocks").flatMap((block) => blockRange(block) ?? []),
    );
    const wanted = requestedAddress(service);
    const taken = cluster.objects
        .list("v1", "Service")
        .flatMap((other) => (other === service ? [] : (ingressOf(other) ?? [])));
    const announced = announcement(service, cluster, cilium.values);
    if (announced !== undefined) {
        return { why: announced };
    }
    const free = (address: string): string | undefined =>
        taken.includes(address)
            ? "already_allocated: the address is another service's"
            : occupied(cluster, address, service);
    if (wanted !== undefined) {
        const value = ipNumber(wanted);
        if (value === undefined || !blocks.some(({ first, last }) => value >= first && value <= last)) {
            return {
                why: `cilium.io/IPAMRequestSatisfied=False: out_of_range: no pool contains the requested address ${wanted}`,
            };
        }
        const conflict = free(wanted);
        return conflict === undefined ? wanted : { why: `${wanted}: ${conflict}` };
    }
    for (const { first, last } of blocks) {
        for (let value = first; value <= last; value += 1) {
            const address = ipText(value);
            if (taken.includes(address)) {
                continue;
            }
            const conflict = free(address);
            // Cilium hands out the next address without looking who answers at it.
            return conflict === undefined ? address : { why: `${address}: ${conflict}` };
        }
    }
    return { why: "cilium.io/IPAMRequestSatisfied=False: out_of_ips: all pools are exhausted" };
}

function occupied(cluster: Cluster, address: string, service: KubeObject): string | undefined {
    const owner = cluster.addresses.takenBy(address);
    return owner === undefined || owner === `service ${idOf(service)}`
        ? undefined
        : `the address already answers on the network: ${owner}`;
}

function requestedAddress(service: KubeObject): string | undefined {
    const annotations = annotationsOf(service.manifest);
    const annotated = requests.map((key) => annotations[key]).find((value) => value !== undefined);
    return annotated?.split(",")[0]?.trim() ?? text(service.manifest, "spec.loadBalancerIP");
}

function serves(pool: KubeObject, service: KubeObject): boolean {
    const selector = at(pool.manifest, "spec.serviceSelector");
    return (
        at(pool.manifest, "spec.disabled") !== true &&
        (!isProperties(selector) || selects(selector, serviceLabels(service)))
    );
}

function serviceLabels(service: KubeObject): Readonly<Record<string, string>> {
    return {
        ...labelsOf(service),
        "io.kubernetes.service.namespace": service.namespace,
        "io.kubernetes.service.name": service.name,
    };
}

/** Why nobody answers ARP for the service's address; undefined where a node does. */
function announcement(service: KubeObject, cluster: Cluster, values: Properties): string | undefined {
    if (at(values, "l2announcements.enabled") !== true) {
        return "no node answers for the address: the chart's value l2announcements.enabled is not true";
    }
    const policies = cluster.objects
        .list("cilium.io/v2alpha1", "CiliumL2AnnouncementPolicy")
        .filter((policy) => at(policy.manifest, "spec.loadBalancerIPs") === true)
        .filter((policy) => {
            const selector = at(policy.manifest, "spec.serviceSelector");
            return !isProperties(selector) || selects(selector, serviceLabels(service));
        });
    const announcing = policies.some((policy) => {
        const selector = at(policy.manifest, "spec.nodeSelector");
        return cluster.readyNodes().some((node) => {
            const labels = nodeLabels(node);
            return (
                labels["node.kubernetes.io/exclude-from-external-load-balancers"] === undefined &&
                (!isProperties(selector) || selects(selector, labels))
            );
        });
    });
    return announcing
        ? undefined
        : "no node answers for the address: no CiliumL2AnnouncementPolicy selects the service and a node that may announce it";
}
