import { afterEach, beforeEach, expect, test } from "vitest";
import { abortCutUploads, ownBuckets } from "../../../../operations/oracle/cut-uploads";
import { oracleServices } from "../../../../operations/oracle/services";
import type { DeployedResource } from "../../../../rehearsal/engine/deployment";
import { OracleServer, refused } from "../../../harness/oracle-server";

let server: OracleServer;

beforeEach(async () => {
    server = await OracleServer.start();
});

afterEach(() => server.stop());

const namespace = OracleServer.namespace;
const bucket = (name: string, more: Partial<DeployedResource> = {}): DeployedResource => ({
    urn: `urn:pulumi:oci-free-2026::strata::oci:ObjectStorage/bucket:Bucket::${name}`,
    type: "oci:ObjectStorage/bucket:Bucket",
    custom: true,
    id: `n/${namespace}/b/${name}`,
    outputs: { namespace, name },
    ...more,
});

const begin = async (bucketName: string, object: string): Promise<string> => {
    const { multipartUpload } = await oracleServices(server.access).objects.createMultipartUpload({
        namespaceName: namespace,
        bucketName,
        createMultipartUploadDetails: { object },
    });
    return multipartUpload.uploadId;
};

const open = (bucketName: string) => [...(server.transfers.get(bucketName)?.keys() ?? [])];
const abort = (...names: string[]) =>
    abortCutUploads(
        oracleServices(server.access),
        names.map((name) => bucket(name)),
    );

test("every upload that stands open in a bucket of the stack is given up, and none elsewhere", async () => {
    await begin("images", "talos.oci");
    await begin("images", "folder/debian.qcow2");
    const foreign = await begin("backups", "photos.tar");
    expect(await abort("images")).toEqual([
        "The upload to images/talos.oci was cut; what Oracle kept of it is given up.",
        "The upload to images/folder/debian.qcow2 was cut; what Oracle kept of it is given up.",
    ]);
    expect(open("images")).toEqual([]);
    expect(open("backups")).toEqual([foreign]);
    expect(await abort("images")).toEqual([]);
});

test("a bucket that cannot be asked is told of, and holds up neither the others nor what comes next", async () => {
    server.routes.push([
        "GET",
        /\/b\/gone\/u$/,
        () => refused(404, "BucketNotFound", "Either the bucket named 'gone' does not exist or you may not see it"),
    ]);
    await begin("images", "talos.oci");
    expect(await abort("gone", "images")).toEqual([
        "Whether a cut upload has left something in bucket gone cannot be told: Oracle answered 404 BucketNotFound: Either the bucket named 'gone' does not exist or you may not see it",
        "The upload to images/talos.oci was cut; what Oracle kept of it is given up.",
    ]);
});

test("a stack's own buckets are those it has made: neither looked up, nor begun and never ended", () => {
    const { id: _, ...begun } = bucket("begun");
    const resources = [
        bucket("images"),
        bucket("shared", { external: true }),
        begun,
        bucket("other", { type: "oci:Core/vcn:Vcn" }),
    ];
    expect(ownBuckets(resources).map(({ outputs }) => outputs?.name)).toEqual(["images"]);
});
