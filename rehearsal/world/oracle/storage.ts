/** Object storage: buckets and what is in them. */
import { number, type Properties, text } from "../value";
import type { Oracle } from "./oracle";
import { type Fail, invalid, type OracleType, overLimit, type Thing } from "./type";

const source = "Oracle, API reference: Object Storage Service, API Errors";

function checkNamespace(oracle: Oracle, inputs: Properties, fail: Fail): void {
    if (inputs.namespace !== oracle.site.namespace) {
        throw fail({
            status: 404,
            code: "NamespaceNotFound",
            message: `You do not have authorization to perform this request, or the requested resource could not be found: namespace '${text(inputs, "namespace") ?? ""}'.`,
            source,
        });
    }
}

/** A bucket. */
export const bucketType: OracleType = {
    kind: "bucket",
    service: "Object Storage Bucket",
    noun: "Bucket",
    path: "/n/b",
    step: "oci/bucket",
    required: ["compartmentId", "name", "namespace"],
    replaceOn: ["name", "namespace", "storageTier"],
    id: (inputs) => `n/${text(inputs, "namespace") ?? ""}/b/${text(inputs, "name") ?? ""}`,
    begin: (oracle, inputs, fail) => {
        checkNamespace(oracle, inputs, fail);
        const name = text(inputs, "name") ?? "";
        if (!/^[\w.-]{1,256}$/.test(name)) {
            throw fail({
                code: "InvalidBucketName",
                message: `The bucket name '${name}' is invalid: it may hold letters, digits, dashes, underscores and periods, 256 at most`,
                source,
            });
        }
        if (oracle.all("bucket").some((other) => other.inputs.name === name)) {
            throw fail({
                status: 409,
                code: "BucketAlreadyExists",
                message: `Either the bucket '${name}' in namespace '${oracle.site.namespace}' already exists or you are not authorized to create it`,
                source,
            });
        }
        return { bucketId: oracle.draw("bucket"), etag: "" };
    },
    end: (oracle, thing, fail) => {
        if (oracle.all("object").some(({ inputs }) => inputs.bucket === thing.inputs.name)) {
            throw fail({
                status: 409,
                code: "BucketNotEmpty",
                message: `Bucket named '${text(thing.inputs, "name") ?? ""}' is not empty. Delete all object versions first.`,
                source,
            });
        }
        if (oracle.all("upload").some(({ inputs }) => inputs.bucket === thing.inputs.name)) {
            throw fail({
                status: 409,
                code: "BucketNotEmpty",
                message: `Bucket named '${text(thing.inputs, "name") ?? ""}' has pending multipart uploads. Stop all multipart uploads first.`,
                source: "dstackai/dstack#3914, Oracle's words; Oracle, API reference: DeleteBucket",
            });
        }
        return true;
    },
};

/** Size of an object as its uploader says it, GB; 0 where it does not. */
export function sizeGb(inputs: Properties): number {
    return Number(text(inputs, "metadata.size-gb") ?? number(inputs, "metadata.size-gb") ?? 0);
}

/** What an object, or an upload that was never finished, takes, GB. */
export function objectGb({ inputs, computed }: Thing): number {
    return number(computed, "sizeGb") ?? sizeGb(inputs);
}

/** Enters what is in object storage before the first deployment: buckets, and the objects in them. */
export function enterSiteObjects(oracle: Oracle): void {
    const { namespace, objects = [] } = oracle.site;
    for (const { bucket, object, gb, compartmentId } of objects) {
        if (!oracle.all("bucket").some(({ inputs }) => inputs.name === bucket)) {
            oracle.enter(
                bucketType,
                { compartmentId, namespace, name: bucket },
                { bucketId: oracle.draw("bucket") },
                false,
            );
        }
        oracle.enter(
            objectType,
            { namespace, bucket, object },
            { state: "AVAILABLE", complete: true, sizeGb: gb },
            false,
        );
    }
}

/** An object. */
export const objectType: OracleType = {
    kind: "object",
    service: "Object Storage Object",
    noun: "Object",
    verb: "Put",
    path: "/n/b/o",
    step: "oci/object",
    required: ["bucket", "namespace", "object"],
    replaceOn: [
        "bucket",
        "namespace",
        "cacheControl",
        "content",
        "contentDisposition",
        "contentEncoding",
        "contentLanguage",
        "contentMd5",
        "contentType",
        "metadata",
        "source",
        "sourceUriDetails",
    ],
    id: (inputs) =>
        `n/${text(inputs, "namespace") ?? ""}/b/${text(inputs, "bucket") ?? ""}/o/${text(inputs, "object") ?? ""}`,
    begin: (oracle, inputs, fail) => {
        checkNamespace(oracle, inputs, fail);
        const bucket = text(inputs, "bucket") ?? "";
        if (!oracle.all("bucket").some((other) => other.inputs.name === bucket)) {
            throw fail({
                status: 404,
                code: "BucketNotFound",
                message: `Either the bucket named '${bucket}' does not exist in the namespace '${oracle.site.namespace}' or you are not authorized to access it`,
                source,
            });
        }
        if (inputs.source === undefined && inputs.content === undefined && inputs.sourceUriDetails === undefined) {
            throw fail(
                invalid(
                    "one of source, content and sourceUriDetails must be given",
                    "oracle/terraform-provider-oci: objectstorage_object_resource.go",
                ),
            );
        }
        const stored = [...oracle.all("object"), ...oracle.all("upload")].reduce(
            (total, object) => total + objectGb(object),
            0,
        );
        if (stored + sizeGb(inputs) > oracle.site.limits.objectsGB) {
            throw fail(overLimit("storage-limit-bytes"));
        }
        return { state: "AVAILABLE", complete: false };
    },
    ready: async (_oracle, thing) => {
        thing.computed = { ...thing.computed, complete: true };
    },
};
