/** Every compute machine a stack asks for: instances, instance pools and node pools, in one form. */

import { type Graph, type Resource, UNKNOWN } from "../graph";
import { asNumber, asRecord, type Reading, read, readNumber, readText } from "../reading";
import { A1_SHAPE, DEFAULT_A1_MEMORY_GB_PER_OCPU, DEFAULT_A1_OCPUS, DEFAULT_BOOT_VOLUME_GB } from "./shapes";

/** A group of equal machines. A field is a reading, because a program may leave it open. */
export interface Machines {
    /** What asks for them: an instance, an instance pool or a node pool. */
    readonly resource: Resource;
    /** What describes them: the same, or the pool's instance configuration. */
    readonly described: Resource;
    readonly count: Reading<number>;
    readonly shape: Reading<string>;
    /** OCPUs of one machine. */
    readonly ocpus: Reading<number>;
    /** Memory of one machine, GB. */
    readonly memoryGb: Reading<number>;
    /** Boot volume of one machine, GB; absent where it boots from a volume that is counted by itself. */
    readonly bootGb: Reading<number>;
    /** Volumes made along with one machine, GB together. */
    readonly extraGb: Reading<number>;
    /** Performance units per GB of the boot volume. */
    readonly bootVpus: Reading<number>;
    /** Where the numbers stand, for messages: path of the shape, and of the shape's configuration. */
    readonly paths: { readonly shape: string; readonly config: string; readonly source: string };
}

/** Type of a single instance. */
export const INSTANCE = "oci:Core/instance:Instance";
/** Type of an instance pool, whose machines are described by an instance configuration. */
export const INSTANCE_POOL = "oci:Core/instancePool:InstancePool";
/** Type of an instance configuration, which costs nothing by itself. */
export const INSTANCE_CONFIGURATION = "oci:Core/instanceConfiguration:InstanceConfiguration";
/** Type of a node pool of an OKE cluster. */
export const NODE_POOL = "oci:ContainerEngine/nodePool:NodePool";

/** Types that describe machines. */
export const describesMachines: readonly string[] = [INSTANCE, INSTANCE_CONFIGURATION, NODE_POOL];

const one = { state: "known", value: 1 } as const;

/** All machines of a stack, in the graph's order. */
export function machinesOf(graph: Graph): Machines[] {
    return graph.resources.flatMap((resource) => {
        switch (resource.type) {
            case INSTANCE:
            case NODE_POOL:
                return [described(resource)];
            case INSTANCE_POOL:
                return [pooled(graph, resource)];
            default:
                return [];
        }
    });
}

/** The machines that one resource describes; of an instance configuration, as if it were used once. */
export function described(resource: Resource): Machines {
    if (resource.type === NODE_POOL) {
        const paths = { shape: "nodeShape", config: "nodeShapeConfig", source: "nodeSourceDetails" };
        return at(resource, resource, nodeCount(resource), paths);
    }
    const prefix = resource.type === INSTANCE_CONFIGURATION ? "instanceDetails.launchDetails." : "";
    return at(resource, resource, one, {
        shape: `${prefix}shape`,
        config: `${prefix}shapeConfig`,
        source: `${prefix}sourceDetails`,
    });
}

function pooled(graph: Graph, pool: Resource): Machines {
    const configuration = [...(pool.propertyDependencies.instanceConfigurationId ?? []), ...pool.dependencies]
        .map((urn) => graph.byUrn.get(urn))
        .find((candidate) => candidate?.type === INSTANCE_CONFIGURATION);
    const size = readNumber(pool, "size");
    if (configuration !== undefined) {
        return { ...described(configuration), resource: pool, count: size };
    }
    const unknown = { state: "unknown", path: "instanceConfigurationId" } as const;
    return {
        resource: pool,
        described: pool,
        count: size,
        shape: unknown,
        ocpus: unknown,
        memoryGb: unknown,
        bootGb: unknown,
        extraGb: unknown,
        bootVpus: unknown,
        paths: { shape: unknown.path, config: unknown.path, source: unknown.path },
    };
}

function at(resource: Resource, from: Resource, count: Reading<number>, paths: Machines["paths"]): Machines {
    const shape = readText(from, paths.shape);
    const ofA1 = shape.state === "known" && shape.value === A1_SHAPE;
    const ocpus = orElse(readNumber(from, `${paths.config}.ocpus`), ofA1 ? DEFAULT_A1_OCPUS : undefined);
    const memoryDefault = ofA1 && ocpus.state === "known" ? ocpus.value * DEFAULT_A1_MEMORY_GB_PER_OCPU : undefined;
    const fromVolume = readText(from, `${paths.source}.sourceType`);
    return {
        resource,
        described: from,
        count,
        shape,
        ocpus,
        memoryGb: orElse(readNumber(from, `${paths.config}.memoryInGbs`), memoryDefault),
        bootGb:
            fromVolume.state === "known" && fromVolume.value === "bootVolume"
                ? { state: "absent" }
                : orElse(readNumber(from, `${paths.source}.bootVolumeSizeInGbs`), DEFAULT_BOOT_VOLUME_GB),
        extraGb: extraVolumes(from),
        bootVpus: readNumber(from, `${paths.source}.bootVolumeVpusPerGb`),
        paths,
    };
}

/** Nodes of a pool: its size, or so many in each of its subnets (the older way to say it). */
function nodeCount(pool: Resource): Reading<number> {
    const size = readNumber(pool, "nodeConfigDetails.size");
    if (size.state !== "absent") {
        return size;
    }
    const perSubnet = orElse(readNumber(pool, "quantityPerSubnet"), 1);
    const subnets = read(pool, "subnetIds");
    if (perSubnet.state !== "known" || subnets.state === "absent") {
        return perSubnet;
    }
    return subnets.state === "known" && Array.isArray(subnets.value)
        ? { state: "known", value: perSubnet.value * subnets.value.length }
        : { state: "unknown", path: "subnetIds" };
}

/** Volumes that are born with the machine. */
function extraVolumes(from: Resource): Reading<number> {
    const [path, sizeAt] =
        from.type === INSTANCE_CONFIGURATION
            ? (["instanceDetails.blockVolumes", "createDetails"] as const)
            : (["launchVolumeAttachments", "launchCreateVolumeDetails"] as const);
    const volumes = read(from, path);
    if (volumes.state !== "known" || !Array.isArray(volumes.value)) {
        return volumes.state === "unknown" ? volumes : { state: "known", value: 0 };
    }
    let total = 0;
    for (const volume of volumes.value as readonly unknown[]) {
        const details = asRecord(asRecord(volume)?.[sizeAt]);
        const size = details?.sizeInGbs;
        if (volume === UNKNOWN || size === UNKNOWN) {
            return { state: "unknown", path: `${path}.${sizeAt}.sizeInGbs` };
        }
        total += asNumber(size) ?? 0;
    }
    return { state: "known", value: total };
}

function orElse(reading: Reading<number>, fallback: number | undefined): Reading<number> {
    return reading.state === "absent" && fallback !== undefined ? { state: "known", value: fallback } : reading;
}
