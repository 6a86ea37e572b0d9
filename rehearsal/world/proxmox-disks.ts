/** Disks of virtual machines: what Proxmox takes, what fills them, and which of them is booted. */
import type { FactoryImage } from "./image-factory";
import type { Disk } from "./machine";
import type { Proxmox } from "./proxmox";
import { httpError } from "./proxmox-http";
import type { DiskSpec, VmSpec } from "./proxmox-vm";
import { Refusal } from "./refusal";

/** Interfaces a disk can be on, and how many of each. */
const interfaceCounts: Readonly<Record<string, number>> = { ide: 4, sata: 6, scsi: 31, virtio: 16 };

/** Refuses disks that Proxmox would not take. @param existing Id of a machine that has them already: its images are on it. */
export function checkDisks(proxmox: Proxmox, spec: VmSpec, existing?: number): void {
    const seen = new Set<string>();
    for (const disk of spec.disks) {
        const [, bus = "", index = ""] = /^([a-z]+)(\d+)$/.exec(disk.interface) ?? [];
        const count = interfaceCounts[bus];
        if (count === undefined || Number(index) >= count) {
            throw new Refusal(
                `Defined disk interface not supported. Interface was ${disk.interface}, but only [ide sata scsi virtio] are supported`,
                "bpg/terraform-provider-proxmox: proxmoxtf/resource/vm/disk/disk.go, GetDiskDeviceObjects",
            );
        }
        if (seen.has(disk.interface)) {
            throw new Refusal(
                `duplicate disk interface "${disk.interface}": each disk needs an interface of its own`,
                "bpg/terraform-provider-proxmox: proxmoxtf/resource/vm/disk/schema.go, disks are kept by interface",
            );
        }
        seen.add(disk.interface);
        if (Buffer.byteLength(disk.serial) > 20) {
            throw new Refusal(
                httpError(
                    400,
                    `Parameter verification failed. (${disk.interface}: invalid format - format error ${disk.interface}.serial: value may only be 20 characters long)`,
                ),
                "proxmox/qemu-server: src/PVE/QemuServer/Drive.pm, serial",
            );
        }
        proxmox.datastore(disk.datastore, spec.node, "images");
        if (existing === undefined && disk.from !== undefined) {
            fileOf(proxmox, spec.node, disk.from);
        }
    }
    for (const device of spec.bootOrder) {
        const other = /^(net\d+|ide\d+|efidisk0)$/.test(device);
        if (!seen.has(device) && !other) {
            throw new Refusal(
                httpError(500, `invalid bootorder: device '${device}' does not exist'`),
                "proxmox/qemu-server: src/PVE/API2/Qemu.pm, update_vm_api",
            );
        }
    }
}

/** A file by its id on a node. Refuses one that is not there. */
function fileOf(proxmox: Proxmox, node: string, id: string): { readonly image?: FactoryImage } {
    const [datastore = ""] = id.split(":");
    const found = proxmox.datastore(datastore, node).file(node, id);
    if (found === undefined) {
        throw new Refusal(
            `error creating VM: ${httpError(500, `volume '${id}' does not exist`)}`,
            "proxmox/pve-storage: src/PVE/Storage/Plugin.pm, activate_volume",
        );
    }
    return found;
}

/** The Talos image a machine boots: the first disk of the boot order that holds one, or its ISO. */
export function bootImage(proxmox: Proxmox, spec: VmSpec): FactoryImage | undefined {
    const ordered = [...spec.disks].sort((a, b) => rank(spec, a) - rank(spec, b));
    const from = ordered.find((disk) => disk.from !== undefined)?.from ?? spec.iso;
    return from === undefined ? undefined : fileOf(proxmox, spec.node, from).image;
}

function rank(spec: VmSpec, disk: DiskSpec): number {
    const index = spec.bootOrder.indexOf(disk.interface);
    return index < 0 ? spec.bootOrder.length : index;
}

/** A disk as the machine sees it at its first boot. */
export function bareDisk(proxmox: Proxmox, spec: VmSpec, disk: DiskSpec, index: number): Disk {
    const image = disk.from === undefined ? undefined : fileOf(proxmox, spec.node, disk.from).image;
    const prefix = disk.interface.startsWith("virtio") ? "vd" : "sd";
    // From 9 on Proxmox VE gives each SCSI drive a device id, which the guest sees in the place of the serial
    // (proxmox/qemu-server: src/PVE/QemuServer/DriveDevice.pm).
    const named = Number.parseInt(proxmox.site.version, 10) >= 9 && disk.interface.startsWith("scsi");
    return {
        serial: disk.serial,
        sizeGiB: disk.sizeGiB,
        ...(named ? { drive: `drive-${disk.interface}` } : {}),
        device: `/dev/${prefix}${String.fromCharCode(97 + index)}`,
        content: image === undefined ? "blank" : "image",
    };
}
