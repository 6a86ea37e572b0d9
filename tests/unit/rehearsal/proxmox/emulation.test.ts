import { beforeEach, describe, expect, test } from "vitest";
import { homelab, homelabNode } from "../../../../rehearsal/sites/homelab";
import type { Site, SiteNode } from "../../../../rehearsal/world/site";
import { Actor, proxmoxConfig, vmArgs } from "../homelab-world";
import { vmType, withoutEnvironment } from "./stage";

/** The homelab's host with another Proxmox VE on it. */
function site(version: string, changes: Partial<SiteNode> = {}): Site {
    const [proxmox] = homelab.proxmox;
    return {
        ...homelab,
        proxmox: proxmox === undefined ? [] : [{ ...proxmox, version, nodes: { pve: { ...homelabNode, ...changes } } }],
    };
}

beforeEach(withoutEnvironment);

describe("on a host without KVM", () => {
    const noKvm = () => new Actor({ site: site("9.2.1", { virtualisation: false }) });

    test("a machine that asks for it does not start", async () => {
        const actor = noKvm();
        const image = await actor.image();
        await expect(actor.vm("c0", 140, image)).rejects.toThrow(
            "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.",
        );
    });

    test("a machine that is told to do without starts", async () => {
        const actor = noKvm();
        await actor.vm("c0", 140, await actor.image(), { started: false });
        const machine = actor.world.proxmox.installations[0]?.machine(140);
        expect(machine?.machine.poweredOn).toBe(false);
        Object.assign(machine ?? {}, { emulated: true });
        machine?.start();
        expect(actor.world.network.unreachable("10.10.0.140", 50000)).toBeUndefined();
    });
});

test("a machine that was started by hand stays on when something else of it changes", async () => {
    const actor = new Actor({ site: site("8.4.1") });
    const image = await actor.image();
    const state = await actor.vm("c0", 140, image, { started: false });
    const machine = actor.world.proxmox.installations[0]?.machine(140);
    machine?.start();
    const update = actor.behaviour(vmType).update;
    const change = (started: boolean, before: boolean) =>
        update?.(
            state.id,
            { ...state.outputs, started: before },
            { ...vmArgs("c0", 140, image), started, tags: ["other"] },
            actor.operation(vmType, "c0", proxmoxConfig),
        );
    await change(false, false);
    expect(machine?.machine.poweredOn).toBe(true);
    await change(false, true);
    expect(machine?.machine.poweredOn).toBe(false);
});

describe("the link a guest finds its first SCSI disk by", () => {
    const links = async (version: string, disk: string) => {
        const actor = new Actor({ site: site(version) });
        await actor.vm("c0", 140, await actor.image());
        const secrets = await actor.secrets();
        const patch = JSON.stringify({ machine: { install: { disk } } });
        return actor.apply(secrets, "10.10.0.140", await actor.config(secrets, "c0", [patch]));
    };
    const bySerial = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_c0-system";
    const byDrive = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0";

    test("holds its serial on Proxmox VE 8, and the drive's name from 9 on", async () => {
        await expect(links("8.4.1", bySerial)).resolves.toBeDefined();
        await expect(links("9.2.1", byDrive)).resolves.toBeDefined();
    });

    test("is not there under the other's name", async () => {
        await expect(links("8.4.1", byDrive)).rejects.toThrow("specified install disk does not exist");
        await expect(links("9.2.1", bySerial)).rejects.toThrow("specified install disk does not exist");
    });
});
