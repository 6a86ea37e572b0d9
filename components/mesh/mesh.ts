/** The private network over Tailscale: the keys machines join with, and the policy that gives them their addresses. */
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import type { Facts } from "../../policy/facts";
import { type MeshShape, policyText, tagsOf } from "./policy";

/** A mesh. */
export interface MeshArgs extends MeshShape {
    /**
     * True where the stack owns the tailnet's whole policy. The policy is one document: owning it means replacing it,
     * and putting it back to Tailscale's default at destroy. False: the tag must be in the policy already, addresses
     * are what the tailnet gives, and routes are approved one by one.
     */
    readonly ownsPolicy: boolean;
    /**
     * True: whatever policy the tailnet has is replaced when the stack's is made. False: the provider refuses to replace
     * any but Tailscale's default (terraform-provider-tailscale, `tailscale_acl`). It is false of hardly any tailnet an
     * OAuth client can make keys for: such a client carries a tag, which the default policy does not know
     * (https://tailscale.com/docs/features/oauth-clients). Means nothing without `ownsPolicy`.
     */
    readonly replacesPolicy: boolean;
}

/** Longest life Tailscale gives an auth key, seconds: 90 days. A machine may wait that long for room at Oracle. */
const keyLifeSeconds = 90 * 24 * 60 * 60;

/** The provider with the stack's own credentials (`tailscale:*` config), one single-use key a device, and the policy. */
export class Mesh extends pulumi.ComponentResource {
    /** What owns the tailnet's policy; undefined where somebody else does. */
    readonly policy: tailscale.Acl | undefined;
    readonly #keys: ReadonlyMap<string, tailscale.TailnetKey>;

    constructor(name: string, args: MeshArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:mesh:Mesh", name, {}, opts);
        const own = { parent: this };
        this.policy = args.ownsPolicy
            ? new tailscale.Acl(
                  `${name}-policy`,
                  {
                      acl: policyText(args),
                      overwriteExistingContent: args.replacesPolicy,
                      resetAclOnDestroy: true,
                  },
                  own,
              )
            : undefined;
        // A key with a tag the policy does not know is refused.
        const waits = { parent: this, dependsOn: this.policy === undefined ? [] : [this.policy] };
        const key = (device: string): [string, tailscale.TailnetKey] => [
            device,
            new tailscale.TailnetKey(
                `${name}-${device}`,
                {
                    // The API takes letters, digits, spaces and hyphens, at most 50.
                    description: `${name} ${device}`.replaceAll(/[^A-Za-z0-9 -]/g, "-").slice(0, 50),
                    reusable: false,
                    ephemeral: false,
                    preauthorized: true,
                    expiry: keyLifeSeconds,
                    // A key that is used up or too old has done its work: nothing is made anew because of it.
                    recreateIfInvalid: "never",
                    tags: tagsOf(args, device),
                },
                { ...waits, additionalSecretOutputs: ["key"] },
            ),
        ];
        this.#keys = new Map(Object.keys(args.devices).map(key));
        this.registerOutputs({ facts: meshFacts() });
    }

    /**
     * The key a device joins with, secret; it joins one machine once.
     *
     * @throws pulumi.RunError for a device the mesh does not know.
     */
    authKey(device: string): pulumi.Output<string> {
        const key = this.#keys.get(device);
        if (key === undefined) {
            throw new pulumi.RunError(
                `the mesh has no device "${device}": it must be one of ${[...this.#keys.keys()].join(", ")}`,
            );
        }
        return pulumi.secret(key.key);
    }
}

/** What a mesh relies on. */
export function meshFacts(): Facts {
    return {
        domains: [
            {
                name: "provider/tailscale",
                kind: "provider",
                title: "Tailscale's coordination service",
                mitigation: "Devices that know each other keep their tunnels while it is away; only joins wait for it.",
            },
        ],
    };
}
