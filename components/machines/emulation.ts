/** Machines on hosts without nested virtualisation: QEMU translates their instructions. */
import * as fs from "node:fs";
import * as path from "node:path";
import type { VmLegacy } from "@muhlba91/pulumi-proxmoxve";
import type { types } from "@pulumi/command";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";

/** How the hosts of emulated machines are reached. */
export interface Emulation {
    /** Proxmox VE node to the SSH connection of root on it. */
    readonly connections: Readonly<Record<string, pulumi.Input<types.input.remote.ConnectionArgs>>>;
}

const file = path.join(__dirname, "scripts", "boot-machine.sh");

/** The text of the step that boots a machine, for `bash -s`. */
export function bootScript(node: string, vmId: number): string {
    return `NODE='${node}'\nVM_ID='${vmId}'\n${fs.readFileSync(file, "utf8")}`;
}

/**
 * Switches a machine that is made and off to emulation, and boots it. Proxmox VE's `kvm` option is what the provider
 * does not know (bpg/terraform-provider-proxmox, schema of the virtual machine), so its own command sets it. Run twice,
 * it changes nothing.
 *
 * @param name Name of the resource.
 */
export function boot(
    name: string,
    machine: { readonly node: string; readonly vmId: number; readonly resource: VmLegacy },
    { connections }: Emulation,
    parent: pulumi.Resource,
): remote.Command {
    const connection = connections[machine.node];
    if (connection === undefined) {
        throw new pulumi.ResourceError(
            `connections must name node ${machine.node}, got ${Object.keys(connections).join(", ")}`,
            parent,
            true,
        );
    }
    return new remote.Command(
        name,
        {
            connection,
            create: "bash -s",
            stdin: bootScript(machine.node, machine.vmId),
            addPreviousOutputInEnv: false,
            logging: remote.Logging.None,
        },
        // A machine that is made anew is off again.
        { parent, dependsOn: [machine.resource], replaceWith: [machine.resource] },
    );
}
