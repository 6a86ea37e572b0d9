/** The compartment of a stack: everything it makes at Oracle lives in it, and its quota and budget watch it. */
import * as identity from "@pulumi/oci/identity";
import * as pulumi from "@pulumi/pulumi";

/** Which compartment. */
export interface CompartmentArgs {
    /** The tenancy's root compartment, under which a new one is made. */
    readonly tenancyId: pulumi.Input<string>;
    /** Its name: quota statements name compartments by it. Letters, digits, periods, hyphens, underscores (Oracle). */
    readonly name: string;
    /** OCID of one that exists already; undefined: the stack makes it, and deletes it with everything else. */
    readonly id?: string;
}

/** The compartment of a stack, made under the tenancy's root or taken as it stands. */
export class Compartment extends pulumi.ComponentResource {
    readonly id: pulumi.Output<string>;

    constructor(name: string, args: CompartmentArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:cloud:Compartment", name, {}, opts);
        this.id =
            args.id === undefined
                ? new identity.Compartment(
                      `${name}-compartment`,
                      {
                          compartmentId: args.tenancyId,
                          name: args.name,
                          description: "Everything of one stack, under one quota and one budget",
                          // Otherwise the provider forgets it at destroy and leaves it standing.
                          enableDelete: true,
                      },
                      { parent: this },
                  ).id
                : pulumi.output(args.id);
        this.registerOutputs({ id: this.id });
    }
}
