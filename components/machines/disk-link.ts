/** The name a machine finds a disk by, whatever order the disks are found in at boot. */

/** Stands for the disk's serial in a device link. */
const serialPlaceholder = "{serial}";

/**
 * The link udev makes of a QEMU SCSI disk's serial.
 *
 * Without a device id of its own, QEMU's scsi-hd answers the identification page with the serial (qemu
 * hw/scsi/scsi-disk.c, scsi_realize), and udev's scsi_id puts "0" for a vendor's own identifier, vendor and product in
 * front of it. Proxmox VE 9 starts machines of version 10.0 or later with `device_id=drive-scsi1` and so on
 * (qemu-server, src/PVE/QemuServer/DriveDevice.pm): the link is `scsi-0QEMU_QEMU_HARDDISK_drive-scsi1` there, whatever
 * the serial is.
 */
export const qemuScsiLink = `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${serialPlaceholder}`;

/** The link Proxmox VE 9 makes udev make of the system disk, the first on its SCSI controller. */
export const driveScsiLink = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0";

/** Characters of a serial QEMU shows the guest (qemu hw/scsi/scsi-disk.c: `%.20s`). */
const serialLength = 20;

/** The stable device path of a disk: the link with the disk's serial in it. */
export function devicePath(link: string, serial: string): string {
    return link.replaceAll(serialPlaceholder, serial.slice(0, serialLength));
}
