/** A resource of any type, as a program without an SDK would write it. */
import * as pulumi from "@pulumi/pulumi";

/** Registers what it is given under the type it is given. */
export class Resource extends pulumi.CustomResource {
    constructor(type: string, name: string, inputs: pulumi.Inputs, opts?: pulumi.CustomResourceOptions) {
        super(type, name, inputs, opts);
    }
}
