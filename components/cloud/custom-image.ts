/** Images to boot from: one the stack imports from object storage, or one that is there already. */
import * as core from "@pulumi/oci/core";
import * as objectstorage from "@pulumi/oci/objectstorage";
import * as pulumi from "@pulumi/pulumi";

/** What is imported. */
export interface CustomImageArgs {
    readonly compartmentId: pulumi.Input<string>;
    /** Bucket the archive is put into; the stack makes it. */
    readonly bucket: string;
    /** Name of the archive in the bucket, ending in `.oci`. */
    readonly object: string;
    /** Where the archive lies on the machine the program runs on. */
    readonly path: string;
    /** Name of the image. A new content needs a new name: Oracle imports an image once, and another name imports it again. */
    readonly displayName: string;
    readonly platform: "debian" | "proxmox" | "talos";
    /** Size of the archive, GB; the free 20 GB are counted with it before anything is uploaded. */
    readonly sizeGb: number;
}

/** How an image that exists is found. */
export type ImageQuery =
    | { readonly displayName: string }
    | {
          /** As Oracle names it, e.g. `Canonical Ubuntu`. */
          readonly operatingSystem: string;
          /** e.g. `24.04`. */
          readonly version: string;
          /** Shape it must boot on, e.g. `VM.Standard.E2.1.Micro`. */
          readonly shape: string;
      };

/** The one shape images are imported for. */
const a1Shape = "VM.Standard.A1.Flex";

/** The tag the size of what is stored is read from, and its value. */
function sizeTag(sizeGb: number): Record<string, string> {
    return { "size-gb": `${sizeGb}` };
}

/**
 * A custom image for Ampere A1: bucket, archive, import, and the word that it boots on A1. The archive is Oracle's own
 * format (`.oci`: `image_metadata.json` beside the disk), because A1 boots UEFI only and a bare qcow2 is imported as
 * BIOS, which could be mended only by a capability schema of its own (oracle/oci-cli#336).
 */
export class CustomImage extends pulumi.ComponentResource {
    /** Known once the image boots on A1. */
    readonly id: pulumi.Output<string>;

    constructor(name: string, args: CustomImageArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:cloud:CustomImage", name, {}, opts);
        const own = { parent: this };
        if (!args.object.endsWith(".oci")) {
            throw new pulumi.ResourceError(
                `object must name an archive in Oracle's format, ending in .oci (a bare disk is imported for BIOS, which A1 does not boot), got "${args.object}"`,
                this,
                true,
            );
        }
        const namespace = objectstorage.getNamespaceOutput({ compartmentId: args.compartmentId }, own).namespace;
        const bucket = new objectstorage.Bucket(
            `${name}-bucket`,
            {
                compartmentId: args.compartmentId,
                namespace,
                name: args.bucket,
                accessType: "NoPublicAccess",
                // Old versions would stay and count against the free 20 GB.
                versioning: "Disabled",
            },
            own,
        );
        const archive = new objectstorage.StorageObject(
            `${name}-archive`,
            {
                namespace,
                bucket: bucket.name,
                object: args.object,
                source: args.path,
                metadata: sizeTag(args.sizeGb),
            },
            // An archive that was built anew has the old one's name, so deleting the old one last would delete the new.
            { ...own, deleteBeforeReplace: true },
        );
        const image = new core.Image(
            `${name}-image`,
            {
                compartmentId: args.compartmentId,
                displayName: args.displayName,
                launchMode: "PARAVIRTUALIZED",
                imageSourceDetails: {
                    sourceType: "objectStorageTuple",
                    namespaceName: namespace,
                    bucketName: bucket.name,
                    // Not the archive's own output: an image, and with it its instances, must not go with an archive
                    // that is replaced.
                    objectName: args.object,
                    operatingSystem: operatingSystems[args.platform],
                },
                freeformTags: sizeTag(args.sizeGb),
            },
            // Oracle would only rename the image, and the old content would go by the new content's name.
            { ...own, dependsOn: [archive], replaceOnChanges: ["displayName"] },
        );
        const compatible = new core.ShapeManagement(
            `${name}-a1`,
            { compartmentId: args.compartmentId, imageId: image.id, shapeName: a1Shape },
            own,
        );
        // A launch before the shape is allowed is refused: "Shape VM.Standard.A1.Flex is not valid for image".
        this.id = compatible.imageId;
        this.registerOutputs({ id: this.id });
    }
}

/** What the console shows beside an image. */
const operatingSystems: Readonly<Record<CustomImageArgs["platform"], string>> = {
    debian: "Debian",
    proxmox: "Proxmox VE",
    talos: "Talos Linux",
};

/**
 * The newest image that fits, by its name or by its operating system.
 *
 * @param compartmentId Where to look; the tenancy's root for Oracle's own images.
 * @throws pulumi.RunError where none fits.
 */
export function lookUpImage(
    compartmentId: pulumi.Input<string>,
    query: ImageQuery,
    opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<string> {
    const wanted =
        "displayName" in query
            ? { displayName: query.displayName }
            : {
                  operatingSystem: query.operatingSystem,
                  operatingSystemVersion: query.version,
                  shape: query.shape,
              };
    return core
        .getImagesOutput(
            { compartmentId, ...wanted, state: "AVAILABLE", sortBy: "TIMECREATED", sortOrder: "DESC" },
            opts,
        )
        .apply(({ images }) => newest(images, query));
}

/** The first of the images a look-up found, newest first. Throws one sentence where there is none. */
export function newest(images: readonly { readonly id: string }[], query: ImageQuery): string {
    const [first] = images;
    if (first === undefined) {
        const sought =
            "displayName" in query
                ? `named "${query.displayName}"`
                : `of ${query.operatingSystem} ${query.version} for ${query.shape}`;
        throw new pulumi.RunError(
            `Oracle has no available image ${sought} in this region: upload it first, or name one that 'oci compute image list' shows`,
        );
    }
    return first.id;
}
