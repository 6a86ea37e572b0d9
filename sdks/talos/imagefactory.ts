import * as pulumi from "@pulumi/pulumi";
import { resourceOptions } from "./options";

/** Arguments of a schematic. */
export interface SchematicArgs {
    /** The schematic as YAML. Default: the empty one. */
    readonly schematic?: pulumi.Input<string>;
}

/** A schematic of the Image Factory; its id is the SHA-256 of its canonical form. */
export class Schematic extends pulumi.CustomResource {
    declare readonly schematic: pulumi.Output<string | undefined>;

    constructor(name: string, args: SchematicArgs, opts?: pulumi.CustomResourceOptions) {
        super("talos:imageFactory/schematic:Schematic", name, { schematic: args.schematic }, resourceOptions(opts));
    }
}
