/** Somebody's Kubernetes cluster on OKE, free and not. */
import { guard, tenancy } from "./oracle-guard";
import { Resource } from "./resource";

function cluster(type: string, size: number): void {
    const quota = guard();
    const vcn = new Resource("oci:Core/vcn:Vcn", "net", { compartmentId: tenancy, cidrBlocks: ["10.0.0.0/16"] });
    const oke = new Resource(
        "oci:ContainerEngine/cluster:Cluster",
        "oke",
        { compartmentId: tenancy, vcnId: vcn.id, kubernetesVersion: "v1.33.1", type },
        { dependsOn: [quota] },
    );
    new Resource("oci:ContainerEngine/nodePool:NodePool", "nodes", {
        compartmentId: tenancy,
        clusterId: oke.id,
        name: "nodes",
        nodeShape: "VM.Standard.A1.Flex",
        nodeShapeConfig: { ocpus: 1, memoryInGbs: 6 },
        nodeSourceDetails: { sourceType: "IMAGE", bootVolumeSizeInGbs: "50" },
        nodeConfigDetails: { size, placementConfigs: [{ availabilityDomain: "AD-1" }] },
    });
}

/** A basic cluster with two nodes of one OCPU. */
export async function free(): Promise<undefined> {
    cluster("BASIC_CLUSTER", 2);
    return undefined;
}

/** An enhanced cluster with three. */
export async function paid(): Promise<undefined> {
    cluster("ENHANCED_CLUSTER", 3);
    return undefined;
}
