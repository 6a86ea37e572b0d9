import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";
import type { LoadBalancerAddresses } from "./load-balancer-addresses";

export interface LanServiceArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** Who announces the address. */
    readonly addresses: LoadBalancerAddresses;
    /** The fixed address, out of the pool. */
    readonly address: string;
    readonly namespace: pulumi.Input<string>;
    /** Name of the Service in its namespace. */
    readonly service: string;
    /** What runs the pods: a Service that finds none is not ready. Default: Cilium, which the addresses come after. */
    readonly pods?: pulumi.Resource;
    /** Labels of the pods that answer. */
    readonly selector: Readonly<Record<string, string>>;
    readonly scheme: "http" | "https";
    /** Port on the local network. */
    readonly port: number;
    /** Port of the pods. */
    readonly targetPort: number;
}

/**
 * A web page of the cluster at a fixed address of the local network.
 *
 * A Service of its own and not the one of the page's chart: Helm waits for a LoadBalancer's address, and the pool that
 * gives it comes after the chart that brings the pool's definition.
 */
export class LanService extends pulumi.ComponentResource {
    static readonly type = "strata:cni:LanService";

    /** e.g. `http://10.10.0.71/`. */
    readonly url: string;

    constructor(name: string, args: LanServiceArgs, opts?: pulumi.ComponentResourceOptions) {
        super(LanService.type, name, {}, opts);

        new k8s.core.v1.Service(
            `${name}-service`,
            {
                metadata: {
                    name: args.service,
                    namespace: args.namespace,
                    annotations: { "lbipam.cilium.io/ips": args.addresses.announced(args.address) },
                },
                spec: {
                    type: "LoadBalancer",
                    // No node port: the address is the way in.
                    allocateLoadBalancerNodePorts: false,
                    selector: args.selector,
                    ports: [{ name: args.scheme, port: args.port, targetPort: args.targetPort, protocol: "TCP" }],
                },
            },
            inside(args.home, this, args.pods === undefined ? {} : { dependsOn: [args.pods] }),
        );

        this.url = url(args.scheme, args.address, args.port);
        this.registerOutputs({ url: this.url });
    }
}

/** The address a browser is given; the scheme's own port goes without saying. */
export function url(scheme: "http" | "https", address: string, port: number): string {
    const implied = (scheme === "http" && port === 80) || (scheme === "https" && port === 443);
    return `${scheme}://${address}${implied ? "" : `:${port}`}/`;
}
