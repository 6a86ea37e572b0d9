import { beforeEach, expect, test } from "vitest";
import { at } from "../../../../rehearsal/world/value";
import { imageArgs, proxmoxConfig, vmArgs } from "../homelab-world";
import { fileType, Stage, vmType } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("what was changed behind the program's back is read", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image);
    const vm = stage.actor.world.proxmox.installations[0]?.machine(140);
    vm?.change({ ...vm.spec, memoryMiB: 4096 }, true);
    vm?.stop();
    const read = await stage.actor
        .behaviour(vmType)
        .read("140", made.outputs, vmArgs("c0", 140, stage.image), stage.actor.operation(vmType, "c0", proxmoxConfig));
    expect(at(read?.inputs, "memory.dedicated")).toBe(4096);
    expect(read?.inputs.started).toBe(false);
});

test("what was not changed reads as it was made", async () => {
    const made = await stage.actor.vm("c0", 140, stage.image);
    const inputs = vmArgs("c0", 140, stage.image);
    const read = await stage.actor
        .behaviour(vmType)
        .read("140", made.outputs, inputs, stage.actor.operation(vmType, "c0", proxmoxConfig));
    expect(read).toEqual({ id: "140", inputs, outputs: made.outputs });
});

test("a machine is adopted by the id its inputs name", async () => {
    await stage.actor.vm("c0", 140, stage.image);
    const inputs = vmArgs("c0", 140, stage.image);
    const id = stage.actor.behaviour(vmType).deterministicId?.(inputs) ?? "";
    const read = await stage.actor
        .behaviour(vmType)
        .read(id, {}, inputs, stage.actor.operation(vmType, "c0", proxmoxConfig));
    expect(read?.outputs.vmId).toBe(140);
    const file = imageArgs("x");
    expect(stage.actor.behaviour(fileType).deterministicId?.(file)).toBe(stage.image);
});
