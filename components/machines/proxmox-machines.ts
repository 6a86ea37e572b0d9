/** Virtual machines on Proxmox VE that boot Talos. */
import type * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import { VmLegacy } from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import type { FailureDomain } from "../../policy/facts";
import { boot, type Emulation } from "./emulation";
import { diskSerial, macAddress } from "./identity";
import type { Machine } from "./machine";

/** One virtual machine; all of it is plain, since it decides the graph's shape or is counted by rules. */
export interface ProxmoxMachineSpec {
    readonly role: "controlplane" | "worker";
    /** Proxmox VE node. */
    readonly host: string;
    /** Static address, without prefix. */
    readonly address: string;
    /** Proxmox VE id, for life. Another id replaces the machine. */
    readonly vmId: number;
    readonly cpuCores: number;
    readonly memoryGiB: number;
    /** Disk Talos is installed to. It grows, and cannot shrink. */
    readonly systemDiskGiB: number;
    /** Disk of a Ceph OSD. The machine is protected where there is one. */
    readonly storageDiskGiB?: number;
    /** Datastore of its disks. */
    readonly datastore: string;
}

/** What the machines of a stack are made of. */
export interface ProxmoxMachinesArgs {
    readonly provider: proxmoxve.Provider;
    /** Machine name to machine. */
    readonly machines: Readonly<Record<string, ProxmoxMachineSpec>>;
    /** Proxmox VE node to the volume id of the image on it, e.g. `local:import/talos.qcow2`. */
    readonly images: Readonly<Record<string, pulumi.Input<string>>>;
    readonly bridge: string;
    readonly vlan?: number;
    /** Link a node finds its system disk by, with `{serial}` in it. Default: the one of Proxmox VE 8. */
    readonly systemDiskLink?: string;
    /** Arm machines on Arm hosts without nested virtualisation. Default: x86 machines under KVM. */
    readonly emulation?: Emulation;
    readonly network: {
        /** Prefix length of the machines' network, e.g. 24. */
        readonly prefixLength: number;
        readonly gateway: string;
        readonly nameservers: readonly string[];
    };
}

/** Name of the failure domain a Proxmox VE node is. */
export function hypervisorDomain(node: string): string {
    return `hypervisor-node/${node}`;
}

/** The domains machines are: each dies with its host. A storage disk is the storage layer's to name. */
export function machineDomains(machines: Readonly<Record<string, ProxmoxMachineSpec>>): FailureDomain[] {
    return Object.entries(machines).map(([name, { host }]) => ({
        name: `machine/${name}`,
        kind: "machine",
        title: `Machine ${name}`,
        partOf: [hypervisorDomain(host)],
    }));
}

function disks(spec: ProxmoxMachineSpec, image: pulumi.Input<string> | undefined) {
    const common = { datastoreId: spec.datastore, discard: "on", iothread: true, ssd: true };
    const system = {
        ...common,
        interface: "scsi0",
        size: spec.systemDiskGiB,
        serial: diskSerial(spec.vmId, "sys"),
        ...(image === undefined ? {} : { importFrom: image }),
    };
    return spec.storageDiskGiB === undefined
        ? [system]
        : [
              system,
              {
                  ...common,
                  interface: "scsi1",
                  size: spec.storageDiskGiB,
                  serial: diskSerial(spec.vmId, "osd"),
                  // A backup of an OSD restores nothing: Ceph's copies are its backup.
                  backup: false,
              },
          ];
}

/** What a virtual machine is to its guest. Arm's one board is `virt`; an emulator offers all it can with `max`. */
function hardware(cores: number, emulated: boolean) {
    return emulated
        ? { machine: "virt", cpu: { cores, type: "max" } }
        : // `host` would be faster and forbid live migration between hosts of different generations.
          { machine: "q35", cpu: { cores, type: "x86-64-v2-AES" } };
}

