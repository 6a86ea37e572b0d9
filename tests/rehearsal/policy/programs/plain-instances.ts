/** Somebody's two web servers on Oracle, free and not. */
import { guard, tenancy } from "./oracle-guard";
import { Resource } from "./resource";

function servers(shape: string, ocpus: number): void {
    const quota = guard();
    const vcn = new Resource("oci:Core/vcn:Vcn", "net", { compartmentId: tenancy, cidrBlocks: ["10.0.0.0/16"] });
    const subnet = new Resource("oci:Core/subnet:Subnet", "subnet", { vcnId: vcn.id, cidrBlock: "10.0.1.0/24" });
    for (const name of ["web-a", "web-b"]) {
        new Resource(
            "oci:Core/instance:Instance",
            name,
            {
                compartmentId: tenancy,
                displayName: name,
                availabilityDomain: "AD-1",
                shape,
                shapeConfig: { ocpus, memoryInGbs: 6 },
                sourceDetails: { sourceType: "image", sourceId: "ocid1.image.oc1..x" },
                createVnicDetails: { subnetId: subnet.id },
            },
            { dependsOn: [quota] },
        );
    }
}

/** Within today's allowance. */
export async function free(): Promise<undefined> {
    servers("VM.Standard.A1.Flex", 1);
    return undefined;
}

/** On a shape that is billed. */
export async function paid(): Promise<undefined> {
    servers("VM.Standard.E4.Flex", 1);
    return undefined;
}
