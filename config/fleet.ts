/** The fleet as the layers take it: what one section says, completed by what another does. */
import { prefixLength } from "./address";
import type { MachineConfig } from "./machines";
import type { ProxmoxFleet } from "./platforms/proxmox";

/** The machines' network as a machine is told it. */
export function subnet({ network }: ProxmoxFleet) {
    return { ...network, prefixLength: prefixLength(network.cidr) };
}

/** Proxmox VE node to the datastore its copy of the Talos image lies on; only nodes that carry a machine need one. */
export function datastores({ hypervisor, machines }: ProxmoxFleet): Readonly<Record<string, string>> {
    const used = new Set(Object.values(machines).map(({ host }) => host));
    const nodes = Object.entries(hypervisor.nodes).filter(([node]) => used.has(node));
    return Object.fromEntries(nodes.map(([node, { imageDatastore }]) => [node, imageDatastore]));
}

/** Machine name to machine, each with the datastore of its host. */
export function proxmoxMachines({
    hypervisor,
    machines,
}: ProxmoxFleet): Readonly<Record<string, MachineConfig & { readonly datastore: string }>> {
    const datastoreOf = (host: string) => hypervisor.nodes[host]?.diskDatastore ?? "";
    return Object.fromEntries(
        Object.entries(machines).map(([name, machine]) => [name, { ...machine, datastore: datastoreOf(machine.host) }]),
    );
}

/** The disks Ceph stores on: every machine's that has one. */
export function storageDisks(
    machines: readonly { readonly name: string; readonly storageDiskSerial?: string }[],
): readonly { readonly node: string; readonly serial: string }[] {
    return machines.flatMap(({ name, storageDiskSerial }) =>
        storageDiskSerial === undefined ? [] : [{ node: name, serial: storageDiskSerial }],
    );
}
