import * as pulumi from "@pulumi/pulumi";

/** A resource of a package nobody knows. */
class Thing extends pulumi.CustomResource {
    constructor(name: string, colour: pulumi.Input<string>) {
        super("strange:index:Thing", name, { colour });
    }
}

const config = new pulumi.Config();
const thing = new Thing("thing", config.require("colour"));

export const id = thing.id;
export const project = pulumi.getProject();
export const token = config.requireSecret("token");
