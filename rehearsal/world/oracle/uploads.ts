/** Uploads in parts: what is left of one whose connection broke. */
import type { Operation } from "../behaviour";
import { Refusal } from "../refusal";
import { type Properties, text } from "../value";
import type { Oracle } from "./oracle";
import { objectGb, objectType, sizeGb } from "./storage";
import type { OracleType, Thing } from "./type";

const provider =
    "oracle/terraform-provider-oci: internal/service/objectstorage/helpers_objectstorage.go (DefaultFilePartSize, multiPartUploadImpl)";

/** Size of a part, GB, and of the largest file the provider sends in one piece: 128 MiB. Source: see `provider`. */
const partGb = (128 * 1024 ** 2) / 1e9;

/** Share of its time after which a cut upload breaks. */
const middle = 0.5;

/** An upload in parts that is neither committed nor aborted. It is no object, takes room, and nothing ends it. */
export const uploadType: OracleType = {
    kind: "upload",
    service: "Object Storage Multipart Upload",
    noun: "MultipartUpload",
    path: "/n/b/u",
    step: objectType.step,
    required: ["bucket", "namespace", "object"],
    replaceOn: [],
    id: (inputs) => text(inputs, "uploadId") ?? "",
    begin: () => ({}),
};

/** An id in the form Oracle gives uploads: a UUID. */
function drawUploadId(oracle: Oracle): string {
    const [, ...parts] = /(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(oracle.draw("upload")) ?? [];
    return parts.join("-");
}

/** Where an object or an upload is, as a person says it: `bucket/object`. */
export function placeOf({ inputs }: Thing): string {
    return `${text(inputs, "bucket") ?? ""}/${text(inputs, "object") ?? ""}`;
}

/**
 * Sends an object over a connection that breaks in the middle and stays broken until the provider has given up. It
 * aborts what it sent in parts over the same connection, and only notes in its log that this failed too: its retries end
 * two minutes after the upload began. The line carries one part after the other here, so that of what was sent by then
 * only the last part is not whole.
 */
export async function cutUpload(oracle: Oracle, inputs: Properties, { takes }: Operation): Promise<never> {
    oracle.admit(objectType, inputs);
    const { namespace, region } = oracle.site;
    const [bucket, object] = [text(inputs, "bucket") ?? "", text(inputs, "object") ?? ""];
    const address = (kind: "o" | "u") =>
        `https://objectstorage.${region}.oraclecloud.com/n/${namespace}/b/${bucket}/${kind}/${object}`;
    const broken = "write: connection reset by peer";
    if (inputs.source === undefined || sizeGb(inputs) <= partGb) {
        await takes(objectType.step, middle);
        throw new Refusal(`Put "${address("o")}": ${broken}`, provider);
    }
    const uploadId = drawUploadId(oracle);
    const upload = oracle.enter(uploadType, { namespace, bucket, object, uploadId }, { sizeGb: 0 }, true);
    await takes(objectType.step, middle);
    const whole = Math.floor((sizeGb(inputs) * middle) / partGb);
    upload.computed = { ...upload.computed, sizeGb: whole * partGb };
    // The provider prints the address of the path in its memory, where it means the path.
    throw new Refusal(
        `failed to upload object parts of "0xc0005f2e10" to the Oracle cloud: Put "${address("u")}?uploadId=${uploadId}&uploadPartNum=${whole + 1}": ${broken}`,
        provider,
    );
}

/** Aborts every upload that is under way, as `strata up` and `strata destroy` do. @returns Where they were. */
export function abortUploads(oracle: Oracle): readonly string[] {
    const uploads = oracle.all(uploadType.kind);
    for (const upload of uploads) {
        oracle.remove(upload);
    }
    return uploads.map(placeOf);
}

/** What is wrong with uploads that were never finished, one sentence each. */
export function unfinishedUploads(oracle: Oracle): readonly string[] {
    return oracle
        .all(uploadType.kind)
        .map(
            (upload) =>
                `the upload of ${placeOf(upload)} was never finished, and takes ${objectGb(upload).toFixed(2)} GB`,
        );
}
