/** What an instance hands over to whoever runs the operating system on it. */
import type { Host } from "../network";

/** A computer with Linux on it, as an instance boots it. */
export interface BootedHost {
    /** Display name of the instance, which it calls itself by. */
    readonly name: string;
    /** Addresses its first interface has at boot. */
    readonly addresses: readonly string[];
    readonly cpuCores: number;
    readonly memoryGiB: number;
    readonly diskGiB: number;
    /** Display name of its image, e.g. `Canonical-Ubuntu-24.04-2026.09.30-0`. */
    readonly image: string;
    /** What the image has beside Linux. */
    readonly boots: "linux" | "proxmox";
    /** Cloud-init user data, decoded; undefined where it has none. */
    readonly userData?: string;
    /** Public keys that may log in. */
    readonly authorizedKeys: readonly string[];
    /** True while it reaches the internet: a public address on its interface, a route to a gateway, and a rule. */
    readonly hasWayOut: () => boolean;
}

/** All Linux hosts of the world. */
export interface Hosts {
    /** Boots one; what answers at its addresses. */
    boot(host: BootedHost): Host;
    /** Takes one out of the world. */
    off(name: string): void;
    /** Where a packet to a host's address and port goes on to: its own translation of destinations. Undefined: nowhere. */
    forward?(
        name: string,
        address: string,
        port: number,
    ): { readonly address: string; readonly port: number } | undefined;
}
