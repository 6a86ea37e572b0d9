import { describe, expect, it } from "vitest";
import { Faults, packageWords, parseFault } from "../../../../rehearsal/engine/faults";
import { objectGb } from "../../../../rehearsal/world/oracle/storage";
import { abortUploads } from "../../../../rehearsal/world/oracle/uploads";
import { a1, Tenant } from "./tenant";

/** A tenancy with an archive in a bucket. */
async function stored() {
    const tenant = new Tenant();
    const net = await tenant.network();
    const { compartmentId } = net;
    const namespace = "frhomelab";
    const bucketInputs = { compartmentId, namespace, name: "images" };
    const bucket = await tenant.make("bucket", bucketInputs);
    const archive = (object: string, size: string) =>
        tenant.make("object", {
            namespace,
            bucket: "images",
            object,
            source: "talos.oci",
            metadata: { "size-gb": size },
        });
    const object = await archive("talos-v1.10.5.oci", "1.5");
    const imageInputs = {
        compartmentId,
        displayName: "talos",
        launchMode: "PARAVIRTUALIZED",
        imageSourceDetails: {
            sourceType: "objectStorageTuple",
            namespaceName: namespace,
            bucketName: "images",
            objectName: "talos-v1.10.5.oci",
            operatingSystem: "Debian",
        },
    };
    return { tenant, net, compartmentId, namespace, bucketInputs, bucket, archive, object, imageInputs };
}

describe("object storage", () => {
    it("refuses a second bucket of a name, bad names, foreign namespaces, and objects without a bucket", async () => {
        const { tenant, bucketInputs, namespace } = await stored();
        await expect(tenant.make("bucket", bucketInputs)).rejects.toThrow(/^409-BucketAlreadyExists/);
        await expect(tenant.make("bucket", { ...bucketInputs, name: "a b" })).rejects.toThrow(/InvalidBucketName/);
        await expect(tenant.make("bucket", { ...bucketInputs, namespace: "other" })).rejects.toThrow(
            /NamespaceNotFound/,
        );
        await expect(tenant.make("object", { namespace, bucket: "none", object: "o", source: "s" })).rejects.toThrow(
            /^404-BucketNotFound/,
        );
    });

    it("refuses more than the account's 20 GB, and the deletion of a bucket that is not empty", async () => {
        const { tenant, archive, bucket, object } = await stored();
        await expect(archive("big.oci", "19")).rejects.toThrow(/LimitExceeded.*storage-limit-bytes/);
        await expect(tenant.drop("bucket", bucket)).rejects.toThrow(/^409-BucketNotEmpty/);
        await tenant.drop("object", object);
        await expect(tenant.drop("bucket", bucket)).resolves.toBeUndefined();
    });
});

describe("what `images upload` left in the tenancy", () => {
    const bucket = "strata-images";

    it("is a bucket nobody else can make, an image that says what it is billed as, and none of it is the stack's", async () => {
        const tenant = new Tenant();
        const { world, tenancyId } = tenant;
        const objects = world.oracle.all("object").map(({ inputs }) => [inputs.bucket, inputs.object].join("/"));
        expect(objects).toEqual([`${bucket}/debian-base.oci`, `${bucket}/proxmox.oci`]);
        const namespace = world.oracle.site.namespace;
        const again = tenant.make("bucket", { compartmentId: tenancyId, namespace, name: bucket });
        await expect(again).rejects.toThrow(/^409-BucketAlreadyExists/);
        const asked = { compartmentId: "ocid1.compartment.oc1..aaaaaaaastrata", displayName: "strata-proxmox-9.2" };
        const { images } = await tenant.call("oci:Core/getImages:getImages", asked);
        expect(images).toMatchObject([{ billableSizeInGbs: expect.any(Number) }]);
        expect(world.remains()).toEqual([]);
    });

    it("takes room in the account's 20 GB", async () => {
        const tenant = new Tenant();
        const { namespace } = tenant.world.oracle.site;
        const object = (gb: string) =>
            tenant.make("object", { namespace, bucket, object: "o", source: "o", metadata: { "size-gb": gb } });
        await expect(object("19")).rejects.toThrow(/LimitExceeded.*storage-limit-bytes/);
        await expect(object("17")).resolves.toBeDefined();
    });
});

