/** What a stack may say, and the one place that reads it. */
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { address } from "./address";
import { appsMistakes, appsSection } from "./apps";
import { cniMistakes, cniSection } from "./cni";
import { hypervisorSchema } from "./hypervisor";
import { checkMachines, machinesSchema } from "./machines";
import { mistakesOf, report, sentence } from "./mistake";
import { checkDhcp, checkNetwork, networkSchema } from "./network";
import { acceptedRisksSchema, accountTypeSchema, allowanceSchema, profileSchema } from "./risks";
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
    allowance: allowanceSchema.optional(),
    accountType: accountTypeSchema.optional(),
    acceptedRisks: acceptedRisksSchema.default([]),
} as const;

/** Everything a stack says, checked and completed with the defaults. */
export type Fleet = { readonly [Section in keyof typeof sections]: z.output<(typeof sections)[Section]> };

type Section = keyof typeof sections;

/** A promise between sections: judged where all of them are well-formed, one sentence for each way it is broken. */
interface Promised {
    readonly between: readonly Section[];
    readonly broken: (fleet: Fleet) => readonly string[];
}

/** The address of the Proxmox VE API, where the endpoint has one and not a name. */
function hypervisorAddress(endpoint: string): Record<string, string> {
    const { hostname } = new URL(endpoint);
    return address().safeParse(hostname).success ? { [hostname]: "the Proxmox VE API" } : {};
}

const promises: readonly Promised[] = [
    { between: ["network"], broken: (fleet) => checkNetwork(fleet).map(sentence) },
    { between: ["network", "hypervisor", "machines"], broken: (fleet) => checkMachines(fleet).map(sentence) },
    { between: ["network", "machines", "talos"], broken: (fleet) => checkTalos(fleet).map(sentence) },
    {
        between: ["network", "machines", "talos", "cni"],
        broken: ({ network, machines, talos, cni }) => {
            const one = (address: string) => ({ first: address, last: address });
            const held = Object.entries(machines).map(([name, { address }]) => [
                `strata:machines.${name}.address`,
                one(address),
            ]);
            return checkDhcp(network, {
                ...Object.fromEntries(held),
                ...(talos.virtualIp === undefined ? {} : { "strata:talos.virtualIp": one(talos.virtualIp) }),
                "strata:cni.loadBalancerPool": cni.loadBalancerPool,
            }).map(sentence);
        },
    },
    {
        between: ["network", "hypervisor", "machines", "talos", "cni", "storage"],
        broken: ({ network, hypervisor, machines, talos, cni, storage }) => {
            const held = Object.entries(machines).map(([name, { address }]) => [address, `machine ${name}`]);
            const taken = {
                [network.gateway]: "the gateway",
                ...hypervisorAddress(hypervisor.endpoint),
                ...Object.fromEntries(held),
                ...(talos.virtualIp === undefined ? {} : { [talos.virtualIp]: "the control planes' virtual address" }),
            };
            const fixed = {
                "strata:cni.hubbleAddress": cni.hubbleAddress,
                "strata:storage.dashboardAddress": storage.dashboardAddress,
            };
            return cniMistakes(cni, { cidr: network.cidr, taken, fixed });
        },
    },
    {
        between: ["machines", "storage"],
        broken: ({ machines, storage }) => {
            const named = Object.entries(machines);
            const withDisk = named.filter(([, { storageDiskGiB }]) => storageDiskGiB !== undefined);
            return storageMistakes(storage, {
                nodes: named.map(([name]) => name),
                withStorageDisk: withDisk.map(([name]) => name),
            });
        },
    },
    {
        between: ["machines", "talos", "apps"],
        broken: ({ machines, talos, apps }) => {
            const schedulable = Object.values(machines).filter(
                ({ role }) => role === "worker" || talos.schedulingOnControlPlanes,
            );
            return appsMistakes(apps, schedulable.length);
        },
    },
];

/**
 * Checks what a stack says: every section by its schema, then what the sections promise each other.
 *
 * @param raw Section name to its value as the stack's file has it.
 * @returns The fleet, or every mistake there is, one sentence each.
 */
export function parseFleet(
    raw: Readonly<Record<string, unknown>>,
): { readonly fleet: Fleet } | { readonly mistakes: readonly string[] } {
    const known = Object.keys(sections);
    const unknown = Object.keys(raw)
        .filter((section) => !known.includes(section))
        .map((section) => {
            const expected = `no such section: there are ${known.join(", ")}`;
            return sentence({ key: `strata:${section}`, value: raw[section], expected });
        });
    const wellFormed: Record<string, unknown> = {};
    const malformed = Object.entries(sections).flatMap(([section, schema]) => {
        const result = schema.safeParse(raw[section]);
        if (result.success) {
            wellFormed[section] = result.data;
            return [];
        }
        return mistakesOf(section, raw[section], result.error.issues).map(sentence);
    });
    // A promise reads the sections it is between and no others, so it can be judged while another is malformed.
    const fleet = wellFormed as Fleet;
    const broken = promises
        .filter(({ between }) => between.every((section) => section in wellFormed))
        .flatMap((promise) => promise.broken(fleet));
    const mistakes = [...unknown, ...malformed, ...broken];
    return mistakes.length > 0 ? { mistakes } : { fleet };
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
