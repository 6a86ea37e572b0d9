/** A machine as the layers above see it, whatever made it. */
import type * as pulumi from "@pulumi/pulumi";

/** A machine that boots Talos and answers at its address. */
export interface Machine {
    /** Its name for life: host name, node name, part of its children's names. */
    readonly name: string;
    readonly role: "controlplane" | "worker";
    /** Its static address. */
    readonly address: string;
    /** Where it runs: a hypervisor node or a fault domain. */
    readonly host: string;
    /**
     * Serial the system disk is selected by: device names can swap between boots. Undefined where the machine boots an
     * image that is Talos already, from the only disk it has.
     */
    readonly systemDiskSerial?: string;
    /** Link the system disk is found by, with `{serial}` in it. Default: the one of Proxmox VE 8. */
    readonly systemDiskLink?: string;
    /** True where the platform tells the machine its address; false where its configuration does. Default false. */
    readonly addressFromPlatform?: boolean;
    /** Serial of the disk that stores data for others, undefined where it has none. */
    readonly storageDiskSerial?: string;
    /** What must stand before its address answers. */
    readonly resource: pulumi.Resource;
    /** What else must stand before its address answers: a way there, or its own way out. Default nothing. */
    readonly alsoAfter?: readonly pulumi.Resource[];
}
