import * as pulumi from "@pulumi/pulumi";
import { resourceOptions } from "./options";

/** The provider needs no configuration; one of its own only serves to name it. */
export class Provider extends pulumi.ProviderResource {
    constructor(name: string, args?: Record<string, never>, opts?: pulumi.ResourceOptions) {
        super("talos", name, args ?? {}, resourceOptions(opts));
    }
}
