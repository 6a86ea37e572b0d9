/** The homelab's host with a Talos image on it, and no machine yet. */
import { vi } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { Actor, vmArgs } from "../homelab-world";

/** The resource of a virtual machine. */
export const vmType = "proxmoxve:index/vmLegacy:VmLegacy";

/** The resource of a downloaded file. */
export const fileType = "proxmoxve:download/file:File";

/** Hides what the environment would tell the provider of an endpoint and a token. */
export function withoutEnvironment(): void {
    vi.stubEnv("PROXMOX_VE_API_TOKEN", "");
    vi.stubEnv("PROXMOX_VE_ENDPOINT", "");
}

/** The disks of c0, changed: to be spread over a machine's arguments. */
export function disks(change: (disks: Properties[]) => unknown): Properties {
    const found = (vmArgs("c0", 140, "local:import/talos-nocloud.qcow2").disks as Properties[]).map((disk) => ({
        ...disk,
    }));
    return { disks: change(found) as Properties[] };
}

/** A world with one image. */
export class Stage {
    private constructor(
        readonly actor: Actor,
        /** File id of the nocloud image. */
        readonly image: string,
    ) {}

    /** Downloads the image, whatever the environment says. */
    static async open(): Promise<Stage> {
        withoutEnvironment();
        const actor = new Actor();
        return new Stage(actor, await actor.image());
    }
}
