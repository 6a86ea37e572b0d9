import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";
import { throughAll } from "../kubernetes/edge";
import { type CiliumNetworkPolicySpec, denyAll, type NetworkFlow, policiesFor } from "./network-flow";

export interface NetworkPoliciesArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** The release that brings the definition of CiliumNetworkPolicy. */
    readonly cilium: pulumi.Resource;
    /** Namespaces of which nothing goes in or out but the flows: name to the name that carries the namespace's edge. */
    readonly isolated: Readonly<Record<string, pulumi.Input<string>>>;
    /** Everything the applications need, each flow by its name. */
    readonly flows: readonly NetworkFlow[];
}

/** Deny by default for the application namespaces, and exactly the flows the applications state. */
export class NetworkPolicies extends pulumi.ComponentResource {
    static readonly type = "strata:cni:NetworkPolicies";

    private readonly policies = new Map<string, pulumi.Resource[]>();

    constructor(name: string, args: NetworkPoliciesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(NetworkPolicies.type, name, {}, opts);

        const policy = (child: string, object: string, namespace: string, spec: CiliumNetworkPolicySpec) => {
            const made = new k8s.apiextensions.CustomResource(
                child,
                {
                    apiVersion: "cilium.io/v2",
                    kind: "CiliumNetworkPolicy",
                    metadata: {
                        name: object,
                        namespace: args.isolated[namespace] ?? namespace,
                    },
                    spec,
                },
                inside(args.home, this, { dependsOn: [args.cilium] }),
            );
            this.policies.set(namespace, [...(this.policies.get(namespace) ?? []), made]);
        };

        const namespaces = Object.keys(args.isolated);
        for (const namespace of namespaces) {
            policy(`${name}-${namespace}-deny-all`, "deny-all", namespace, denyAll());
        }
        for (const allowed of policiesFor(args.flows, namespaces)) {
            policy(`${name}-${allowed.name}`, allowed.name, allowed.namespace, allowed.spec);
        }

        this.registerOutputs({ flows: args.flows.map((flow) => flow.name) });
    }

    /**
     * The name of an isolated namespace, known at preview, which carries the edges to all its policies: a workload put
     * there is never open to the network, and never without a flow it needs, not even for the moment it starts in.
     */
    enforced(namespace: string): pulumi.Output<string> {
        return throughAll(this.policies.get(namespace) ?? [], namespace);
    }
}
