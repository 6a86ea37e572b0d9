/** What an upload leaves in a stack's bucket when its connection breaks: parts that count, and hold the bucket. */
import type { DeployedResource } from "../../rehearsal/engine/deployment";
import { allPages, type OracleServices, saidBy } from "./services";

const bucketType = "oci:ObjectStorage/bucket:Bucket";

/** The buckets a stack has made; what it only looked up is others' too. */
export function ownBuckets(resources: readonly DeployedResource[]): readonly DeployedResource[] {
    return resources.filter(({ type, id, external }) => type === bucketType && id !== undefined && external !== true);
}

/**
 * Aborts every upload in parts that stands open in some buckets. The provider begins each upload anew, so what it left
 * is of use to nobody; Oracle keeps it, counts it, and deletes no bucket that holds some (docs: Multipart Uploads).
 *
 * @returns A sentence for each, and one for a bucket that could not be asked: what comes next tells whether it matters.
 */
export async function abortCutUploads(
    { objects }: OracleServices,
    buckets: readonly DeployedResource[],
): Promise<readonly string[]> {
    const sentences: string[] = [];
    for (const { outputs = {} } of buckets) {
        const at = { namespaceName: String(outputs.namespace), bucketName: String(outputs.name) };
        try {
            const open = await allPages((page) =>
                objects.listMultipartUploads({ ...at, ...(page === undefined ? {} : { page }) }),
            );
            for (const { object, uploadId } of open) {
                await objects.abortMultipartUpload({ ...at, objectName: object, uploadId });
                sentences.push(`The upload to ${at.bucketName}/${object} was cut; what Oracle kept of it is given up.`);
            }
        } catch (error) {
            sentences.push(
                `Whether a cut upload has left something in bucket ${at.bucketName} cannot be told: ${saidBy(error)}`,
            );
        }
    }
    return sentences;
}
