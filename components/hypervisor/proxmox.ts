/** The Proxmox VE hosts that are there already, and the Talos image on each. */
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";

/** How the hosts are reached. */
export interface ProxmoxArgs {
    readonly endpoint: pulumi.Input<string>;
    /** `user@realm!name=uuid`, secret. */
    readonly apiToken: pulumi.Input<string>;
    /** True takes the API's certificate unchecked. */
    readonly insecure: boolean;
    /** Node names. */
    readonly nodes: readonly string[];
    /** True where a component that made the nodes has named them as failure domains. Default false. */
    readonly nodesDeclared?: boolean;
}

/** The hosts as failure domains: more than one form a cluster, which survives as long as most of them do. */
export function hypervisorFacts(nodes: readonly string[], nodesDeclared = false): Facts {
    const named = nodesDeclared ? [] : nodes;
    return {
        domains: named.map((node) => ({
            name: `hypervisor-node/${node}`,
            kind: "hypervisor-node" as const,
            title: nodes.length === 1 ? "Proxmox" : `Proxmox node ${node}`,
            mitigation: "A Proxmox cluster of three nodes or more, with the machines spread over them.",
        })),
        ...(nodes.length < 2
            ? {}
            : {
                  services: [
                      {
                          name: "proxmox-quorum",
                          title: "Proxmox cluster",
                          redundancy: { rule: "majority" as const },
                          members: Object.fromEntries(nodes.map((node) => [node, `hypervisor-node/${node}`])),
                      },
                  ],
              }),
    };
}

/** An existing Proxmox VE host or cluster, spoken to by its API alone: nothing here uses SSH. */
export class Proxmox extends pulumi.ComponentResource {
    static readonly type = "strata:hypervisor:Proxmox";
    readonly provider: proxmoxve.Provider;

    constructor(name: string, args: ProxmoxArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Proxmox.type, name, {}, opts);
        this.provider = new proxmoxve.Provider(
            `${name}-api`,
            { endpoint: args.endpoint, apiToken: pulumi.secret(args.apiToken), insecure: args.insecure },
            { parent: this },
        );
        this.registerOutputs({ endpoint: args.endpoint, facts: hypervisorFacts(args.nodes, args.nodesDeclared) });
    }
}
