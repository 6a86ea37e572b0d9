/** A public address that stays: reserved, on a private address of an instance. */
import * as core from "@pulumi/oci/core";
import * as pulumi from "@pulumi/pulumi";
import type { Facts } from "../../policy/facts";

/** Where the reserved address is attached. */
export type ReservedAddressTarget =
    /** A private address that is known by its OCID. */
    | { readonly privateIpId: pulumi.Input<string> }
    /** An address on the instance's primary interface. */
    | {
          readonly vnicOf: core.Instance;
          /** The private address, e.g. `10.0.1.20`. */
          readonly address: string;
          /**
           * True for an address beside the primary one, which is made here: a private address holds one public one, and
           * the primary's is the way out. False for the primary address, which is looked up; what it reaches the
           * internet with is this reserved address from then on, and nothing before.
           */
          readonly secondary: boolean;
      };

/** A reserved public address. */
export type ReservedAddressArgs = {
    readonly compartmentId: pulumi.Input<string>;
    /** Name of the failure domain it dies with, e.g. `machine/bastion`. */
    readonly livesOn?: string;
} & ReservedAddressTarget;

/**
 * The interface an instance has.
 *
 * @throws pulumi.RunError naming the instance where it has none.
 */
export function attachedVnicId(
    instance: string,
    attachments: readonly { readonly state: string; readonly vnicId: string }[],
): string {
    const attached = attachments.find(({ state }) => state === "ATTACHED");
    if (attached === undefined) {
        throw new pulumi.RunError(
            `instance ${instance} has no attached network interface: see its state in Oracle's console`,
        );
    }
    return attached.vnicId;
}

/**
 * OCID of the primary one of an interface's private addresses.
 *
 * @param expected The address it must be.
 * @throws pulumi.RunError where it is another.
 */
export function primaryAddressId(
    expected: string,
    addresses: readonly { readonly id: string; readonly ipAddress: string; readonly isPrimary: boolean }[],
): string {
    const found = addresses.find(({ isPrimary }) => isPrimary);
    if (found?.ipAddress !== expected) {
        throw new pulumi.RunError(
            `the interface's primary address must be ${expected}, got ${found?.ipAddress ?? "none"}: the instance was not made by this stack's config`,
        );
    }
    return found.id;
}

/** The primary interface of an instance; unknown until the instance is there. */
function primaryVnic(
    compartmentId: pulumi.Input<string>,
    instance: core.Instance,
    own: pulumi.InvokeOutputOptions,
): pulumi.Output<string> {
    const { vnicAttachments } = core.getVnicAttachmentsOutput({ compartmentId, instanceId: instance.id }, own);
    return pulumi.all([instance.displayName, vnicAttachments]).apply(([name, found]) => attachedVnicId(name, found));
}

/** One reserved public address; two are free (Oracle, Always Free Resources). It survives a new instance. */
export class ReservedAddress extends pulumi.ComponentResource {
    readonly address: pulumi.Output<string>;
    /** What waits for the address waits for this. */
    readonly resource: core.PublicIp;

    constructor(name: string, args: ReservedAddressArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:cloud:ReservedAddress", name, {}, opts);
        const own = { parent: this };
        this.resource = new core.PublicIp(
            `${name}-public`,
            {
                compartmentId: args.compartmentId,
                displayName: name,
                lifetime: "RESERVED",
                privateIpId: this.#privateIpId(name, args),
            },
            own,
        );
        this.address = this.resource.ipAddress;
        this.registerOutputs({ address: this.address, facts: reservedAddressFacts(name, args.livesOn) });
    }

    #privateIpId(name: string, args: ReservedAddressArgs): pulumi.Input<string> {
        if ("privateIpId" in args) {
            return args.privateIpId;
        }
        const vnicId = primaryVnic(args.compartmentId, args.vnicOf, { parent: this });
        return args.secondary
            ? new core.PrivateIp(
                  `${name}-private`,
                  { vnicId, ipAddress: args.address, displayName: name },
                  { parent: this },
              ).id
            : core
                  .getPrivateIpsOutput({ vnicId }, { parent: this })
                  .privateIps.apply((addresses) => primaryAddressId(args.address, addresses));
    }
}

/** What a reserved address can die with: the translation on the instance it is attached to. */
export function reservedAddressFacts(name: string, livesOn?: string): Facts {
    return {
        domains: [
            {
                name: `nat/${name}`,
                kind: "nat",
                title: `Reserved address ${name}`,
                ...(livesOn === undefined ? {} : { partOf: [livesOn] }),
            },
        ],
    };
}
