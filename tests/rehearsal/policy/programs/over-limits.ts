/** A stack beyond six limits of the document, without a budget. */
import { guard, tenancy } from "./oracle-guard";
import { Resource } from "./resource";

/** 5 OCPUs and 25 GB of A1, five instances, 201 GB of volumes, three reserved addresses, 21 GB of objects, no budget. */
export async function overLimits(): Promise<undefined> {
    const quota = guard(false);
    const instance = (name: string, ocpus: number, memoryInGbs: number, boot: number): void => {
        new Resource(
            "oci:Core/instance:Instance",
            name,
            {
                displayName: name,
                compartmentId: tenancy,
                availabilityDomain: "AD-1",
                shape: "VM.Standard.A1.Flex",
                shapeConfig: { ocpus, memoryInGbs },
                sourceDetails: { sourceType: "bootVolume", sourceId: `ocid1.bootvolume.oc1..${boot}` },
            },
            { dependsOn: [quota] },
        );
    };
    for (const name of ["a", "b", "c", "d", "e"]) {
        instance(name, 1, 5, 50);
    }
    for (const [name, size] of [
        ["one", 100],
        ["two", 101],
    ] as const) {
        new Resource("oci:Core/volume:Volume", name, { compartmentId: tenancy, sizeInGbs: String(size) });
    }
    for (const name of ["ip-1", "ip-2", "ip-3"]) {
        new Resource("oci:Core/publicIp:PublicIp", name, { compartmentId: tenancy, lifetime: "RESERVED" });
    }
    const bucket = new Resource("oci:ObjectStorage/bucket:Bucket", "images", {
        compartmentId: tenancy,
        name: "images",
    });
    new Resource("oci:ObjectStorage/storageObject:StorageObject", "image", {
        bucket: bucket.id,
        object: "image.qcow2",
        source: "image.qcow2",
        metadata: { "size-gb": "21" },
    });
    return undefined;
}

/** A program that leaves a number open, as an output of something that does not exist yet. */
export async function openNumber(): Promise<undefined> {
    const quota = guard();
    const pet = new Resource("random:index/randomInteger:RandomInteger", "dice", { min: 1, max: 2 });
    new Resource(
        "oci:Core/instance:Instance",
        "open",
        {
            displayName: "open",
            availabilityDomain: "AD-1",
            shape: "VM.Standard.A1.Flex",
            shapeConfig: { ocpus: pet.id.apply(Number), memoryInGbs: 6 },
        },
        { dependsOn: [quota] },
    );
    return undefined;
}

/** A secret that nobody marked. */
export async function plainSecret(): Promise<undefined> {
    new Resource("kubernetes:core/v1:Secret", "login", {
        metadata: { name: "login", namespace: "apps" },
        stringData: { user: "app" },
    });
    return undefined;
}
