/** What a machine is recognised by, for life: pure functions of its name and id. */

/**
 * MAC address of a machine: locally administered (the second bit of the first octet), then its Proxmox VE id. Ids have
 * at most nine digits, so each has an address of its own.
 *
 * @param vmId Proxmox VE id, 100 to 999999999.
 */
export function macAddress(vmId: number): string {
    const octets = [24, 16, 8, 0].map((shift) => (vmId >>> shift) & 0xff);
    return ["02", "50", ...octets.map((octet) => octet.toString(16).padStart(2, "0"))].join(":").toUpperCase();
}

/**
 * Serial of a machine's disk. QEMU shows a guest the first 20 characters of a SCSI disk's serial, so it is made of the
 * id, which is short, and not of the name.
 *
 * @param purpose `sys` for the disk Talos is installed to, `osd` for the one Ceph stores on.
 */
export function diskSerial(vmId: number, purpose: "sys" | "osd"): string {
    return `${purpose}-${vmId}`;
}
