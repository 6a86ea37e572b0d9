import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import { beforeAll, describe, expect, test } from "vitest";
import { type ProxmoxMachineSpec, ProxmoxMachines } from "../../../components/machines/proxmox-machines";
import { type Graph, listed, named, synth } from "../../harness/synth";

const common = { host: "pve", datastore: "local-lvm", systemDiskGiB: 30 } as const;
const homelab: Readonly<Record<string, ProxmoxMachineSpec>> = {
    w1: {
        ...common,
        role: "worker",
        address: "10.10.0.151",
        vmId: 151,
        cpuCores: 6,
        memoryGiB: 12,
        storageDiskGiB: 40,
    },
    c0: { ...common, role: "controlplane", address: "10.10.0.140", vmId: 140, cpuCores: 4, memoryGiB: 4 },
    w0: {
        ...common,
        role: "worker",
        address: "10.10.0.150",
        vmId: 150,
        cpuCores: 6,
        memoryGiB: 12,
        storageDiskGiB: 40,
    },
};

function machines(specs = homelab, more: { readonly vlan?: number } = {}): Promise<Graph> {
    return synth(() => {
        const made = new ProxmoxMachines("machine", {
            provider: new proxmoxve.Provider("api", {}),
            machines: specs,
            images: { pve: "local:import/talos.qcow2" },
            bridge: "vmbr0",
            network: { prefixLength: 24, gateway: "10.10.0.1", nameservers: ["10.10.0.1"] },
            ...more,
        });
        return {
            macAddresses: made.macAddresses,
            machines: made.machines.map(({ resource: _, ...plain }) => plain),
        };
    });
}

describe("the homelab's machines", () => {
    let graph: Graph;
    beforeAll(async () => {
        graph = await machines();
    });

    test("are three, each named by its key, and nothing else", () => {
        expect(listed(graph)).toEqual([
            "pulumi:providers:proxmoxve api",
            "strata:machines:ProxmoxMachines machine",
            "proxmoxve:index/vmLegacy:VmLegacy machine-c0",
            "proxmoxve:index/vmLegacy:VmLegacy machine-w0",
            "proxmoxve:index/vmLegacy:VmLegacy machine-w1",
        ]);
    });

    test("have the document's cores, memory and disks", () => {
        const { inputs } = named(graph, "machine-w0");
        expect(inputs.cpu).toMatchObject({ cores: 6 });
        expect(inputs.memory).toEqual({ dedicated: 12 * 1024, floating: 0 });
        expect(inputs.disks).toMatchObject([
            { interface: "scsi0", size: 30, serial: "sys-150", importFrom: "local:import/talos.qcow2" },
            { interface: "scsi1", size: 40, serial: "osd-150" },
        ]);
    });

    test("import the image into the system disk alone", () => {
        const [, storage] = named(graph, "machine-w0").inputs.disks as readonly Record<string, unknown>[];
        expect(storage?.importFrom).toBeUndefined();
        expect(named(graph, "machine-c0").inputs.disks).toHaveLength(1);
    });

    test("keep their system disk when the image changes", () => {
        expect(named(graph, "machine-c0").ignoreChanges).toEqual(["disks[0].importFrom"]);
    });

    test("have their static address in the nocloud network settings, and no user data", () => {
        const { initialization } = named(graph, "machine-w1").inputs;
        expect(initialization).toEqual({
            datastoreId: "local-lvm",
            type: "nocloud",
            dns: { servers: ["10.10.0.1"] },
            ipConfigs: [{ ipv4: { address: "10.10.0.151/24", gateway: "10.10.0.1" } }],
        });
    });

    test("keep id and MAC address for life, and say them", () => {
        const { inputs } = named(graph, "machine-w1");
        expect([inputs.vmId, inputs.name, inputs.nodeName]).toEqual([151, "w1", "pve"]);
        expect(inputs.networkDevices).toEqual([{ bridge: "vmbr0", model: "virtio", macAddress: "02:50:00:00:00:97" }]);
        expect(graph.outputs.macAddresses).toEqual({
            c0: "02:50:00:00:00:8C",
            w0: "02:50:00:00:00:96",
            w1: "02:50:00:00:00:97",
        });
    });

    test("start with their host, stop when destroyed, and wait for no agent's address", () => {
        const { inputs } = named(graph, "machine-c0");
        expect(inputs).toMatchObject({
            onBoot: true,
            started: true,
            stopOnDestroy: true,
            agent: { enabled: true, waitForIp: { disabled: true } },
            bootOrders: ["scsi0"],
            serialDevices: [{ device: "socket" }],
            bios: "ovmf",
            efiDisk: { datastoreId: "local-lvm", type: "4m", preEnrolledKeys: false },
        });
    });

    test("are protected where they store data, and only there", () => {
        const protectedOnes = graph.resources.filter((each) => each.protect).map(({ name }) => name);
        expect(protectedOnes).toEqual(["machine-w0", "machine-w1"]);
    });

    test("are handed on in the order of their names, with what the layers above select by", () => {
        expect(graph.outputs.machines).toEqual([
            { name: "c0", role: "controlplane", address: "10.10.0.140", host: "pve", systemDiskSerial: "sys-140" },
            {
                name: "w0",
                role: "worker",
                address: "10.10.0.150",
                host: "pve",
                systemDiskSerial: "sys-150",
                storageDiskSerial: "osd-150",
            },
            {
                name: "w1",
                role: "worker",
                address: "10.10.0.151",
                host: "pve",
                systemDiskSerial: "sys-151",
                storageDiskSerial: "osd-151",
            },
        ]);
    });

    test("are failure domains that die with their host", () => {
        const { facts } = named(graph, "machine").outputs;
        const domain = (name: string) => ({
            name: `machine/${name}`,
            kind: "machine",
            title: `Machine ${name}`,
            partOf: ["hypervisor-node/pve"],
        });
        expect(facts).toEqual({ domains: ["c0", "w0", "w1"].map(domain) });
    });
});

test("a VLAN tag goes to the network device, and to nothing else", async () => {
    const graph = await machines(homelab, { vlan: 7 });
    expect(named(graph, "machine-c0").inputs.networkDevices).toMatchObject([{ bridge: "vmbr0", vlanId: 7 }]);
});
