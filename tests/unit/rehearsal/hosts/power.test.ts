/** Hosts of a cluster that lose their power: whoever asks the cluster afterwards sees them gone, and back again. */
import { expect, test } from "vitest";
import { proxmoxvePackage } from "../../../../rehearsal/providers/proxmoxve";
import type { Operation } from "../../../../rehearsal/world/behaviour";
import { stackInProcess } from "../../../harness/rehearsed";

const lost = "received an HTTP 595 response - Reason: No route to host";
const nodesFunction = "proxmoxve:index/getNodesLegacy:getNodesLegacy";
const vmType = "proxmoxve:index/vmLegacy:VmLegacy";

/** The document's stack as it stands, and what its Proxmox VE answers. */
async function standing() {
    const stack = stackInProcess("oci-free");
    expect((await stack.up()).errors).toEqual([]);
    const { world } = stack;
    const [installation] = world.proxmox.installations;
    if (installation === undefined) {
        throw new Error("oci-free forms no cluster.");
    }
    const { endpoint, apiToken = "" } = installation.site;
    const provider = { package: "proxmoxve", config: { endpoint, apiToken } };
    const behaviour = proxmoxvePackage(world);
    const hosts = Object.keys(installation.site.nodes);
    const machines = [...installation.machines.values()];
    return {
        world,
        hosts,
        installation,
        machineOn: (host: string) => machines.find(({ spec }) => spec.node === host)?.id ?? 0,
        onlines: async () => (await behaviour.function(nodesFunction)?.({}, provider))?.onlines,
        read: async (id: number) => {
            const operation: Operation = { urn: "u", type: vmType, name: "n", provider, takes: async () => {} };
            return (await behaviour.resource(vmType)?.read?.(String(id), {}, {}, operation))?.id;
        },
    };
}

test("a host without power is offline to its cluster at once, what is on it is out of reach, and both come back", async () => {
    const { world, hosts, installation, machineOn, onlines, read } = await standing();
    const [first = "", second = ""] = hosts;
    expect(await onlines()).toEqual([true, true, true]);
    world.outages.strike(second);
    expect(await onlines()).toEqual([true, false, true]);
    expect(() => installation.reach(second)).toThrow(lost);
    await expect(read(machineOn(second))).rejects.toThrow(lost);
    expect(await read(machineOn(first))).toBe(String(machineOn(first)));
    world.outages.end(second);
    expect(await onlines()).toEqual([true, true, true]);
    expect(await read(machineOn(second))).toBe(String(machineOn(second)));
});

test("a host that was called in vain is offline too: its power went before", async () => {
    const { world, hosts, onlines } = await standing();
    const [, , third = ""] = hosts;
    world.outages.begin(third);
    expect(await onlines()).toEqual([true, true, true]);
    const [address = ""] = world.hosts.named(third)?.spec.addresses ?? [];
    expect(world.network.unreachable(address, 22)).toContain("no route to host");
    expect(await onlines()).toEqual([true, true, false]);
});

test("a host that is taken away is offline to those that stay", async () => {
    const { world, hosts, onlines } = await standing();
    world.hosts.off(hosts[1] ?? "");
    expect(await onlines()).toEqual([true, false, true]);
});

test("a cluster whose hosts are all dark is still there when they come back, with its machines", async () => {
    const { world, hosts, machineOn, read } = await standing();
    for (const host of hosts) {
        world.outages.strike(host);
    }
    expect(world.proxmox.installations).toHaveLength(1);
    for (const host of hosts) {
        world.outages.end(host);
    }
    for (const host of hosts) {
        expect(await read(machineOn(host))).toBe(String(machineOn(host)));
    }
});
