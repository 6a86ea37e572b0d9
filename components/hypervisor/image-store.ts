/** A datastore for disk images on every node of a cluster: `local` takes none of them unless it is told to. */
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";

/** Where images lie. */
export interface ImageStoreArgs {
    readonly provider: proxmoxve.Provider;
    /** Name of the datastore, e.g. `images`. */
    readonly datastore: string;
    /** Folder on each node, made where it is missing. */
    readonly path: string;
}

/** A folder on every node that takes images for import, each node with its own. */
export class ImageStore extends pulumi.ComponentResource {
    static readonly type = "strata:hypervisor:ImageStore";
    /** The datastore's name, known at preview, which carries the edge to it. */
    readonly datastore: pulumi.Output<string>;

    constructor(name: string, args: ImageStoreArgs, opts?: pulumi.ComponentResourceOptions) {
        super(ImageStore.type, name, {}, opts);
        const made = new proxmoxve.storage.Directory(
            `${name}-directory`,
            { resourceId: args.datastore, path: args.path, contents: ["import"], createBasePath: true },
            { parent: this, provider: args.provider },
        );
        this.datastore = made.urn.apply(() => args.datastore);
        this.registerOutputs({ datastore: this.datastore });
    }
}
