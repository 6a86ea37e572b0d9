/** Custom images: an archive in object storage becomes something an Ampere instance boots. */
import { type ComputeClient, models } from "oci-core";
import { allPages } from "../oracle/services";
import type { BucketAt, Tell } from "./object-store";

/** The one shape images are imported for. */
export const ampereShape = "VM.Standard.A1.Flex";

/** What is imported. */
export interface ImportArgs {
    readonly compartmentId: string;
    /** Name in Oracle's console; an image of this name is not imported again. */
    readonly displayName: string;
    readonly from: BucketAt & { readonly objectName: string };
    /** Seconds between two looks at an import; 20 by default. */
    readonly pauseSeconds?: number;
    /** Minutes an import may take; 60 by default. The document's whole upload takes 15. */
    readonly longestMinutes?: number;
    readonly tell?: Tell;
}

/** An image that can be launched. */
export interface Imported {
    readonly outcome: "there" | "imported";
    readonly id: string;
}

const wait = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** Images of a name that are, or will be, of use. */
async function named(compute: ComputeClient, { compartmentId, displayName }: ImportArgs): Promise<models.Image[]> {
    const all = await allPages((page) =>
        compute.listImages({ compartmentId, displayName, ...(page === undefined ? {} : { page }) }),
    );
    return all.filter(({ lifecycleState }) => /^(AVAILABLE|IMPORTING|PROVISIONING)$/.test(lifecycleState));
}

/**
 * Imports an image unless there is one of its name, waits until it can be launched, and allows it on Ampere A1: a
 * launch is refused before. An import that is under way is waited for, not begun again.
 *
 * @throws Error naming the image where Oracle gives the import up, or where it takes too long.
 */
export async function importImage(compute: ComputeClient, args: ImportArgs): Promise<Imported> {
    const { compartmentId, displayName, from, tell } = args;
    const [known] = await named(compute, args);
    const image =
        known ??
        (
            await compute.createImage({
                createImageDetails: {
                    compartmentId,
                    displayName,
                    launchMode: models.CreateImageDetails.LaunchMode.Paravirtualized,
                    imageSourceDetails: {
                        sourceType: "objectStorageTuple",
                        namespaceName: from.namespaceName,
                        bucketName: from.bucketName,
                        objectName: from.objectName,
                    } as models.ImageSourceViaObjectStorageTupleDetails,
                },
            })
        ).image;
    if (image.lifecycleState !== "AVAILABLE") {
        tell?.(`${displayName}: Oracle imports it`);
        await available(compute, image.id, args);
    }
    const shapes = await allPages((page) =>
        compute.listImageShapeCompatibilityEntries({ imageId: image.id, ...(page === undefined ? {} : { page }) }),
    );
    if (!shapes.some(({ shape }) => shape === ampereShape)) {
        await compute.addImageShapeCompatibilityEntry({
            imageId: image.id,
            shapeName: ampereShape,
            addImageShapeCompatibilityEntryDetails: {},
        });
    }
    return { outcome: known === undefined ? "imported" : "there", id: image.id };
}

async function available(
    compute: ComputeClient,
    imageId: string,
    { displayName, pauseSeconds = 20, longestMinutes = 60 }: ImportArgs,
): Promise<void> {
    for (let waited = 0; waited <= longestMinutes * 60; waited += Math.max(pauseSeconds, 1)) {
        const { lifecycleState } = (await compute.getImage({ imageId })).image;
        if (lifecycleState === "AVAILABLE") {
            return;
        }
        if (lifecycleState === "DELETED" || lifecycleState === "DISABLED") {
            throw new Error(
                `Oracle gave up the import of ${displayName} (${imageId} is ${lifecycleState}): its work request says why, \`oci work-requests work-request list\`.`,
            );
        }
        await wait(pauseSeconds);
    }
    throw new Error(
        `The import of ${displayName} (${imageId}) is not done after ${longestMinutes} minutes: run it again, it waits for the same import.`,
    );
}
