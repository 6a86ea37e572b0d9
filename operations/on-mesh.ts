/** Whether this machine is on the mesh, by which alone a stack's private services are reached. */
import * as os from "node:os";
import { isInside } from "../config/address";
import { tailscaleRange } from "../config/mesh";
import { projectFolder, readStackConfig } from "./stack";

/**
 * Looks before a deployment whether this machine has an address of the mesh. Without one the instances are made, and half
 * an hour later nobody is found at the address of Proxmox VE or Talos.
 *
 * @param interfaces This machine's, as Node.js tells them.
 * @throws Error saying how to join. A stack without the section `mesh` passes.
 */
export function checkOnMesh(stack: string, folder = projectFolder, interfaces = os.networkInterfaces()): void {
    if (readStackConfig(stack, folder)["strata:mesh"] === undefined) {
        return;
    }
    const addresses = Object.values(interfaces).flatMap((each) => each ?? []);
    if (!addresses.some(({ family, address }) => family === "IPv4" && isInside(address, tailscaleRange))) {
        throw new Error(
            `This machine is not on the mesh: no interface has an address of ${tailscaleRange}, and ${stack} is reached by no other way once its instances stand. Join the stack's tailnet, on Linux with \`sudo tailscale up --accept-routes\` (docs/oracle.md, "Be on the mesh"); where another device routes for this one, deploy with \`pulumi up --policy-pack policy\`.`,
        );
    }
}
