import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";
import { type Home, inside, machineDomain, type Node } from "../kubernetes/cluster";
import { throughAll } from "../kubernetes/edge";

export interface LoadBalancerAddressesArgs {
    readonly home: Home;
    /** The release that brings the custom resource definitions and announces the addresses. */
    readonly cilium: pulumi.Resource;
    /** First address of the pool, on the nodes' own network. */
    readonly first: string;
    /** Last address of the pool, included. */
    readonly last: string;
}

/** Control planes stay out of it where there is a worker: they carry the label that excludes them from balancing. */
const workersOnly = {
    matchExpressions: [{ key: "node-role.kubernetes.io/control-plane", operator: "DoesNotExist" }],
};

/** The nodes that answer for the pool's addresses: the workers, or all of them where there is none. */
export function announcers(nodes: readonly Node[]): readonly Node[] {
    const workers = nodes.filter((node) => node.role === "worker");
    return workers.length > 0 ? workers : nodes;
}

/**
 * The addresses LoadBalancer services get, and who answers ARP for them. One node at a time announces an address; when
 * it goes, another one takes its lease.
 */
export class LoadBalancerAddresses extends pulumi.ComponentResource {
    static readonly type = "strata:cni:LoadBalancerAddresses";

    private readonly pool: k8s.apiextensions.CustomResource;
    private readonly announcement: k8s.apiextensions.CustomResource;

    constructor(name: string, args: LoadBalancerAddressesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(LoadBalancerAddresses.type, name, {}, opts);

        this.pool = new k8s.apiextensions.CustomResource(
            `${name}-pool`,
            {
                // Served as v2 since Cilium 1.18, which deprecates v2alpha1 (cilium PR 39134).
                apiVersion: "cilium.io/v2",
                kind: "CiliumLoadBalancerIPPool",
                metadata: { name },
                spec: { blocks: [{ start: args.first, stop: args.last }] },
            },
            inside(args.home, this, { dependsOn: [args.cilium] }),
        );

        const byWorkers = announcers(args.home.nodes).some((node) => node.role === "worker");
        this.announcement = new k8s.apiextensions.CustomResource(
            `${name}-announcement`,
            {
                // Still an alpha version in 1.18 to 1.20, unlike the pool.
                apiVersion: "cilium.io/v2alpha1",
                kind: "CiliumL2AnnouncementPolicy",
                metadata: { name },
                spec: {
                    loadBalancerIPs: true,
                    externalIPs: true,
                    ...(byWorkers ? { nodeSelector: workersOnly } : {}),
                },
            },
            inside(args.home, this, { dependsOn: [args.cilium] }),
        );

        this.registerOutputs({ first: args.first, last: args.last, facts: facts(args.home) });
    }

    /** An address of the pool, known at preview, which carries the edges to the pool and to its announcement. */
    announced(address: string): pulumi.Output<string> {
        return throughAll([this.pool, this.announcement], address);
    }
}

function facts(home: Home): Facts {
    return {
        services: [
            {
                name: "load-balancer-addresses",
                title: "LoadBalancer addresses",
                redundancy: { rule: "any-of" },
                members: Object.fromEntries(
                    announcers(home.nodes).map((node) => [`announcer-${node.name}`, machineDomain(node.name)]),
                ),
                // The lease behind each announcement lives in the API: without it the announcer falls silent.
                needs: ["cilium", "kubernetes-api"],
                mitigation: "Another worker takes the lease and answers for the address.",
            },
        ],
    };
}