/**
 * Virtual machines with everything that keeps them recognisable fixed: id, MAC address, disk serials, address.
 *
 * A new image replaces no machine and touches no disk: `importFrom` counts at creation only. A machine with a storage
 * disk is protected.
 */
export class ProxmoxMachines extends pulumi.ComponentResource {
    static readonly type = "strata:machines:ProxmoxMachines";
    /** The machines, in the order of their names. */
    readonly machines: readonly Machine[];
    /** MAC address by machine, for DHCP reservations. */
    readonly macAddresses: Readonly<Record<string, string>>;

    constructor(name: string, args: ProxmoxMachinesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(ProxmoxMachines.type, name, {}, opts);
        const specs = Object.entries(args.machines).sort(([a], [b]) => (a < b ? -1 : 1));
        this.machines = specs.map(([key, spec]) => this.#machine(`${name}-${key}`, key, spec, args));
        this.macAddresses = Object.fromEntries(specs.map(([key, { vmId }]) => [key, macAddress(vmId)]));
        this.registerOutputs({
            macAddresses: this.macAddresses,
            facts: { domains: machineDomains(Object.fromEntries(specs)) },
        });
    }

    #machine(resourceName: string, key: string, spec: ProxmoxMachineSpec, args: ProxmoxMachinesArgs): Machine {
        const { network, emulation } = args;
        const resource = new VmLegacy(
            resourceName,
            {
                nodeName: spec.host,
                vmId: spec.vmId,
                name: key,
                tags: ["strata", "talos", spec.role],
                bios: "ovmf",
                ...hardware(spec.cpuCores, emulation !== undefined),
                efiDisk: { datastoreId: spec.datastore, type: "4m", preEnrolledKeys: false },
                operatingSystem: { type: "l26" },
                scsiHardware: "virtio-scsi-single",
                // Talos knows no memory hot-plug and no ballooning.
                memory: { dedicated: spec.memoryGiB * 1024, floating: 0 },
                disks: disks(spec, args.images[spec.host]),
                bootOrders: ["scsi0"],
                networkDevices: [
                    {
                        bridge: args.bridge,
                        model: "virtio",
                        macAddress: macAddress(spec.vmId),
                        ...(args.vlan === undefined ? {} : { vlanId: args.vlan }),
                    },
                ],
                // The network part of nocloud only: the machine's address. Its configuration comes by the Talos API.
                initialization: {
                    datastoreId: spec.datastore,
                    // Proxmox puts it on IDE, which Arm's board does not have.
                    ...(emulation === undefined ? {} : { interface: "scsi30" }),
                    type: "nocloud",
                    dns: { servers: [...network.nameservers] },
                    ipConfigs: [
                        { ipv4: { address: `${spec.address}/${network.prefixLength}`, gateway: network.gateway } },
                    ],
                },
                // The address is static, so nothing is asked of the agent; it serves a clean shutdown.
                agent: { enabled: true, waitForIp: { disabled: true } },
                serialDevices: [{ device: "socket" }],
                vga: { type: "serial0" },
                onBoot: true,
                // An emulated machine is booted by a step of its own, once it is told to do without KVM.
                started: emulation === undefined,
                stopOnDestroy: true,
            },
            {
                parent: this,
                provider: args.provider,
                protect: spec.storageDiskGiB !== undefined,
                ignoreChanges: ["disks[0].importFrom", ...(emulation === undefined ? [] : ["started"])],
            },
        );
        const running =
            emulation === undefined
                ? resource
                : boot(`${resourceName}-boot`, { node: spec.host, vmId: spec.vmId, resource }, emulation, this);
        return {
            name: key,
            role: spec.role,
            address: spec.address,
            host: spec.host,
            systemDiskSerial: diskSerial(spec.vmId, "sys"),
            ...(args.systemDiskLink === undefined ? {} : { systemDiskLink: args.systemDiskLink }),
            ...(spec.storageDiskGiB === undefined ? {} : { storageDiskSerial: diskSerial(spec.vmId, "osd") }),
            resource: running,
        };
    }
}
