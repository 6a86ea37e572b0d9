import { beforeEach, expect, test } from "vitest";
import { PartialFailure, type Refusal } from "../../../../rehearsal/world/refusal";
import type { Properties } from "../../../../rehearsal/world/value";
import { Actor, proxmoxConfig, vmArgs } from "../homelab-world";
import { disks, Stage, vmType } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("a nocloud machine boots with the address of its ipConfigs and answers in maintenance", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image);
    expect(made.id).toBe("140");
    expect(stage.actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
    expect(stage.actor.world.network.unreachable("10.10.0.140", 6443)).toContain("connection refused");
    expect(made.outputs.ipv4Addresses).toEqual([["127.0.0.1"], ["10.10.0.140"]]);
    expect(stage.actor.steps).toEqual(["proxmoxve/image-download", "proxmoxve/virtual-machine"]);
});

test("a metal machine has no static address", async () => {
    const metal = await stage.actor.image("metal");
    await stage.actor.vm("c0", 140, metal);
    expect(stage.actor.world.network.unreachable("10.10.0.140", 50000)).toBe(
        "dial tcp 10.10.0.140:50000: connect: no route to host",
    );
});

test("a machine without a Talos image answers nowhere", async () => {
    await stage.actor.vm("c0", 140, stage.image, {
        agent: { enabled: false },
        ...disks((all) => [{ ...all[0], importFrom: null }]),
    });
    expect(stage.actor.world.network.unreachable("10.10.0.140", 50000)).toContain("no route to host");
});

test.each<[string, Properties, string]>([
    [
        "a node that is not there",
        { nodeName: "pve9" },
        "hostname lookup 'pve9' failed - failed to get address info for: pve9: Name or service not known",
    ],
    [
        "a datastore that is not there",
        disks((all) => [{ ...all[0], datastoreId: "tank" }]),
        "storage 'tank' does not exist",
    ],
    [
        "a datastore that holds no disks",
        disks((all) => [{ ...all[0], datastoreId: "local" }]),
        "storage 'local' does not support content-type 'images'",
    ],
    [
        "a disk interface used twice",
        disks((all) => [all[0], { ...all[1], interface: "scsi0" }]),
        'duplicate disk interface "scsi0"',
    ],
    [
        "a disk interface there is none of",
        disks((all) => [{ ...all[0], interface: "nvme0" }]),
        "Defined disk interface not supported. Interface was nvme0",
    ],
    [
        "an image that is not on the node's datastore",
        disks((all) => [{ ...all[0], importFrom: "local:import/other.qcow2" }]),
        "volume 'local:import/other.qcow2' does not exist",
    ],
    [
        "a disk larger than the datastore",
        disks((all) => [all[0], { ...all[1], size: 900 }]),
        "Insufficient free space: 230400 extents needed, but only 197120 available",
    ],
    [
        "a serial longer than 20 bytes",
        disks((all) => [{ ...all[0], serial: "a-serial-of-21-bytes-" }]),
        "scsi0.serial: value may only be 20 characters long",
    ],
    [
        "a boot order with a device that is not there",
        { bootOrders: ["scsi7"] },
        "invalid bootorder: device 'scsi7' does not exist",
    ],
    ["more cores than the host has", { cpu: { cores: 32 } }, "MAX 24 vcpus allowed per VM on this node"],
])("Proxmox refuses %s and makes nothing", async (_, overrides, words) => {
    await expect(stage.actor.vm("c0", 140, stage.image, overrides)).rejects.toThrow(words);
    expect(stage.actor.world.remains()).toEqual(["file pve local:import/talos-nocloud.qcow2 on local"]);
});

test("a second machine of the same id is refused, on whichever node", async () => {
    await stage.actor.vm("c0", 140, stage.image);
    await expect(stage.actor.vm("c1", 140, stage.image)).rejects.toThrow(
        "unable to create VM 140 - VM 140 already exists on node 'pve'",
    );
});

test("an id is taken as soon as its machine is being made", async () => {
    const first = stage.actor.vm("c0", 140, stage.image);
    await expect(stage.actor.vm("c1", 140, stage.image)).rejects.toThrow("VM 140 already exists");
    await first;
});

test("two machines with one address conflict", async () => {
    await stage.actor.vm("c0", 140, stage.image);
    const address = { initialization: { ipConfigs: [{ ipv4: { address: "10.10.0.140/24" } }] } };
    await expect(stage.actor.vm("w0", 150, stage.image, address)).rejects.toThrow(
        "IPv4 address conflict: machine pve/150 cannot use 10.10.0.140, it is in use by machine pve/140",
    );
});

test("an address without its network's length is refused", async () => {
    const address = { initialization: { ipConfigs: [{ ipv4: { address: "10.10.0.140" } }] } };
    await expect(stage.actor.vm("c0", 140, stage.image, address)).rejects.toThrow(
        "invalid IPv4 address in CIDR notation '10.10.0.140'",
    );
});

test.each<[string, Properties, string]>([
    ["a bridge that is not there", { networkDevices: [{ bridge: "vmbr9" }] }, "bridge 'vmbr9' does not exist"],
    [
        "more memory than the host has",
        { memory: { dedicated: 65537 } },
        "cannot set up guest memory 'pc.ram': Cannot allocate memory",
    ],
])("a machine with %s is made and does not start", async (_, overrides, words) => {
    const failure = await stage.actor.vm("c0", 140, stage.image, overrides).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PartialFailure);
    expect((failure as PartialFailure).message).toContain(words);
    expect((failure as PartialFailure).id).toBe("140");
    const repaired = await stage.actor
        .behaviour(vmType)
        .update("140", {}, vmArgs("c0", 140, stage.image), stage.actor.operation(vmType, "c0", proxmoxConfig));
    expect(repaired.vmId).toBe(140);
    expect(stage.actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
});

test("memory of all running machines counts, that of stopped ones does not", async () => {
    const size = { memory: { dedicated: 30000 } };
    await stage.actor.vm("c0", 140, stage.image, size);
    await stage.actor.vm("w0", 150, stage.image, size);
    await stage.actor.vm("w1", 151, stage.image, { ...size, started: false });
    await expect(stage.actor.vm("w2", 152, stage.image, size)).rejects.toThrow("Cannot allocate memory");
});

test("in a seeded world, block devices may swap names, and serials stay", async () => {
    const swapped = new Set<string>();
    for (let seed = 1; seed <= 8; seed++) {
        const seeded = new Actor({ seed });
        await seeded.vm("c0", 140, await seeded.image());
        const [machine] = seeded.world.proxmox.machines;
        expect(machine?.disks.map((disk) => disk.serial)).toEqual(["c0-system", "c0-storage"]);
        swapped.add(machine?.disks.map((disk) => disk.device).join() ?? "");
    }
    expect(swapped).toEqual(new Set(["/dev/sda,/dev/sdb", "/dev/sdb,/dev/sda"]));
});

test("every refusal names its source", async () => {
    const failure = await stage.actor.vm("c0", 140, stage.image, { nodeName: "pve9" }).catch((error: unknown) => error);
    expect((failure as Refusal).source).toContain("proxmox/");
});
