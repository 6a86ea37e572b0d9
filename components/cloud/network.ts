/** The Oracle network everything of a stack lives in: VCN, way out, security list, one public subnet. */

import type { types } from "@pulumi/oci";
import * as core from "@pulumi/oci/core";
import * as pulumi from "@pulumi/pulumi";

/** A port that is opened, and why. */
export interface OpenPort {
    readonly protocol: "tcp" | "udp";
    readonly port: number;
    /** Where from, e.g. `203.0.113.7/32`. */
    readonly sources: readonly string[];
    /** Why it is open: shown in the console beside the rule. */
    readonly reason: string;
}

/** What the network is made of. */
export interface NetworkArgs {
    readonly compartmentId: pulumi.Input<string>;
    /** e.g. `10.0.0.0/16` (architecture diagrams, "OCI VCN"). */
    readonly vcnCidr: string;
    /** e.g. `10.0.1.0/24` (architecture diagrams, "Subnet"). */
    readonly subnetCidr: string;
    /** DNS label of the VCN: letters and digits, at most 15 (Oracle). */
    readonly dnsLabel: string;
    /** What is reachable from outside the VCN on every instance; inside it everything is. */
    readonly openPorts: readonly OpenPort[];
    /**
     * What is reachable on some instances only, by the name of their network security group. A security list holds for
     * the whole subnet and its ingress rules know no destination (Oracle, "Security Rules"), so what only the bastion
     * may answer cannot be in it.
     */
    readonly groups?: Readonly<Record<string, readonly OpenPort[]>>;
}

/** IANA numbers, which is how Oracle's security rules name protocols. */
const protocolNumber = { icmp: "1", tcp: "6", udp: "17" } as const;

/** One ingress rule per port and source, everything inside the VCN, and the ICMP that path MTU discovery needs. */
export function ingressRules(
    vcnCidr: string,
    openPorts: readonly OpenPort[],
): types.input.Core.SecurityListIngressSecurityRule[] {
    const opened = openPorts.flatMap(({ protocol, port, sources, reason }) =>
        sources.map((source) => ({
            protocol: protocolNumber[protocol],
            source,
            description: reason,
            ...(protocol === "tcp"
                ? { tcpOptions: { min: port, max: port } }
                : { udpOptions: { min: port, max: port } }),
        })),
    );
    return [
        { protocol: "all", source: vcnCidr, description: "Corosync, Ceph, migration: the nodes among themselves" },
        {
            protocol: protocolNumber.icmp,
            source: "0.0.0.0/0",
            description: "Fragmentation needed: without it large packets vanish",
            icmpOptions: { type: 3, code: 4 },
        },
        ...opened,
    ];
}

/**
 * VCN, internet gateway, route table, security list and subnet. All of it is free: Oracle charges none of these
 * (Always Free allows two VCNs).
 */
export class Network extends pulumi.ComponentResource {
    readonly subnetId: pulumi.Output<string>;
    readonly vcnId: pulumi.Output<string>;
    /** Name of a network security group to its OCID. */
    readonly groups: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:cloud:Network", name, {}, opts);
        const own = { parent: this };
        const { compartmentId } = args;
        const vcn = new core.Vcn(
            `${name}-vcn`,
            { compartmentId, cidrBlocks: [args.vcnCidr], dnsLabel: args.dnsLabel, displayName: name },
            own,
        );
        const gateway = new core.InternetGateway(
            `${name}-internet-gateway`,
            { compartmentId, vcnId: vcn.id, enabled: true, displayName: name },
            own,
        );
        const routes = new core.RouteTable(
            `${name}-routes`,
            {
                compartmentId,
                vcnId: vcn.id,
                displayName: name,
                routeRules: [{ destination: "0.0.0.0/0", destinationType: "CIDR_BLOCK", networkEntityId: gateway.id }],
            },
            own,
        );
        const security = new core.SecurityList(
            `${name}-security`,
            {
                compartmentId,
                vcnId: vcn.id,
                displayName: name,
                ingressSecurityRules: ingressRules(args.vcnCidr, args.openPorts),
                egressSecurityRules: [
                    { protocol: "all", destination: "0.0.0.0/0", description: "Images, packages, the mesh" },
                ],
            },
            own,
        );
        const subnet = new core.Subnet(
            `${name}-subnet`,
            {
                compartmentId,
                vcnId: vcn.id,
                cidrBlock: args.subnetCidr,
                routeTableId: routes.id,
                securityListIds: [security.id],
                dnsLabel: "nodes",
                displayName: name,
            },
            own,
        );
        this.groups = Object.fromEntries(
            Object.entries(args.groups ?? {}).map(([group, ports]) => [
                group,
                securityGroup(`${name}-${group}`, { compartmentId, vcnId: vcn.id, ports }, own),
            ]),
        );
        this.vcnId = vcn.id;
        this.subnetId = subnet.id;
        this.registerOutputs({ vcnId: this.vcnId, subnetId: this.subnetId });
    }
}

/** A network security group with one rule a port and source; its OCID. Known before its rules are: they only open. */
function securityGroup(
    name: string,
    args: {
        readonly compartmentId: pulumi.Input<string>;
        readonly vcnId: pulumi.Input<string>;
        readonly ports: readonly OpenPort[];
    },
    own: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const { compartmentId, vcnId, ports } = args;
    const group = new core.NetworkSecurityGroup(name, { compartmentId, vcnId, displayName: name }, own);
    for (const { protocol, port, sources, reason } of ports) {
        const range = { destinationPortRange: { min: port, max: port } };
        for (const source of sources) {
            new core.NetworkSecurityGroupSecurityRule(
                `${name}-${protocol}-${port}-${source.replace("/", "-")}`,
                {
                    networkSecurityGroupId: group.id,
                    direction: "INGRESS",
                    protocol: protocolNumber[protocol],
                    source,
                    sourceType: "CIDR_BLOCK",
                    description: reason,
                    ...(protocol === "tcp" ? { tcpOptions: range } : { udpOptions: range }),
                },
                own,
            );
        }
    }
    return group.id;
}
