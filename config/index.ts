/** What a stack may say, and the one place that reads it. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { appsMistakes, appsSection } from "./apps";
import { cniMistakes, cniSection } from "./cni";
import { hypervisorSchema } from "./hypervisor";
import { checkMachines, machinesSchema } from "./machines";
import { mistakesOf, report, sentence } from "./mistake";
import { checkNetwork, networkSchema } from "./network";
import { acceptedRisksSchema, profileSchema } from "./risks";
import { storageMistakes, storageSection } from "./storage";
import { checkTalos, talosSchema } from "./talos";

/** The sections of a stack's config, each under `strata:`. */
export const sections = {
    network: networkSchema,
    hypervisor: hypervisorSchema,
    machines: machinesSchema,
    talos: talosSchema,
    cni: cniSection,
    storage: storageSection,
    apps: appsSection.prefault({}),
    profile: profileSchema.optional(),
    acceptedRisks: acceptedRisksSchema.default([]),
} as const;

/** Everything a stack says, checked and completed with the defaults. */
export type Fleet = { readonly [Section in keyof typeof sections]: z.output<(typeof sections)[Section]> };

/** What the sections promise each other, one sentence for each promise broken. */
function brokenPromises(fleet: Fleet): readonly string[] {
    const { network, machines, talos, cni, storage, apps } = fleet;
    const named = Object.entries(machines);
    const schedulable = named.filter(([, { role }]) => role === "worker" || talos.schedulingOnControlPlanes);
    const taken = {
        [network.gateway]: "the gateway",
        ...Object.fromEntries(named.map(([name, { address }]) => [address, `machine ${name}`])),
        ...(talos.virtualIp === undefined ? {} : { [talos.virtualIp]: "the control planes' virtual address" }),
    };
    const fixed = {
        "strata:cni.hubbleAddress": cni.hubbleAddress,
        "strata:storage.dashboardAddress": storage.dashboardAddress,
    };
    return [
        ...[...checkNetwork(fleet), ...checkMachines(fleet), ...checkTalos(fleet)].map(sentence),
        ...cniMistakes(cni, { cidr: network.cidr, taken, fixed }),
        ...storageMistakes(storage, {
            nodes: named.map(([name]) => name),
            withStorageDisk: named
                .filter(([, { storageDiskGiB }]) => storageDiskGiB !== undefined)
                .map(([name]) => name),
        }),
        ...appsMistakes(apps, schedulable.length),
    ];
}

/**
 * Checks what a stack says: every section by its schema, then what the sections promise each other.
 *
 * @param raw Section name to its value as the stack's file has it.
 * @returns The fleet, or every mistake there is.
 */
export function parseFleet(raw: Readonly<Record<string, unknown>>): { fleet: Fleet } | { mistakes: readonly string[] } {
    const unknown = Object.keys(raw)
        .filter((section) => !(section in sections))
        .map((section) =>
            sentence({
                key: `strata:${section}`,
                value: raw[section],
                expected: `no such section: there are ${Object.keys(sections).join(", ")}`,
            }),
        );
    const parsed: Record<string, unknown> = {};
    const mistakes = Object.entries(sections).flatMap(([section, schema]) => {
        const result = schema.safeParse(raw[section]);
        if (result.success) {
            parsed[section] = result.data;
            return [];
        }
        return mistakesOf(section, raw[section], result.error.issues).map(sentence);
    });
    if (mistakes.length > 0) {
        return { mistakes: [...unknown, ...mistakes] };
    }
    const fleet = parsed as Fleet;
    const between = [...unknown, ...brokenPromises(fleet)];
    return between.length > 0 ? { mistakes: between } : { fleet };
}

/** The raw sections of the stack that runs: JSON where the value is structured, text otherwise. */
function rawSections(): Record<string, unknown> {
    const prefix = "strata:";
    const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
    return Object.fromEntries(
        own.map(([key, text]) => {
            try {
                return [key.slice(prefix.length), JSON.parse(text)];
            } catch {
                return [key.slice(prefix.length), text];
            }
        }),
    );
}

/** Reads the config of the stack that runs. Throws one `RunError` with all mistakes, before any resource exists. */
export function readFleet(): Fleet {
    const result = parseFleet(rawSections());
    if ("mistakes" in result) {
        throw new pulumi.RunError(report(pulumi.getStack(), result.mistakes));
    }
    return result.fleet;
}
