/** Files in Oracle's object storage: put there whole or not at all, and only where they are not there already. */
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import type { ObjectStorageClient } from "oci-objectstorage";
import { allPages, saidBy } from "../oracle/services";

/** Where files are put. */
export interface BucketAt {
    readonly namespaceName: string;
    readonly bucketName: string;
}

/** What is being done, one sentence at a time. */
export type Tell = (sentence: string) => void;

/** How a file is sent. */
export interface UploadOptions {
    /**
     * Bytes of a part; 16 MiB by default, which half a megabit a second sends before the client gives up (five
     * minutes). Oracle takes 10 MiB and more for all but the last, and 10,000 parts.
     */
    readonly partBytes?: number;
    /** How often one part is tried; 5 by default. */
    readonly tries?: number;
    /** Waits that many seconds between two tries. */
    readonly pause?: (seconds: number) => Promise<void>;
    readonly tell?: Tell;
}

/** What became of a file: `there` means that nothing was sent but the question. */
export interface Upload {
    readonly outcome: "there" | "sent" | "resumed";
    /** MD5 as Oracle computes it of an object in parts: of the parts' own, with their number behind it. */
    readonly checksum: string;
    readonly bytes: number;
    /** Parts that went over the wire. */
    readonly partsSent: number;
}

interface Part {
    readonly number: number;
    readonly start: number;
    readonly bytes: number;
    /** Base64, as Oracle writes it. */
    readonly md5: string;
}

const mebibyte = 1024 * 1024;
const wait = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000));

/** The account's namespace, which every address in object storage begins with. */
export async function namespaceOf(objects: ObjectStorageClient): Promise<string> {
    return (await objects.getNamespace({})).value;
}

/** Makes the bucket unless there is one: private, and without versions, which would count against the free 20 GB. */
export async function ensureBucket(
    objects: ObjectStorageClient,
    at: BucketAt,
    compartmentId: string,
): Promise<"there" | "made"> {
    // Asked by lists, since Oracle's client complains aloud of every name that is not there.
    const { namespaceName, bucketName } = at;
    const buckets = await allPages((page) =>
        objects.listBuckets({ namespaceName, compartmentId, ...(page === undefined ? {} : { page }) }),
    );
    if (buckets.some(({ name }) => name === bucketName)) {
        return "there";
    }
    await objects.createBucket({
        namespaceName,
        createBucketDetails: { name: bucketName, compartmentId },
    });
    return "made";
}

/**
 * Puts a file into a bucket, in parts that Oracle checks by their MD5. An object counts as there only once all parts
 * are committed, so a transfer that is cut leaves nothing that passes for it; the next one goes on behind the parts
 * that arrived, if they are this file's.
 *
 * @throws Error naming the file, the object and what Oracle said last, where a part fails too often.
 */
export async function putFile(
    objects: ObjectStorageClient,
    at: BucketAt,
    objectName: string,
    path: string,
    options: UploadOptions = {},
): Promise<Upload> {
    const parts = await partsOf(path, options.partBytes ?? 16 * mebibyte);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    const checksum = checksumOf(parts);
    if ((await checksumThere(objects, at, objectName)) === checksum) {
        return { outcome: "there", checksum, bytes, partsSent: 0 };
    }
    const begun = await resumable(objects, at, objectName, parts);
    const uploadId =
        begun?.uploadId ??
        (await objects.createMultipartUpload({ ...at, createMultipartUploadDetails: { object: objectName } }))
            .multipartUpload.uploadId;
    const etags = new Map(begun?.etags);
    const missing = parts.filter(({ number }) => !etags.has(number));
    const file = await fs.open(path);
    try {
        for (const part of missing) {
            etags.set(part.number, await sendPart(objects, { ...at, objectName, uploadId }, file, part, options));
            options.tell?.(`${objectName}: ${etags.size} of ${parts.length} parts`);
        }
    } catch (error) {
        throw new Error(
            `${path} did not arrive as ${at.bucketName}/${objectName}: ${saidBy(error)}. Nothing counts as there yet; run it again, it goes on behind the ${etags.size} of ${parts.length} parts that arrived.`,
            { cause: error },
        );
    } finally {
        await file.close();
    }
    await objects.commitMultipartUpload({
        ...at,
        objectName,
        uploadId,
        commitMultipartUploadDetails: {
            partsToCommit: parts.map(({ number }) => ({ partNum: number, etag: etags.get(number) ?? "" })),
        },
    });
    const arrived = await checksumThere(objects, at, objectName);
    if (arrived !== checksum) {
        throw new Error(
            `${at.bucketName}/${objectName} has the checksum ${arrived ?? "of nothing"} instead of ${checksum}: ${path} changed while it was sent; run it again.`,
        );
    }
    return { outcome: begun === undefined ? "sent" : "resumed", checksum, bytes, partsSent: missing.length };
}

