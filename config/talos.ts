/** Section `talos`: the operating system and the Kubernetes it brings. */
import { z } from "zod";
import { address, isHost } from "./address";
import type { Mistake } from "./mistake";

/**
 * Kubernetes minors each Talos minor supports: the newest and the five before it (Talos, support matrix of each
 * release).
 */
const newestKubernetesMinor: Readonly<Record<string, number>> = { "1.9": 32, "1.10": 33, "1.11": 34, "1.12": 35 };
const supportedMinors = 6;

/** The operating system and the Kubernetes it brings. */
export const talosSchema = z
    .strictObject({
        clusterName: z
            .string()
            .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, { error: "lower-case letters, digits and dashes" })
            .describe("Name of the cluster, for life."),
        version: z
            .string()
            .regex(/^v\d+\.\d+\.\d+$/, { error: "a Talos version such as v1.10.5" })
            .default("v1.10.5")
            .describe(
                "Talos version machines are created with. A change upgrades no running machine and replaces none.",
            ),
        kubernetesVersion: z
            .string()
            .regex(/^\d+\.\d+\.\d+$/, { error: "a Kubernetes version such as 1.33.3" })
            .default("1.33.3")
            .describe("Kubernetes version, without a leading `v`; one the Talos version supports."),
        extensions: z
            .array(
                z.string().regex(/^[a-z0-9-]+\/[a-z0-9.-]+$/, { error: "an extension such as siderolabs/iscsi-tools" }),
            )
            .default([])
            .describe("System extensions of the image beside the QEMU guest agent."),
        virtualIp: address()
            .exactOptional()
            .describe(
                "Address the control planes share, for the Kubernetes API only. Default: none, the first control plane's own.",
            ),
        certSans: z
            .array(z.string().min(1))
            .default([])
            .describe("Further names and addresses the API's certificate is for."),
        schedulingOnControlPlanes: z.boolean().default(false).describe("True lets workloads run on control planes."),
    })
    .describe("Talos Linux and the Kubernetes it brings.");

/** The operating system and the Kubernetes it brings. */
export type TalosConfig = z.output<typeof talosSchema>;

/** The network a virtual address lies in, and the key it stands under. */
export interface VirtualIpSurroundings {
    readonly cidr: string;
    readonly gateway: string;
    /** e.g. `strata:network`. */
    readonly key: string;
    /** Machine to its address. */
    readonly machines: Readonly<Record<string, { readonly address: string }>>;
}

function minorOf(version: string): string {
    return version.replace(/^v/, "").split(".").slice(0, 2).join(".");
}

/** Talos supports the Kubernetes version. */
export function checkVersions(talos: TalosConfig): Mistake[] {
    const newest = newestKubernetesMinor[minorOf(talos.version)];
    const kubernetesMinor = Number(talos.kubernetesVersion.split(".")[1]);
    if (newest === undefined) {
        const known = Object.keys(newestKubernetesMinor).join(", ");
        return [{ key: "strata:talos.version", value: talos.version, expected: `a release of Talos ${known}` }];
    }
    return kubernetesMinor > newest || kubernetesMinor <= newest - supportedMinors
        ? [
              {
                  key: "strata:talos.kubernetesVersion",
                  value: talos.kubernetesVersion,
                  expected: `1.${newest - supportedMinors + 1} to 1.${newest}, which Talos ${talos.version} supports`,
              },
          ]
        : [];
}

/** Talos supports the Kubernetes version, and the virtual address is nobody else's. */
export function checkTalos(talos: TalosConfig, around: VirtualIpSurroundings): Mistake[] {
    return [...checkVersions(talos), ...checkVirtualIp(talos.virtualIp, around)];
}

function checkVirtualIp(value: string | undefined, around: VirtualIpSurroundings): Mistake[] {
    if (value === undefined) {
        return [];
    }
    const owner = Object.entries(around.machines).find(([, machine]) => machine.address === value)?.[0];
    const broken = [
        ...(isHost(value, around.cidr) ? [] : [`a host's address inside ${around.key}.cidr ${around.cidr}`]),
        ...(value === around.gateway ? [`an address other than ${around.key}.gateway`] : []),
        ...(owner === undefined ? [] : [`an address other than machine ${owner}'s own`]),
    ];
    return broken.map((expected) => ({ key: "strata:talos.virtualIp", value, expected }));
}
