import { beforeEach, expect, test } from "vitest";
import { imageArgs, proxmoxConfig, vmArgs } from "../homelab-world";
import { fileType, Stage, vmType } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("what is removed leaves nothing behind, and its address is free", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image);
    const operation = stage.actor.operation(vmType, "c0", proxmoxConfig);
    await stage.actor.behaviour(vmType).delete("140", made.outputs, operation);
    await stage.actor
        .behaviour(fileType)
        .delete(stage.image, imageArgs("x"), stage.actor.operation(fileType, "image", proxmoxConfig));
    expect(stage.actor.world.remains()).toEqual([]);
    expect(stage.actor.world.network.takenBy("10.10.0.140")).toBeUndefined();
    expect(
        await stage.actor.behaviour(vmType).read("140", made.outputs, vmArgs("c0", 140, stage.image), operation),
    ).toBeUndefined();
});

test("a protected machine is not removed", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image, { protection: true });
    await expect(
        stage.actor.behaviour(vmType).delete("140", made.outputs, stage.actor.operation(vmType, "c0", proxmoxConfig)),
    ).rejects.toThrow("can't remove VM 140 - protection mode enabled");
});

test("what is gone cannot be changed, and is gone already when it is to be removed", async () => {
    const operation = stage.actor.operation(vmType, "c0", proxmoxConfig);
    await expect(
        stage.actor.behaviour(vmType).update("140", {}, vmArgs("c0", 140, stage.image), operation),
    ).rejects.toThrow("Configuration file 'nodes/pve/qemu-server/140.conf' does not exist");
    await stage.actor.behaviour(vmType).delete("140", {}, operation);
    const type = "proxmoxve:storage/directory:Directory";
    const args = { resourceId: "images", path: "/var/lib/images" };
    await expect(
        stage.actor.behaviour(type).update("images", {}, args, stage.actor.operation(type, "images", proxmoxConfig)),
    ).rejects.toThrow("update storage failed: storage 'images' does not exist");
});