async function sendPart(
    objects: ObjectStorageClient,
    upload: BucketAt & { readonly objectName: string; readonly uploadId: string },
    file: fs.FileHandle,
    { number, start, bytes, md5 }: Part,
    { tries = 5, pause = wait, tell }: UploadOptions,
): Promise<string> {
    const body = Buffer.alloc(bytes);
    await file.read(body, 0, bytes, start);
    for (let attempt = 1; ; attempt += 1) {
        try {
            const { eTag } = await objects.uploadPart({
                ...upload,
                uploadPartNum: number,
                uploadPartBody: body,
                contentLength: bytes,
                contentMD5: md5,
            });
            return eTag;
        } catch (error) {
            if (attempt >= tries) {
                throw error;
            }
            tell?.(`${upload.objectName}: part ${number} is sent again: ${saidBy(error)}`);
            await pause(2 ** attempt);
        }
    }
}

/** A transfer of this object that was begun and not ended: its id and what arrived, where all of it is this file's. */
async function resumable(
    objects: ObjectStorageClient,
    at: BucketAt,
    objectName: string,
    parts: readonly Part[],
): Promise<{ readonly uploadId: string; readonly etags: ReadonlyMap<number, string> } | undefined> {
    const begun = await allPages((page) =>
        objects.listMultipartUploads({ ...at, ...(page === undefined ? {} : { page }) }),
    );
    for (const { uploadId } of begun.filter(({ object }) => object === objectName)) {
        const arrived = await allPages((page) =>
            objects.listMultipartUploadParts({ ...at, objectName, uploadId, ...(page === undefined ? {} : { page }) }),
        );
        const ours = arrived.every(({ partNumber, md5, size }) =>
            parts.some((part) => part.number === partNumber && part.md5 === md5 && part.bytes === size),
        );
        if (ours) {
            return { uploadId, etags: new Map(arrived.map(({ partNumber, etag }) => [partNumber, etag])) };
        }
        // Parts of another file are stored, and count against the free 20 GB, until somebody gives them up.
        await objects.abortMultipartUpload({ ...at, objectName, uploadId });
    }
    return undefined;
}

async function checksumThere(
    objects: ObjectStorageClient,
    at: BucketAt,
    objectName: string,
): Promise<string | undefined> {
    const { objects: found } = (await objects.listObjects({ ...at, prefix: objectName, limit: 1 })).listObjects;
    return found[0]?.name === objectName
        ? (await objects.headObject({ ...at, objectName })).opcMultipartMd5
        : undefined;
}

async function partsOf(path: string, partBytes: number): Promise<readonly Part[]> {
    const file = await fs.open(path);
    try {
        const { size } = await file.stat();
        if (size === 0) {
            throw new Error(`${path} is empty: build the image again.`);
        }
        const parts: Part[] = [];
        for (let start = 0; start < size; start += partBytes) {
            const bytes = Math.min(partBytes, size - start);
            const body = Buffer.alloc(bytes);
            await file.read(body, 0, bytes, start);
            const md5 = createHash("md5").update(body).digest("base64");
            parts.push({ number: parts.length + 1, start, bytes, md5 });
        }
        return parts;
    } finally {
        await file.close();
    }
}

/** As Oracle does for an object in parts: MD5 of the parts' MD5s, a dash, how many they are. */
function checksumOf(parts: readonly Part[]): string {
    const hash = createHash("md5");
    for (const { md5 } of parts) {
        hash.update(Buffer.from(md5, "base64"));
    }
    return `${hash.digest("base64")}-${parts.length}`;
}
