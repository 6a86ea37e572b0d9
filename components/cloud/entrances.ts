/** The ways into a stack from outside, and what each of them dies with. */
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";

/** The ways into a stack; all of it is plain, since rules judge it. */
export interface EntrancesArgs {
    /** Name of the instance that lets SSH in. */
    readonly bastion: string;
    /** The device of the mesh behind which the private networks lie, and the failure domain it is part of. */
    readonly router: { readonly name: string; readonly livesOn: string };
    /** Name of the reserved address the internet's requests come to, as its component is called. */
    readonly ingress: string;
    /** Services the internet's requests need further on. */
    readonly ingressNeeds: readonly string[];
}

/** One way each: an allowance of two reserved addresses and one small instance has no second of any. */
export function entranceFacts({ bastion, router, ingress, ingressNeeds }: EntrancesArgs): Facts {
    const device = `tunnel-replica/${router.name}`;
    return {
        domains: [
            {
                name: device,
                kind: "tunnel-replica",
                title: `Mesh router ${router.name}`,
                partOf: [router.livesOn],
                mitigation: "A second device that advertises the same networks: Tailscale fails over to it.",
            },
        ],
        services: [
            {
                name: "ssh",
                title: "SSH from the internet",
                redundancy: { rule: "any-of" },
                members: { [bastion]: `machine/${bastion}` },
                mitigation: "The mesh is a second way in; nothing that runs needs SSH.",
            },
            {
                name: "private-access",
                title: "Private networks over the mesh",
                redundancy: { rule: "any-of" },
                members: { [router.name]: device },
                mitigation: "A second device that advertises the same networks.",
            },
            {
                name: "ingress",
                title: "Requests from the internet",
                redundancy: { rule: "any-of" },
                members: { [ingress]: `nat/${ingress}` },
                needs: [...ingressNeeds],
                mitigation: "A load balancer in front of several nodes.",
            },
        ],
    };
}

/** Makes nothing: says by facts which ways in there are. */
export class Entrances extends pulumi.ComponentResource {
    static readonly type = "strata:cloud:Entrances";

    constructor(name: string, args: EntrancesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(Entrances.type, name, {}, opts);
        this.registerOutputs({ facts: entranceFacts(args) });
    }
}
