/** Load balancers: declared ones, and those that Oracle's cloud controller makes for a Kubernetes service. */

import type { Graph, Resource } from "../graph";
import { asNumber, asRecord, known, type Reading, read, readNumber, readText } from "../reading";
import type { Entry } from "./meters";

/** Type of the load balancer of layer 7. */
export const LOAD_BALANCER = "oci:LoadBalancer/loadBalancer:LoadBalancer";
/** Type of the load balancer of layer 4. */
export const NETWORK_LOAD_BALANCER = "oci:NetworkLoadBalancer/networkLoadBalancer:NetworkLoadBalancer";
/** Type of a Kubernetes service, which asks for a load balancer by its `spec.type`. */
export const KUBERNETES_SERVICE = "kubernetes:core/v1:Service";

const TYPE_ANNOTATION = "oci.oraclecloud.com/load-balancer-type";
const SHAPE_ANNOTATION = "service.beta.kubernetes.io/oci-load-balancer-shape";
const FLEX_MAX_ANNOTATION = "service.beta.kubernetes.io/oci-load-balancer-shape-flex-max";

/** What Oracle's cloud controller makes without annotations, Mbps. Source: oci-cloud-controller-manager, load balancer annotations (default shape 100Mbps). */
const CONTROLLER_DEFAULT_MBPS = 100;

/** The load balancers of a stack by kind. Kubernetes services count only where the stack runs on OKE. */
export function loadBalancersOf(graph: Graph): { readonly flexible: Entry[]; readonly network: Entry[] } {
    const flexible: Entry[] = [];
    const network: Entry[] = [];
    const onOke = runsOnOke(graph);
    for (const resource of graph.resources) {
        if (resource.type === LOAD_BALANCER) {
            flexible.push({ resource, amount: 1 });
        } else if (resource.type === NETWORK_LOAD_BALANCER) {
            network.push({ resource, amount: 1 });
        } else if (onOke && asksForLoadBalancer(resource)) {
            (annotation(resource, TYPE_ANNOTATION) === "nlb" ? network : flexible).push({ resource, amount: 1 });
        }
    }
    return { flexible, network };
}

/** Whether a stack has a cluster of Oracle's own, whose controller answers services of type LoadBalancer. */
export function runsOnOke(graph: Graph): boolean {
    return graph.resources.some((resource) => resource.type === "oci:ContainerEngine/cluster:Cluster");
}

/** Whether a resource is a Kubernetes service of type LoadBalancer. */
export function asksForLoadBalancer(resource: Resource): boolean {
    return resource.type === KUBERNETES_SERVICE && known(readText(resource, "spec.type")) === "LoadBalancer";
}

/** Bandwidth a load balancer may grow to, Mbps; absent for a network load balancer, which has no such price. */
export function bandwidthOf(resource: Resource): Reading<number> {
    if (resource.type === KUBERNETES_SERVICE) {
        if (annotation(resource, TYPE_ANNOTATION) === "nlb") {
            return { state: "absent" };
        }
        const shape = annotation(resource, SHAPE_ANNOTATION);
        const max = asNumber(annotation(resource, FLEX_MAX_ANNOTATION)?.replace(/Mbps$/i, ""));
        const fixed = asNumber(shape?.replace(/Mbps.*$/i, ""));
        return { state: "known", value: (shape === "flexible" ? max : fixed) ?? CONTROLLER_DEFAULT_MBPS };
    }
    const shape = readText(resource, "shape");
    if (shape.state === "known" && shape.value !== "flexible") {
        return { state: "known", value: asNumber(shape.value.replace(/Mbps.*$/i, "")) ?? CONTROLLER_DEFAULT_MBPS };
    }
    return shape.state === "unknown" ? shape : readNumber(resource, "shapeDetails.maximumBandwidthInMbps");
}

function annotation(resource: Resource, name: string): string | undefined {
    const annotations = read(resource, "metadata.annotations");
    const value = annotations.state === "known" ? asRecord(annotations.value)?.[name] : undefined;
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
