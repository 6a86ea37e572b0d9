/** Virtual machines: `proxmoxve:index/vmLegacy:VmLegacy`. */
import type { Difference, Operation, ResourceBehaviour } from "../world/behaviour";
import { VirtualMachine } from "../world/proxmox-machine";
import { vmSpec } from "../world/proxmox-vm";
import { PartialFailure, Refusal } from "../world/refusal";
import { at, isProperties, number, type Properties, text, type Value } from "../world/value";
import type { World } from "../world/world";
import { difference, same, withDefaults } from "./properties";
import { connect } from "./proxmoxve-connection";
import { inputFailures } from "./proxmoxve-inputs";

/** Nested properties that only a new machine can change, by top-level property (schema of bpg's provider, ForceNew). */
const nestedReplaces: Readonly<Record<string, readonly string[]>> = {
    clone: ["vmId", "nodeName", "datastoreId", "full", "retries"],
    initialization: ["userDataFileId", "vendorDataFileId", "networkDataFileId", "metaDataFileId", "type"],
    efiDisk: ["type"],
    tpmState: ["version"],
};

/** The difference as the provider plans it: what replaces, and what is changed in place. */
function vmDifference(before: Properties, after: Properties, state: Properties): Difference {
    return difference(before, after, (key) => {
        switch (key) {
            case "vmId":
                return !same(after.vmId, state.vmId ?? before.vmId);
            case "nodeName":
                return after.migrate !== true;
            case "amdSev":
                return true;
            case "disks":
                return diskFiles(before).some(([device, file]) =>
                    diskFiles(after).some(([other, asked]) => other === device && asked !== file),
                );
            default:
                return (nestedReplaces[key] ?? []).some(
                    (inner) => !same(inside(before, key, inner), inside(after, key, inner)),
                );
        }
    });
}

function inside(properties: Properties, key: string, inner: string): Value | undefined {
    return at(properties[key], inner);
}

/** Interface and source file of each disk that is filled over SSH (`fileId`), which replaces when it changes. */
function diskFiles(properties: Properties): [string, string][] {
    const disks = properties.disks;
    return Array.isArray(disks)
        ? disks.map((disk: Value) => [text(disk, "interface") ?? "", text(disk, "fileId") ?? ""])
        : [];
}

const agentSource = "bpg/terraform-provider-proxmox: proxmox/nodes/vms/vms.go, WaitForNetworkInterfacesFromVMAgent";

/** Virtual machines. */
export function vmBehaviour(world: World): ResourceBehaviour {
    /** What the provider reads of a machine. */
    const outputs = (vm: VirtualMachine, known: Properties): Properties => {
        const reported = vm.spec.waitsForAgent && vm.hasAgent && vm.machine.poweredOn;
        return {
            ...withDefaults(known, {
                hotplug: "network,disk,usb",
                vga: { type: "std" },
                bootOrders: [],
                networkDevices: [],
            }),
            vmId: vm.id,
            name: vm.machine.name ?? "",
            nodeName: vm.spec.node,
            macAddresses: [...vm.macAddresses],
            ipv4Addresses: reported ? [["127.0.0.1"], [...vm.machine.addresses]] : [],
            ipv6Addresses: reported ? [["::1"], []] : [],
            networkInterfaceNames: reported ? ["lo", "ens18"] : [],
        };
    };
    /** Starts a machine that is to run; what fails then leaves the machine there, as in reality. */
    const started = async (vm: VirtualMachine, inputs: Properties, operation: Operation): Promise<void> => {
        try {
            if (vm.spec.started && !vm.machine.poweredOn) {
                vm.start();
            }
            if (vm.spec.waitsForAgent && vm.machine.poweredOn && !vm.hasAgent) {
                await operation.takes("proxmoxve/agent-timeout");
                throw new Refusal(
                    `timeout while waiting for the QEMU agent on VM "${vm.id}" to publish the network interfaces`,
                    agentSource,
                );
            }
        } catch (error) {
            if (error instanceof Refusal) {
                throw new PartialFailure(error.message, error.source, String(vm.id), outputs(vm, inputs));
            }
            throw error;
        }
    };
    const find = (id: string, operation: Operation) => {
        const proxmox = connect(world, operation.provider);
        const vm = proxmox.machine(Number(id));
        if (vm !== undefined) {
            proxmox.reach(vm.spec.node);
        }
        return vm;
    };
    return {
        check: (inputs, _old, { name }) => ({
            inputs,
            failures: inputFailures("proxmoxve:index/vmLegacy:VmLegacy", name, inputs) ?? [],
        }),
        diff: vmDifference,
        deterministicId: (inputs) => number(inputs, "vmId")?.toString(),
        create: async (inputs, operation) => {
            const proxmox = connect(world, operation.provider);
            const id = number(inputs, "vmId") ?? proxmox.nextId();
            const vm = VirtualMachine.create(proxmox, id, vmSpec(inputs));
            await operation.takes("proxmoxve/virtual-machine");
            await started(vm, inputs, operation);
            return { id: String(id), outputs: outputs(vm, inputs) };
        },
        read: async (id, state, inputs, operation) => {
            const vm = find(id, operation);
            if (vm === undefined) {
                return undefined;
            }
            return { id, inputs: drifted(vm, inputs), outputs: outputs(vm, drifted(vm, { ...inputs, ...state })) };
        },
        update: async (id, old, inputs, operation) => {
            const vm = find(id, operation);
            if (vm === undefined) {
                throw new Refusal(
                    `error retrieving VM ${id}: the requested resource does not exist\nreceived an HTTP 500 response - Reason: Configuration file 'nodes/${text(inputs, "nodeName") ?? ""}/qemu-server/${id}.conf' does not exist`,
                    "proxmox/pve-guest-common: src/PVE/AbstractConfig.pm, load_config",
                );
            }
            vm.change(vmSpec(inputs), at(inputs, "rebootAfterUpdate") !== false, vmSpec(old).started);
            await started(vm, inputs, operation);
            return outputs(vm, inputs);
        },
        delete: async (id, state, operation) => {
            const vm = find(id, operation);
            if (vm === undefined) {
                return;
            }
            if (at(state, "stopOnDestroy") === true) {
                vm.stop();
            } else {
                vm.shutdown();
            }
            vm.remove();
        },
    };
}

/** Properties with what was changed behind the program's back put in: memory, cores and whether it runs. */
function drifted(vm: VirtualMachine, properties: Properties): Properties {
    const asked = vmSpec(properties);
    const { spec, machine } = vm;
    const changes: [string, Value][] = [];
    if (asked.memoryMiB !== spec.memoryMiB) {
        changes.push(["memory", { ...map(properties.memory), dedicated: spec.memoryMiB }]);
    }
    if (asked.cores !== spec.cores) {
        changes.push(["cpu", { ...map(properties.cpu), cores: spec.cores }]);
    }
    if (asked.started !== machine.poweredOn && (properties.started !== undefined || !machine.poweredOn)) {
        changes.push(["started", machine.poweredOn]);
    }
    return { ...properties, ...Object.fromEntries(changes) };
}

function map(value: Value | undefined): Properties {
    return isProperties(value) ? value : {};
}
