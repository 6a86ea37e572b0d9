import { describe, expect, test } from "vitest";
import { allowanceOn } from "../../../policy/free-tier/allowances";
import { metersOf } from "../../../policy/free-tier/meters";
import { graphOfPlain, type PlainResource, UNKNOWN } from "../../../policy/graph";
import { meterRules } from "../../../policy/rules/free-tier/meters";
import { type Declared, judged, UNKNOWN_TEXT } from "./stack";

const seed = allowanceOn("2021-01-01");
const objectType = "oci:ObjectStorage/storageObject:StorageObject";

/** An image under a URN of its own. */
function image(
    inputs: PlainResource["props"],
    props: PlainResource["props"] = {},
    sources: readonly string[] = [],
): PlainResource {
    return {
        urn: "urn:image",
        type: "oci:Core/image:Image",
        name: "image",
        inputs,
        props,
        dependencies: sources,
        propertyDependencies: { imageSourceDetails: sources },
    };
}

function archive(name: string, inputs: PlainResource["props"]): PlainResource {
    return { urn: `urn:${name}`, type: objectType, name, inputs, props: {}, dependencies: [] };
}

/** GB each resource adds to the object storage, by its name. */
function stored(
    resources: readonly PlainResource[],
    fileSize?: (path: string) => number | undefined,
): Readonly<Record<string, number>> {
    const meter = metersOf(graphOfPlain(resources), seed, fileSize).find(({ id }) => id === "object-storage");
    return Object.fromEntries((meter?.uses ?? []).map(({ resource, amount }) => [resource.name, amount]));
}

const tuple = { sourceType: "objectStorageTuple", bucketName: "images", objectName: "talos.oci" };
const tagged = { freeformTags: { "size-gb": "9" }, imageSourceDetails: tuple };

describe("a custom image counts", () => {
    test("what Oracle bills, whatever was declared, in units of 2^30 bytes", () => {
        const billed = image(tagged, { billableSizeInGbs: "2", sizeInMbs: "47694" });
        expect(stored([billed])).toEqual({ image: 2.147483648 });
    });

    test("what its source object takes, while what Oracle bills is not known", () => {
        const object = archive("archive", { bucket: "b", object: "o", metadata: { "size-gb": "1.5" } });
        const preview = image(
            { freeformTags: { "size-gb": "9" }, imageSourceDetails: { ...tuple, objectName: UNKNOWN } },
            { billableSizeInGbs: UNKNOWN },
            ["urn:archive"],
        );
        expect(stored([object, preview])).toEqual({ archive: 1.5, image: 1.5 });
    });

    test("the source object's file, found by bucket and name where the program wrote both out", () => {
        const object = archive("archive", { bucket: "images", object: "talos.oci", source: "talos.oci" });
        const elsewhere = archive("elsewhere", { bucket: "other", object: "talos.oci", metadata: { "size-gb": "4" } });
        const sizes = (path: string) => (path === "talos.oci" ? 3e9 : undefined);
        expect(stored([elsewhere, object, image(tagged)], sizes)).toEqual({ archive: 3, elsewhere: 4, image: 3 });
    });

    test("the object of its name, where its source comes from several", () => {
        const object = archive("archive", { bucket: "images", object: "talos.oci", metadata: { "size-gb": "1" } });
        const other = archive("other", { bucket: "images", object: "notes.txt", metadata: { "size-gb": "2" } });
        const made = image(tagged, {}, ["urn:other", "urn:archive"]);
        expect(stored([object, other, made])).toEqual({ archive: 1, image: 1, other: 2 });
    });

    test("its declared size, where its source object hides its own", () => {
        const object = archive("archive", { bucket: "images", object: "talos.oci", source: "absent.oci" });
        expect(stored([object, image(tagged, {}, ["urn:archive"])])).toEqual({ image: 9 });
    });

    test("its declared size, where it is made from an instance", () => {
        expect(stored([image({ instanceId: "ocid1.instance", freeformTags: { "size-gb": "9" } })])).toEqual({
            image: 9,
        });
    });
});

test("archive and image share the 20 GB at preview, though neither declares itself twice", async () => {
    const rules = meterRules.filter(({ id }) => id === "free-tier-object-storage");
    const stack = (gb: string): Declared[] => [
        { type: objectType, name: "archive", inputs: { metadata: { "size-gb": gb } } },
        {
            type: "oci:Core/image:Image",
            name: "image",
            inputs: { imageSourceDetails: { ...tuple, objectName: UNKNOWN_TEXT } },
            outputs: { imageSourceDetails: { ...tuple, objectName: UNKNOWN_TEXT }, billableSizeInGbs: UNKNOWN_TEXT },
            from: { imageSourceDetails: ["archive"] },
        },
    ];
    const accountType = "always-free";
    expect(await judged(rules, stack("10"), { accountType })).toEqual([]);
    const said = await judged(rules, stack("10.5"), { accountType });
    expect(said.map(({ rule, level }) => [rule, level])).toEqual([["free-tier-object-storage", "mandatory"]]);
    expect(said[0]?.message).toContain("image");
});
