import { beforeEach, expect, test } from "vitest";
import { Actor } from "../homelab-world";
import { address, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("an installation by device name lands on another disk where names have swapped, one by serial does not", async () => {
    const metal = new Actor();
    const image = await metal.image("metal");
    const made = await metal.vm("c0", 140, image, {
        cdrom: { fileId: image },
        disks: [
            { interface: "scsi0", datastoreId: "local-lvm", size: 30, serial: "c0-system" },
            { interface: "scsi1", datastoreId: "local-lvm", size: 40, serial: "c0-storage" },
        ],
    });
    expect(made.id).toBe("140");
    const [machine] = metal.world.proxmox.machines;
    const [system, storage] = machine?.disks ?? [];
    if (machine === undefined || system === undefined || storage === undefined) {
        throw new Error("The machine must have two disks.");
    }
    [system.device, storage.device] = [storage.device, system.device];
    const node = metal.world.talos.nodeOf(machine.id);
    expect(node?.installDisk({ machine: { install: { disk: "/dev/sda" } } })?.serial).toBe("c0-storage");
    const link = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_c0-system";
    expect(node?.installDisk({ machine: { install: { disk: link } } })?.serial).toBe("c0-system");
    expect(() => node?.installDisk({ machine: { install: { diskSelector: { serial: "c0-system" } } } })).toThrow(
        "no disks matched the expression",
    );
    expect(() => node?.installDisk({ machine: { install: { disk: `${link}-2` } } })).toThrow(
        `specified install disk does not exist: "${link}-2"`,
    );
    expect(node?.installDisk({ machine: { install: { diskSelector: { size: "> 35GB" } } } })?.serial).toBe(
        "c0-storage",
    );
});

test("disks are told by device and serial", async () => {
    const made = await stage.actor.invoke("talos:machine/getDisks:getDisks", {
        node: address("c0"),
        clientConfiguration: stage.client,
    });
    expect(made.disks).toMatchObject([
        { devPath: "/dev/sda", serial: "c0-system" },
        { devPath: "/dev/sdb", serial: "c0-storage" },
    ]);
});

test("a metal machine without the disk it is to be installed to is not installed", async () => {
    const metal = new Actor();
    const image = await metal.image("metal");
    const blank = [{ interface: "virtio0", datastoreId: "local-lvm", size: 30, serial: "c0-system" }];
    await metal.vm("c0", 140, image, { cdrom: { fileId: image }, disks: blank });
    const [machine] = metal.world.proxmox.machines;
    const node = metal.world.talos.nodeOf(machine?.id ?? "");
    if (machine === undefined || node === undefined) {
        throw new Error("The machine must have booted.");
    }
    machine.addresses = ["10.10.0.140"];
    metal.world.network.attach("10.10.0.140", node);
    const own = await metal.secrets();
    const config = await metal.config(own, "c0");
    await expect(metal.apply(own, "10.10.0.140", config)).rejects.toThrow(
        'failed to install: error opening device "/dev/sda": no such file or directory',
    );
    const right = await metal.config(own, "c0", ["machine:\n  install:\n    disk: /dev/vda\n"]);
    await metal.apply(own, "10.10.0.140", right);
    expect(machine.disks[0]?.content).toBe("system");
});
