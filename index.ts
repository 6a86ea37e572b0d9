/** The whole program: read what the stack says, build the platform it stands on, hand out what its users need. */
import * as pulumi from "@pulumi/pulumi";
import { readFleet } from "./config";
import { proxmox } from "./platforms/proxmox";

async function program(): Promise<Record<string, unknown>> {
    const fleet = readFleet();
    if (fleet.platform !== "proxmox") {
        throw new pulumi.RunError(
            `strata:platform is ${fleet.platform}, expected proxmox: the others are not built yet.`,
        );
    }
    return proxmox(fleet);
}

export = program;
