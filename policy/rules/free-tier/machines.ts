/** What a single machine may be: its shape, its OCPUs, its boot volume. */

import { described, describesMachines } from "../../free-tier/compute";
import { A1_SHAPE, FREE_VPUS_PER_GB, freeShapes, MICRO_SHAPE, MINIMUM_VOLUME_GB } from "../../free-tier/shapes";
import type { Resource } from "../../graph";
import { readNumber } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule, type Settings } from "../../rule";
import { judgesFree } from "./scope";

const volumes: readonly string[] = ["oci:Core/volume:Volume", "oci:Core/bootVolume:BootVolume"];

const common = {
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "resource",
    onUnknown: "fail",
} as const;

/** Machines have a free shape. */
export const shapes: ResourceRule = {
    ...common,
    id: "free-tier-shapes",
    title: "Machines have a free shape",
    why: "Every other shape is billed from the first minute.",
    limit: `Shapes are ${A1_SHAPE} or ${MICRO_SHAPE} (Oracle, Always Free Resources), also in instance configurations and node pools.`,
    fix: `Use ${A1_SHAPE} or ${MICRO_SHAPE}.`,
    appliesTo: (type) => describesMachines.includes(type),
    judge: free((resource) => {
        const { shape, paths } = described(resource);
        if (shape.state === "unknown") {
            return [cannotKnow(resource, shape.path, "whether the machine is free")];
        }
        const name = shape.state === "known" ? shape.value : undefined;
        return name !== undefined && freeShapes.includes(name)
            ? []
            : [
                  violation(
                      resource,
                      `shape ${name ?? "is not given"} is paid; set ${paths.shape} to ${freeShapes.join(" or ")}`,
                  ),
              ];
    }),
};

/** A1 machines have whole OCPUs. */
export const wholeOcpus: ResourceRule = {
    ...common,
    id: "free-tier-whole-ocpus",
    title: "A1 machines have whole OCPUs",
    why: "Oracle refuses a fraction of an OCPU on A1 (1.33 of the architecture document is one), in the middle of the update.",
    limit: "`shapeConfig.ocpus` is a whole number of at least 1 (Oracle, Compute shapes: provisioning starts at one OCPU, 1 OCPU = 1 core on A1).",
    fix: "Use whole OCPUs; 2 + 1 + 1 makes the same sum as three times 1.33.",
    appliesTo: (type) => describesMachines.includes(type),
    judge: free((resource) => {
        const { shape, ocpus, paths } = described(resource);
        if (shape.state === "known" && shape.value !== A1_SHAPE) {
            return [];
        }
        if (ocpus.state === "unknown") {
            return [cannotKnow(resource, ocpus.path, "whether Oracle accepts it")];
        }
        return ocpus.state === "absent" || (Number.isInteger(ocpus.value) && ocpus.value >= 1)
            ? []
            : [violation(resource, `${paths.config}.ocpus is ${ocpus.value}; A1 takes whole OCPUs from 1`)];
    }),
};

/** Volumes are as large as Oracle makes them at least. */
export const volumeMinimum: ResourceRule = {
    ...common,
    id: "free-tier-volume-minimum",
    title: "Volumes reach Oracle's minimum",
    why: "Oracle refuses a smaller boot or block volume when the update is under way.",
    limit: `Boot and block volumes have at least ${MINIMUM_VOLUME_GB} GB (Oracle, Block Volume, Capacity; its API refused 47 GB on 2026-07-14).`,
    fix: `Set the size to ${MINIMUM_VOLUME_GB} GB or more, or leave it out for a boot volume.`,
    appliesTo: (type) => volumes.includes(type) || describesMachines.includes(type),
    judge: free((resource) => {
        const ofVolume = volumes.includes(resource.type);
        const machine = ofVolume ? undefined : described(resource);
        const size = machine === undefined ? readNumber(resource, "sizeInGbs") : machine.bootGb;
        const path = machine === undefined ? "sizeInGbs" : `${machine.paths.source}.bootVolumeSizeInGbs`;
        if (size.state === "unknown") {
            return [cannotKnow(resource, path, "whether Oracle accepts the size")];
        }
        return size.state === "absent" || size.value >= MINIMUM_VOLUME_GB
            ? []
            : [violation(resource, `${path} is ${size.value} GB; the minimum is ${MINIMUM_VOLUME_GB} GB`)];
    }),
};

/** Volumes have no more performance than the free storage comes with. */
export const volumePerformance: ResourceRule = {
    ...common,
    id: "free-tier-volume-performance",
    title: "Volumes have the free performance",
    why: "Performance units beyond the balanced level are billed for each GB, although the GB are free.",
    limit: `At most ${FREE_VPUS_PER_GB} performance units per GB, the balanced level (Oracle, Block Volume Performance Levels).`,
    fix: `Set \`vpusPerGb\` (of a boot volume: \`bootVolumeVpusPerGb\`) to ${FREE_VPUS_PER_GB} or less, and leave auto-tuning off.`,
    appliesTo: (type) => volumes.includes(type) || describesMachines.includes(type),
    judge: free((resource) => {
        const machine = volumes.includes(resource.type) ? undefined : described(resource);
        const vpus = machine === undefined ? readNumber(resource, "vpusPerGb") : machine.bootVpus;
        const path = machine === undefined ? "vpusPerGb" : `${machine.paths.source}.bootVolumeVpusPerGb`;
        if (vpus.state === "unknown") {
            return [cannotKnow(resource, path, "whether its performance is free")];
        }
        return vpus.state === "absent" || vpus.value <= FREE_VPUS_PER_GB
            ? []
            : [violation(resource, `${path} is ${vpus.value}; up to ${FREE_VPUS_PER_GB} are free`)];
    }),
};

function free(judge: (resource: Resource) => Finding[]): (resource: Resource, settings: Settings) => Finding[] {
    return (resource, settings) => (judgesFree(settings) ? judge(resource) : []);
}

function violation(resource: Resource, says: string): Finding {
    return { urn: resource.urn, message: `${resource.name}: ${says}.` };
}
