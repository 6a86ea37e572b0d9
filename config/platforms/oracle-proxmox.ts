/** Platform `oracle-proxmox`: Proxmox VE with Ceph on Oracle's Ampere instances, Talos in virtual machines on it. */
import { z } from "zod";
import { proxmoxImageMiB } from "../../images/disk-layout";
import { isHost } from "../address";
import { proxmoxCloudSchema } from "../cloud";
import { checkCloud } from "../cloud-promises";
import { oracleCniSection } from "../cni";
import { checkFluxRuns, deliverySchema } from "../delivery";
import { checkMachines, type MachinesConfig, type MachinesSurroundings, machinesSchema } from "../machines";
import { checkMesh, meshSchema } from "../mesh";
import { type Mistake, sentence } from "../mistake";
import { containerDiskGiB, proxmoxClusterSchema, usableCephGiB } from "../proxmox-cluster";
import { checkTalos, talosSchema } from "../talos";
import { commonSections } from "./common";
import type { Parsed, Platform } from "./platform";

const sections = {
    platform: z.literal("oracle-proxmox").describe("Proxmox VE with Ceph on Oracle's instances, Talos on it."),
    cloud: proxmoxCloudSchema,
    mesh: meshSchema,
    proxmoxCluster: proxmoxClusterSchema,
    machines: machinesSchema,
    talos: talosSchema,
    cni: oracleCniSection,
    delivery: deliverySchema,
    ...commonSections,
} as const;

/** Everything a stack with Proxmox VE on Oracle's instances says. */
export type OracleProxmoxFleet = Parsed<typeof sections>;

type Between<S extends keyof OracleProxmoxFleet> = Pick<OracleProxmoxFleet, S>;

function surroundings({ cloud, proxmoxCluster }: Between<"cloud" | "proxmoxCluster">): MachinesSurroundings {
    const { machineNetwork, tailscale, reservedMemoryGiB } = proxmoxCluster;
    return {
        cidr: machineNetwork.cidr,
        cidrKey: "strata:proxmoxCluster.machineNetwork.cidr",
        taken: {
            [machineNetwork.gateway]: "an address other than strata:proxmoxCluster.machineNetwork.gateway",
            [tailscale.address]: "an address other than strata:proxmoxCluster.tailscale.address",
        },
        hosts: cloud.instances,
        hostsKey: "strata:cloud.instances",
        hostNoun: "an instance",
        leastControllerCores: 1,
        reserved: { memoryGiB: reservedMemoryGiB, by: "Proxmox VE and Ceph" },
    };
}

/** At least three hosts, a container and a gateway in the machines' network, copies that have hosts to lie on. */
function checkCluster({ cloud, proxmoxCluster }: Between<"cloud" | "proxmoxCluster">): Mistake[] {
    const { machineNetwork, tailscale, ceph } = proxmoxCluster;
    const hosts = Object.keys(cloud.instances);
    const key = "strata:proxmoxCluster";
    const inside = {
        "machineNetwork.gateway": machineNetwork.gateway,
        "tailscale.address": tailscale.address,
    };
    return [
        ...(hosts.length < 3
            ? [
                  {
                      key: "strata:cloud.instances",
                      value: hosts,
                      expected: "at least 3 instances: with two, a cluster stands still when one is away",
                  },
              ]
            : []),
        ...Object.entries(inside)
            .filter(([, value]) => !isHost(value, machineNetwork.cidr))
            .map(([name, value]) => ({
                key: `${key}.${name}`,
                value,
                expected: `a host's address inside strata:proxmoxCluster.machineNetwork.cidr ${machineNetwork.cidr}`,
            })),
        ...(tailscale.address === machineNetwork.gateway
            ? [
                  {
                      key: `${key}.tailscale.address`,
                      value: tailscale.address,
                      expected: "an address other than strata:proxmoxCluster.machineNetwork.gateway",
                  },
              ]
            : []),
        ...(ceph.size > hosts.length
            ? [
                  {
                      key: `${key}.ceph.size`,
                      value: ceph.size,
                      expected: `at most ${hosts.length}, the instances: no two copies share one`,
                  },
              ]
            : []),
        ...(ceph.minSize > ceph.size
            ? [{ key: `${key}.ceph.minSize`, value: ceph.minSize, expected: `at most ${key}.ceph.size ${ceph.size}` }]
            : []),
        ...checkBootVolumes({ cloud, proxmoxCluster }),
    ];
}

