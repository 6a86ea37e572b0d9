/** How a storage disk is named so that the name holds whatever order the disks are found in at boot. */

/** A disk that becomes one OSD. */
export interface StorageDisk {
    /** Name of the node it is in. */
    readonly node: string;
    /** Serial number the hypervisor gives it, e.g. `w0-storage`; QEMU shows the guest its first 20 characters. */
    readonly serial: string;
}
