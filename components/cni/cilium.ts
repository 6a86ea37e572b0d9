import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";
import { type Home, inside, machineDomain, schedulable } from "../kubernetes/cluster";
import { ciliumValues } from "./values";

export interface CiliumArgs {
    /** The cluster whose API answers, nodes still NotReady for want of a network. */
    readonly home: Home;
    /** Chart version, e.g. `1.18.14`. */
    readonly version: string;
    /** Port of KubePrism on every node, as the machine config sets it. */
    readonly kubePrismPort: number;
    /** How many addresses the cluster announces on the local network: they cost API requests. */
    readonly addresses: number;
}

/** Where Cilium's charts are published. */
const repository = "https://helm.cilium.io/";

/** Images of agent, operator, Envoy and Hubble have to arrive on every node before the chart's pods are ready. */
const timeoutSeconds = 600;

/**
 * Cilium: the network of every pod, in the place of kube-proxy, with eBPF network policy, addresses for LoadBalancer
 * services announced on the local network, and Hubble to watch it all.
 *
 * A cluster without it has no Ready node. Whatever runs pods comes after `network`.
 */
export class Cilium extends pulumi.ComponentResource {
    static readonly type = "strata:cni:Cilium";

    /** The chart's release: its operator brings the custom resource definitions of Cilium. */
    readonly release: k8s.helm.v3.Release;

    constructor(name: string, args: CiliumArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Cilium.type, name, {}, opts);

        this.release = new k8s.helm.v3.Release(
            `${name}-chart`,
            {
                name: "cilium",
                namespace: "kube-system",
                chart: "cilium",
                version: args.version,
                repositoryOpts: { repo: repository },
                timeout: timeoutSeconds,
                values: {
                    ...ciliumValues({
                        kubePrismPort: args.kubePrismPort,
                        nodes: schedulable(args.home.nodes).length,
                        addresses: args.addresses,
                    }),
                },
            },
            inside(args.home, this),
        );

        this.registerOutputs({ release: this.release.name, facts: facts(args.home) });
    }
}

/** One agent a node: each carries its own node's pods, so no node's loss reaches another's network. */
function facts(home: Home): Facts {
    return {
        services: [
            {
                name: "cilium",
                title: "Cilium",
                redundancy: { rule: "any-of" },
                members: Object.fromEntries(
                    home.nodes.map((node) => [`cilium-${node.name}`, machineDomain(node.name)]),
                ),
                mitigation: "A DaemonSet: every node runs its own agent.",
            },
        ],
    };
}
