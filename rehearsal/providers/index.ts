/** Who answers for the providers of a rehearsal. */
import type { PackageBehaviour } from "../world/behaviour";
import type { World } from "../world/world";
import { commandPackage } from "./command";
import { genericPackage } from "./generic";
import { kubernetesPackage } from "./kubernetes";
import { ociPackage } from "./oci";
import { proxmoxvePackage } from "./proxmoxve";
import { randomPackage } from "./random";
import { tailscalePackage } from "./tailscale";
import { talosPackage } from "./talos";
import { tlsPackage } from "./tls";

/** The packages the world knows. */
export function packages(world: World): readonly PackageBehaviour[] {
    return [
        commandPackage(world),
        kubernetesPackage(world),
        ociPackage(world),
        proxmoxvePackage(world),
        randomPackage(),
        tailscalePackage(world),
        talosPackage(world),
        tlsPackage(world),
    ];
}

/** What answers for a package the world does not know: accepts everything, and says that it was a stranger. */
export function stranger(name: string, world: World): PackageBehaviour {
    return genericPackage(name, world);
}
