import { beforeEach, expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { proxmoxConfig, vmArgs } from "../homelab-world";
import { disks, Stage, vmType } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("more memory is a change in place with a reboot, a smaller disk is refused", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image);
    const operation = stage.actor.operation(vmType, "c0", proxmoxConfig);
    const larger = { ...vmArgs("c0", 140, stage.image), memory: { dedicated: 16384 } };
    await stage.actor.behaviour(vmType).update("140", made.outputs, larger, operation);
    expect(stage.actor.world.proxmox.machines[0]?.memoryGiB).toBe(16);
    expect(stage.actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
    const smaller = { ...vmArgs("c0", 140, stage.image), ...disks((all) => [all[0], { ...all[1], size: 20 }]) };
    await expect(stage.actor.behaviour(vmType).update("140", made.outputs, smaller, operation)).rejects.toThrow(
        "disk resize failure: requested size (20G) is lower than current size (40G)",
    );
});

test("without leave to reboot, new memory waits", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image);
    const larger = { ...vmArgs("c0", 140, stage.image), memory: { dedicated: 16384 }, rebootAfterUpdate: false };
    await stage.actor
        .behaviour(vmType)
        .update("140", made.outputs, larger, stage.actor.operation(vmType, "c0", proxmoxConfig));
    expect(stage.actor.world.proxmox.machines[0]?.poweredOn).toBe(true);
});

test("a boot disk is not removed while the boot order names it", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image, { bootOrders: ["scsi0"] });
    const without = { ...vmArgs("c0", 140, stage.image), bootOrders: ["scsi0"], ...disks((all) => [all[1]]) };
    await expect(
        stage.actor
            .behaviour(vmType)
            .update("140", made.outputs, without, stage.actor.operation(vmType, "c0", proxmoxConfig)),
    ).rejects.toThrow('cannot delete boot disk "scsi0"');
});

test.each<[string, Properties, readonly string[]]>([
    ["another id", { vmId: 141 }, ["vmId"]],
    ["another node", { nodeName: "pve-1" }, ["nodeName"]],
    ["another node with leave to migrate", { nodeName: "pve-1", migrate: true }, []],
    ["more memory", { memory: { dedicated: 16384 } }, []],
    ["another image", disks((all) => [{ ...all[0], importFrom: "local:import/newer.qcow2" }, all[1]]), []],
    ["another user data file", { initialization: { userDataFileId: "local:snippets/a.yaml" } }, ["initialization"]],
    ["another disk file over SSH", disks((all) => [{ ...all[0], fileId: "local:iso/a.img" }, all[1]]), ["disks"]],
])("%s replaces %j", (_, overrides, replaces) => {
    const before = vmArgs("c0", 140, "local:import/talos-nocloud.qcow2");
    const found = stage.actor.behaviour(vmType).diff?.(before, { ...before, ...overrides }, { ...before, vmId: 140 });
    expect(found?.replaces).toEqual(replaces);
    expect(found?.changes.length).toBeGreaterThan(0);
});
