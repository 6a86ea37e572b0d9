/** Section `machines`: the virtual machines, by name. */
import { z } from "zod";
import { address, isHost } from "./address";
import type { HypervisorConfig } from "./hypervisor";
import type { Mistake } from "./mistake";
import type { NetworkConfig } from "./network";

/** Talos's own minimum disk (Talos 1.10, system requirements). */
const leastSystemDiskGiB = 10;
/** What a Ceph OSD needs to be worth its overhead; Ceph itself refuses less than about 5 GiB. */
const leastStorageDiskGiB = 10;
/** Talos's minimum for a control plane (Talos 1.10, system requirements): 2 cores, 2 GiB; a worker does with half. */
const least = { controlplane: { cpuCores: 2, memoryGiB: 2 }, worker: { cpuCores: 1, memoryGiB: 1 } } as const;

/** One machine. */
const machineSchema = z.strictObject({
    role: z.enum(["controlplane", "worker"]).describe("What it is in the cluster."),
    host: z.string().describe("Proxmox VE node it runs on: a key of `hypervisor.nodes`. It never moves by itself."),
    address: address().describe("Its static address; inside `network.cidr`."),
    vmId: z
        .int()
        .min(100)
        .max(999_999_999)
        .describe("Its Proxmox VE id, for life: the MAC address and the disks' serials follow from it."),
    cpuCores: z.int().min(1).default(2).describe("Virtual cores; 2 at least for a control plane (Talos)."),
    memoryGiB: z.int().min(1).default(4).describe("Memory in GiB; 2 at least for a control plane (Talos)."),
    systemDiskGiB: z
        .int()
        .min(leastSystemDiskGiB)
        .default(30)
        .describe(`Disk Talos is installed to, in GiB; ${leastSystemDiskGiB} at least (Talos). It cannot shrink.`),
    storageDiskGiB: z
        .int()
        .min(leastStorageDiskGiB)
        .exactOptional()
        .describe(
            `Disk of a Ceph OSD, in GiB; ${leastStorageDiskGiB} at least. Default: none. A machine that has one is protected.`,
        ),
});

/** The machines by name. */
export const machinesSchema = z
    .record(
        z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
            error: "a host name: lower-case letters, digits and dashes",
        }),
        machineSchema,
    )
    .describe("Machine name to machine. The name is its host name and its node name, for life.");

/** The machines by name. */
export type MachinesConfig = z.output<typeof machinesSchema>;
/** One machine. */
export type MachineConfig = z.output<typeof machineSchema>;

/** What machines promise their surroundings, under the keys a stack on their platform has. */
export interface MachinesSurroundings {
    /** The machines' network, and the key it stands under. */
    readonly cidr: string;
    readonly cidrKey: string;
    /** Addresses that are somebody else's: address to what an address must be instead. */
    readonly taken: Readonly<Record<string, string>>;
    /** Host to its memory, and to its cores where a machine may not have more: Proxmox VE starts none that has. */
    readonly hosts: Readonly<Record<string, { readonly memoryGiB: number; readonly ocpus?: number }>>;
    /** Key the hosts stand under, e.g. `strata:hypervisor.nodes`, and what one of them is called. */
    readonly hostsKey: string;
    readonly hostNoun: string;
    /**
     * Cores a control plane has at least. Default Talos's minimum; where hosts have one core, one has to do, and Talos
     * says so in its log and goes on.
     */
    readonly leastControllerCores?: number;
    /** Memory of every host that is not the machines', GiB, and whose it is. Default none. */
    readonly reserved?: { readonly memoryGiB: number; readonly by: string };
}

/** The surroundings of machines on Proxmox VE hosts that are there already. */
export function hypervisorSurroundings({
    network,
    hypervisor,
}: {
    readonly network: NetworkConfig;
    readonly hypervisor: HypervisorConfig;
}): MachinesSurroundings {
    return {
        cidr: network.cidr,
        cidrKey: "strata:network.cidr",
        taken: {
            [network.gateway]: "an address other than strata:network.gateway",
            [new URL(hypervisor.endpoint).hostname]:
                "an address other than the host's own in strata:hypervisor.endpoint",
        },
        hosts: hypervisor.nodes,
        hostsKey: "strata:hypervisor.nodes",
        hostNoun: "a node",
    };
}