describe("an upload that is cut in the middle", () => {
    /** Asks for an object while its connection breaks. */
    async function cut(sizeGb: string, bucket = "images") {
        const { tenant, ...rest } = await stored();
        const faults = new Faults([parseFault("create:it")], () => {}, packageWords([tenant.oci]));
        const inputs = {
            namespace: rest.namespace,
            bucket,
            object: "big.oci",
            source: "big.oci",
            metadata: { "size-gb": sizeGb },
        };
        const shares: (number | undefined)[] = [];
        const operation = {
            ...tenant.operation("object"),
            takes: async (_: string, share?: number) => {
                shares.push(share);
            },
        };
        const strikes = faults.begun({ ...operation, kind: "create" }, inputs);
        const words = await strikes?.(inputs, operation).catch((error: Error) => error.message);
        const left = tenant.world.oracle.all("upload");
        return { ...rest, tenant, inputs, shares, words, left };
    }

    it("leaves the parts that were whole by half of its time, and no object", async () => {
        const { tenant, shares, words, left, inputs } = await cut("1.5");
        expect(shares).toEqual([0.5]);
        expect(words).toMatch(
            /^failed to upload object parts of "0xc[0-9a-f]+" to the Oracle cloud: Put "https:\/\/objectstorage\.eu-frankfurt-1\.oraclecloud\.com\/n\/frhomelab\/b\/images\/u\/big\.oci\?uploadId=[0-9a-f-]{36}&uploadPartNum=6": write: connection reset by peer$/,
        );
        // 750 MB are sent: five parts of 128 MiB, and most of a sixth.
        expect(left.map(objectGb)).toEqual([5 * 0.134217728]);
        expect(tenant.behaviour("object").findId?.(inputs)).toBeUndefined();
        expect(tenant.world.audit()).toEqual(["the upload of images/big.oci was never finished, and takes 0.67 GB"]);
    });

    it("takes room, stays when it is sent again, and holds its bucket until it is aborted", async () => {
        const { tenant, archive, bucket, object, inputs, left } = await cut("1.5");
        await expect(archive("more.oci", "18")).rejects.toThrow(/LimitExceeded.*storage-limit-bytes/);
        const again = await tenant.make("object", inputs);
        expect(tenant.world.oracle.all("upload")).toEqual(left);
        await tenant.drop("object", again);
        await tenant.drop("object", object);
        await expect(tenant.drop("bucket", bucket)).rejects.toThrow(
            "409-BucketNotEmpty, Bucket named 'images' has pending multipart uploads. Stop all multipart uploads first.",
        );
        expect(tenant.world.remains()).toContain("Oracle: Object Storage Multipart Upload 'big.oci'");
        expect(abortUploads(tenant.world.oracle)).toEqual(["images/big.oci"]);
        await expect(tenant.drop("bucket", bucket)).resolves.toBeUndefined();
    });

    it("of 128 MiB and less leaves nothing: the provider sends it in one piece", async () => {
        const { shares, words, left } = await cut("0.134");
        expect(shares).toEqual([0.5]);
        expect(words).toMatch(/^Put "https:.*\/b\/images\/o\/big\.oci": write: connection reset by peer$/);
        expect(left).toEqual([]);
    });

    it("is refused before, where it would be refused without the cut", async () => {
        expect((await cut("1.5", "none")).words).toMatch(/^404-BucketNotFound/);
    });
});

describe("an image", () => {
    it("is imported from an archive that is there, boots on the shapes it is said to, and no sooner", async () => {
        const { tenant, net, imageInputs, compartmentId } = await stored();
        const elsewhere = { ...imageInputs.imageSourceDetails, objectName: "none" };
        await expect(tenant.make("image", { ...imageInputs, imageSourceDetails: elsewhere })).rejects.toThrow(/^404-/);
        const { id } = await tenant.make("image", imageInputs);
        const asked = await tenant.launch(net, { source: { sourceId: id } });
        await expect(tenant.make("instance", asked)).rejects.toThrow(/not valid for image/);
        await tenant.make("shape", { compartmentId, imageId: id, shapeName: a1 });
        await expect(tenant.make("instance", asked)).resolves.toBeDefined();
        expect(tenant.steps).toEqual(expect.arrayContaining(["oci/object", "oci/image", "oci/shape", "oci/instance"]));
    });

    it("that is still imported boots nothing", async () => {
        const { tenant, net, imageInputs } = await stored();
        const { id } = await tenant.make("image", imageInputs);
        const image = tenant.world.oracle.find("image", id);
        if (image !== undefined) {
            image.computed = { ...image.computed, state: "IMPORTING" };
        }
        const asked = await tenant.launch(net, { source: { sourceId: id } });
        await expect(tenant.make("instance", asked)).rejects.toThrow(/must be AVAILABLE/);
        expect(tenant.world.audit()).toEqual(["image talos was never imported to its end"]);
    });

    it("is found by name or system, the newest first, in no compartment that is not there", async () => {
        const tenant = new Tenant();
        const args = {
            compartmentId: tenant.tenancyId,
            operatingSystem: "Canonical Ubuntu",
            operatingSystemVersion: "24.04",
            shape: a1,
        };
        const { images } = await tenant.call("oci:Core/getImages:getImages", args);
        expect(images).toMatchObject([
            { displayName: "Canonical-Ubuntu-24.04-aarch64-2026.09.30-0" },
            { displayName: "Canonical-Ubuntu-24.04-aarch64-2026.08.31-0" },
        ]);
        await expect(tenant.call("oci:Core/getImages:getImages", { compartmentId: "none" })).rejects.toThrow(/^404-/);
    });
});
