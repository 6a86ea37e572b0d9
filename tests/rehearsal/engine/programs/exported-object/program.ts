import * as pulumi from "@pulumi/pulumi";

class Box extends pulumi.CustomResource {
    constructor(name: string, label: string) {
        super("tiny:index:Box", name, { label });
    }
}

export = { id: new Box("box", "plain").id };
