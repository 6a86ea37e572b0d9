import { beforeEach, expect, test } from "vitest";
import { imageArgs, proxmoxConfig } from "../homelab-world";
import { fileType, Stage, vmType } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

/** File id of an image without the agent. */
async function bareImage(): Promise<string> {
    const schematic = await stage.actor.create("talos:imageFactory/schematic:Schematic", "bare", {});
    const args = { ...imageArgs(schematic.id), fileName: "bare.qcow2" };
    return (await stage.actor.create(fileType, "bare", args, proxmoxConfig)).id;
}

test("an enabled agent that the image lacks is waited for 15 minutes in vain", async () => {
    const bare = await bareImage();
    await expect(stage.actor.vm("c0", 140, bare)).rejects.toThrow(
        'timeout while waiting for the QEMU agent on VM "140" to publish the network interfaces',
    );
    expect(stage.actor.steps.at(-1)).toBe("proxmoxve/agent-timeout");
    const silent = { agent: { enabled: true, waitForIp: { disabled: true } } };
    await expect(stage.actor.vm("w0", 150, bare, silent)).resolves.toMatchObject({ id: "150" });
});

test("a machine whose agent does not answer does not shut down, but can be stopped", async () => {
    const bare = await bareImage();
    const made = await stage.actor.vm("c0", 140, bare, { agent: { enabled: true, waitForIp: { disabled: true } } });
    const operation = stage.actor.operation(vmType, "c0", proxmoxConfig);
    const state = { ...made.outputs, stopOnDestroy: false };
    await expect(stage.actor.behaviour(vmType).delete("140", state, operation)).rejects.toThrow(
        "VM quit/powerdown failed - got timeout",
    );
    await stage.actor.behaviour(vmType).delete("140", made.outputs, operation);
    expect(stage.actor.world.proxmox.machines).toEqual([]);
});
