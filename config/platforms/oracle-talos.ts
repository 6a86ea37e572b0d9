/** Platform `oracle-talos`: Talos on Oracle's Ampere instances themselves. */
import { z } from "zod";
import { talosCloudSchema } from "../cloud";
import { checkCloud } from "../cloud-promises";
import { oracleCniSection } from "../cni";
import { checkFluxRuns, deliverySchema } from "../delivery";
import { checkControllers } from "../machines";
import { checkMesh, meshSchema } from "../mesh";
import { type Mistake, sentence } from "../mistake";
import { checkVersions, talosSchema } from "../talos";
import { commonSections } from "./common";
import type { Parsed, Platform } from "./platform";

/** Talos's minimum for a control plane (Talos 1.10, system requirements). */
const least = { ocpus: 2, memoryGiB: 2 } as const;

const sections = {
    platform: z.literal("oracle-talos").describe("Talos on Oracle's instances themselves."),
    cloud: talosCloudSchema,
    mesh: meshSchema,
    talos: talosSchema
        .omit({ virtualIp: true, schedulingOnControlPlanes: true })
        .describe("Talos Linux and the Kubernetes it brings; every instance is a control plane that takes workloads."),
    cni: oracleCniSection,
    delivery: deliverySchema,
    ...commonSections,
} as const;

/** Everything a stack with Talos on Oracle's instances says. */
export type OracleTalosFleet = Parsed<typeof sections>;

/** Every instance is a control plane that carries workloads as well, and has what Talos wants of one. */
function checkInstances({ cloud }: Pick<OracleTalosFleet, "cloud">): Mistake[] {
    const named = Object.entries(cloud.instances);
    return [
        ...checkControllers(
            "strata:cloud.instances",
            named.map(([name]) => name),
        ),
        ...named.flatMap(([name, instance]) =>
            (["ocpus", "memoryGiB"] as const)
                .filter((key) => instance[key] < least[key])
                .map((key) => ({
                    key: `strata:cloud.instances.${name}.${key}`,
                    value: instance[key],
                    expected: `at least ${least[key]} for a controlplane (Talos's minimum)`,
                })),
        ),
    ];
}

/** Sections and promises of the platform. */
export const oracleTalos: Platform<typeof sections> = {
    sections,
    promises: [
        { between: ["cloud"], broken: (fleet) => [...checkCloud(fleet.cloud), ...checkInstances(fleet)].map(sentence) },
        {
            between: ["cloud", "mesh"],
            broken: ({ cloud, mesh }) => checkMesh(mesh, [cloud.bastion.name]).map(sentence),
        },
        {
            between: ["talos"],
            broken: ({ talos }) => checkVersions({ ...talos, schedulingOnControlPlanes: true }).map(sentence),
        },
        {
            between: ["talos", "delivery"],
            broken: ({ talos, delivery }) => checkFluxRuns(delivery, talos).map(sentence),
        },
    ],
};