/** What the machines promise each other, their network and their hosts. */
export function checkMachines(machines: MachinesConfig, around: MachinesSurroundings): Mistake[] {
    const named = Object.entries(machines);
    return [
        ...named.flatMap(([name, machine]) => checkMachine(name, machine, around)),
        ...checkUnique(named, "address"),
        ...checkUnique(named, "vmId"),
        ...checkControllers("strata:machines", controllersOf(machines)),
        ...checkMemory(named, around),
    ];
}

/** Names of the control planes. */
function controllersOf(machines: MachinesConfig): readonly string[] {
    return Object.entries(machines).flatMap(([name, { role }]) => (role === "controlplane" ? [name] : []));
}

function checkMachine(name: string, machine: MachineConfig, around: MachinesSurroundings): Mistake[] {
    const mistakes: Mistake[] = [];
    const expect = (key: keyof MachineConfig, holds: boolean, expected: string) => {
        if (!holds) {
            mistakes.push({ key: `strata:machines.${name}.${key}`, value: machine[key], expected });
        }
    };
    const hosts = Object.keys(around.hosts).join(", ");
    const { cpuCores: usual, memoryGiB } = least[machine.role];
    const cpuCores = machine.role === "controlplane" ? (around.leastControllerCores ?? usual) : usual;
    const ocpus = around.hosts[machine.host]?.ocpus ?? machine.cpuCores;
    const other = around.taken[machine.address];
    expect("host", Object.hasOwn(around.hosts, machine.host), `${around.hostNoun} of ${around.hostsKey} (${hosts})`);
    expect("address", isHost(machine.address, around.cidr), `a host's address inside ${around.cidrKey} ${around.cidr}`);
    expect("address", other === undefined, other ?? "");
    expect("cpuCores", machine.cpuCores >= cpuCores, `at least ${cpuCores} for a ${machine.role} (Talos's minimum)`);
    expect("cpuCores", machine.cpuCores <= ocpus, `at most the ${ocpus} its host ${machine.host} has (Proxmox VE)`);
    expect(
        "memoryGiB",
        machine.memoryGiB >= memoryGiB,
        `at least ${memoryGiB} for a ${machine.role} (Talos's minimum)`,
    );
    return mistakes;
}

function checkUnique(named: readonly [string, MachineConfig][], key: "address" | "vmId"): Mistake[] {
    const first = new Map<string | number, string>();
    return named.flatMap(([name, machine]) => {
        const value = machine[key];
        const owner = first.get(value);
        if (owner === undefined) {
            first.set(value, name);
            return [];
        }
        const expected = `one of its own: strata:machines.${owner}.${key} has it already`;
        return [{ key: `strata:machines.${name}.${key}`, value, expected }];
    });
}

/** An odd number of control planes, by the key they stand under. */
export function checkControllers(key: string, controllers: readonly string[]): Mistake[] {
    if (controllers.length % 2 === 1) {
        return [];
    }
    const expected =
        "an odd number of machines with role controlplane: an even one survives no more failures than one less";
    return [{ key, value: controllers, expected }];
}

function checkMemory(named: readonly [string, MachineConfig][], around: MachinesSurroundings): Mistake[] {
    const { hosts, hostsKey, reserved } = around;
    return Object.entries(hosts).flatMap(([host, { memoryGiB }]) => {
        const guests = named.filter(([, machine]) => machine.host === host);
        const asked = guests.reduce((sum, [, machine]) => sum + machine.memoryGiB, reserved?.memoryGiB ?? 0);
        const names = guests.map(([name]) => name).join(", ");
        const others = reserved === undefined ? "" : `${reserved.by} (${reserved.memoryGiB}) and `;
        return asked <= memoryGiB
            ? []
            : [
                  {
                      key: `${hostsKey}.${host}.memoryGiB`,
                      value: memoryGiB,
                      expected: `at least the ${asked} that ${others}its machines (${names}) ask for together`,
                  },
              ];
    });
}