/** Each boot volume holds the image and the OSD: there is no other disk, and the image's root never grows. */
function checkBootVolumes({ cloud, proxmoxCluster: { ceph } }: Between<"cloud" | "proxmoxCluster">): Mistake[] {
    const needed = Math.ceil(proxmoxImageMiB / 1024 + ceph.osdGiB);
    return Object.entries(cloud.instances)
        .filter(([, { bootVolumeGiB }]) => bootVolumeGiB < needed)
        .map(([name, { bootVolumeGiB }]) => ({
            key: `strata:cloud.instances.${name}.bootVolumeGiB`,
            value: bootVolumeGiB,
            expected: `at least ${needed}: the Proxmox VE image takes ${(proxmoxImageMiB / 1024).toFixed(1)} GiB, the OSD the ${ceph.osdGiB} of strata:proxmoxCluster.ceph.osdGiB`,
        }));
}

function diskSum(machines: MachinesConfig): number {
    return Object.values(machines).reduce((sum, { systemDiskGiB }) => sum + systemDiskGiB, containerDiskGiB);
}

/** The machines' disks and the container's fit into the pool; none has an OSD of its own; ids are theirs alone. */
function checkDisks({ cloud, proxmoxCluster, machines }: Between<"cloud" | "proxmoxCluster" | "machines">): Mistake[] {
    const usable = usableCephGiB(proxmoxCluster, Object.keys(cloud.instances).length);
    const asked = diskSum(machines);
    const { osdGiB, size } = proxmoxCluster.ceph;
    return [
        ...(asked > usable
            ? [
                  {
                      key: "strata:proxmoxCluster.ceph.osdGiB",
                      value: osdGiB,
                      expected: `enough for the ${asked} GiB of the machines' and the container's disks: ${size} copies leave ${usable} GiB until Ceph warns`,
                  },
              ]
            : []),
        ...Object.entries(machines).flatMap(([name, { storageDiskGiB, vmId }]) => [
            ...(storageDiskGiB === undefined
                ? []
                : [
                      {
                          key: `strata:machines.${name}.storageDiskGiB`,
                          value: storageDiskGiB,
                          expected: "no storage disk: Ceph is on the hosts here",
                      },
                  ]),
            ...(vmId === proxmoxCluster.tailscale.id
                ? [
                      {
                          key: `strata:machines.${name}.vmId`,
                          value: vmId,
                          expected: "one of its own: strata:proxmoxCluster.tailscale.id has it already",
                      },
                  ]
                : []),
        ]),
    ];
}

/** A machine is no instance's namesake, one of them is where requests come in, and some machine takes workloads. */
function checkRoles({ cloud, machines, talos }: Between<"cloud" | "machines" | "talos">): Mistake[] {
    const named = Object.entries(machines);
    const takers = named.filter(([, { role }]) => role === "worker" || talos.schedulingOnControlPlanes);
    const { instance } = cloud.ingress;
    return [
        ...named
            .filter(([name]) => name in cloud.instances || name === cloud.bastion.name)
            .map(([name]) => ({
                key: `strata:machines.${name}`,
                value: name,
                expected: "a name of its own: an instance of strata:cloud has it already",
            })),
        ...(takers.length === 0
            ? [
                  {
                      key: "strata:talos.schedulingOnControlPlanes",
                      value: talos.schedulingOnControlPlanes,
                      expected: "true: no machine is a worker, so nothing would run",
                  },
              ]
            : []),
        ...(instance in cloud.instances && !takers.some(([, { host }]) => host === instance)
            ? [
                  {
                      key: "strata:cloud.ingress.instance",
                      value: instance,
                      expected: "an instance with a machine that takes workloads: requests go no further than that",
                  },
              ]
            : []),
    ];
}

/** Sections and promises of the platform. */
export const oracleProxmox: Platform<typeof sections> = {
    sections,
    promises: [
        { between: ["cloud"], broken: ({ cloud }) => checkCloud(cloud).map(sentence) },
        {
            between: ["cloud", "mesh"],
            broken: ({ cloud, mesh }) =>
                checkMesh(mesh, [...Object.keys(cloud.instances), cloud.bastion.name]).map(sentence),
        },
        { between: ["cloud", "proxmoxCluster"], broken: (fleet) => checkCluster(fleet).map(sentence) },
        {
            between: ["cloud", "proxmoxCluster", "machines"],
            broken: (fleet) =>
                [...checkMachines(fleet.machines, surroundings(fleet)), ...checkDisks(fleet)].map(sentence),
        },
        { between: ["cloud", "machines", "talos"], broken: (fleet) => checkRoles(fleet).map(sentence) },
        {
            between: ["proxmoxCluster", "machines", "talos"],
            broken: ({ proxmoxCluster, machines, talos }) => {
                const { cidr, gateway } = proxmoxCluster.machineNetwork;
                const key = "strata:proxmoxCluster.machineNetwork";
                return checkTalos(talos, { cidr, gateway, key, machines }).map(sentence);
            },
        },
        {
            between: ["talos", "delivery"],
            broken: ({ talos, delivery }) => checkFluxRuns(delivery, talos).map(sentence),
        },
    ],
};
