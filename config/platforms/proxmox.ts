/** Platform `proxmox`: Proxmox VE hosts that are there already. */
import { z } from "zod";
import { address } from "../address";
import { appsMistakes, appsSection } from "../apps";
import { cniMistakes, cniSection } from "../cni";
import { hypervisorSchema } from "../hypervisor";
import { checkMachines, hypervisorSurroundings, machinesSchema } from "../machines";
import { sentence } from "../mistake";
import { checkDhcp, checkNetwork, networkSchema } from "../network";
import { storageMistakes, storageSection } from "../storage";
import { checkTalos, talosSchema } from "../talos";
import { commonSections } from "./common";
import type { Parsed, Platform } from "./platform";

const sections = {
    platform: z
        .literal("proxmox")
        .default("proxmox")
        .describe("What the stack stands on. Default: Proxmox VE hosts that are there already."),
    network: networkSchema,
    hypervisor: hypervisorSchema,
    machines: machinesSchema,
    talos: talosSchema,
    cni: cniSection,
    storage: storageSection,
    apps: appsSection.prefault({}),
    ...commonSections,
} as const;

/** Everything a stack on Proxmox VE hosts says. */
export type ProxmoxFleet = Parsed<typeof sections>;

/** The address of the Proxmox VE API, where the endpoint has one and not a name. */
function hypervisorAddress(endpoint: string): Record<string, string> {
    const { hostname } = new URL(endpoint);
    return address().safeParse(hostname).success ? { [hostname]: "the Proxmox VE API" } : {};
}

/** Sections and promises of the platform. */
export const proxmox: Platform<typeof sections> = {
    sections,
    promises: [
        { between: ["network"], broken: (fleet) => checkNetwork(fleet).map(sentence) },
        {
            between: ["network", "hypervisor", "machines"],
            broken: (fleet) => checkMachines(fleet.machines, hypervisorSurroundings(fleet)).map(sentence),
        },
        {
            between: ["network", "machines", "talos"],
            broken: ({ network, machines, talos }) =>
                checkTalos(talos, { ...network, key: "strata:network", machines }).map(sentence),
        },
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
                    ...(talos.virtualIp === undefined
                        ? {}
                        : { [talos.virtualIp]: "the control planes' virtual address" }),
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
    ],
};
