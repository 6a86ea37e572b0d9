/** A computer of the world: what boots, has disks, holds addresses. Hypervisors and clouds make them, Talos runs on them. */

/** A block device as the machine's firmware sees it. */
export interface Disk {
    /** Serial number the operating system can select it by; empty where none was set. */
    readonly serial: string;
    sizeGiB: number;
    /** Name at this boot, e.g. `/dev/sda`. Names may swap between boots; serials do not. */
    device: string;
    /** Name its hypervisor tells the guest in the place of the serial, e.g. `drive-scsi0`. Default none. */
    readonly drive?: string;
    /** What is on it: nothing, a bootable image, an installed system, or a Ceph OSD. */
    content: "blank" | "image" | "system" | "osd";
}

/** A machine that exists; it may be powered off. */
export interface Machine {
    /** Unique in the world, e.g. `pve/140`. */
    readonly id: string;
    /** Name its hypervisor gives it, which nocloud images take as hostname. Default: none. */
    readonly name?: string;
    /** MAC address of its first interface, in capitals. Default: none. */
    readonly macAddress?: string;
    /** The host it runs on, e.g. `pve`. */
    readonly host: string;
    cpuCores: number;
    memoryGiB: number;
    readonly disks: Disk[];
    /** Name of the site network its first interface is on. */
    readonly network: string;
    /** The image it booted from, undefined where it has none. */
    readonly image?: {
        readonly platform: string;
        readonly talosVersion: string;
        readonly schematic: string;
        /** System extensions it carries, e.g. `siderolabs/qemu-guest-agent`. */
        readonly extensions: readonly string[];
    };
    /** Addresses it answers at once booted; empty where nothing gave it one. */
    addresses: string[];
    poweredOn: boolean;
}
