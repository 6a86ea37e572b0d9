/** Whether the tailnet has devices already that a stack's machines would be taken for. */
import type { Fleet } from "../config";
import { meshOf, meshRouter } from "../config/oracle-fleet";
import type { DeployedResource } from "../rehearsal/engine/deployment";
import type { PlainConfig } from "./oracle/credentials";
import { type ListedDevice, type TailnetAccess, tailnetDevices } from "./tailnet";

/** Where a person removes a device. */
const machinesPage = "https://login.tailscale.com/admin/machines";

/** What stands on the mesh. */
type MeshFleet = Exclude<Fleet, { readonly platform: "proxmox" }>;

/** A stack as it is before a deployment. */
export interface MeshDevicesArgs {
    readonly stack: string;
    readonly fleet: Fleet;
    /** The stack's config in clear; not asked for where the stack has no mesh. */
    readonly config: () => Promise<PlainConfig>;
    /** What the state holds of it. */
    readonly resources: readonly DeployedResource[];
    readonly reach?: TailnetAccess | undefined;
    /** Told what does not stop the deployment. Default: it is printed. */
    readonly warn?: (sentence: string) => void;
}

/** Where a device's name is said. */
function nameKey(fleet: MeshFleet, name: string): string {
    if (name === fleet.cloud.bastion.name) {
        return "strata:cloud.bastion.name";
    }
    return fleet.platform === "oracle-proxmox" && name === meshRouter(fleet)
        ? "strata:proxmoxCluster.clusterName"
        : `strata:cloud.instances.${name}`;
}

function told({ hostname, addresses, lastSeen, connectedToControl }: ListedDevice): string {
    const seen = connectedToControl === true || lastSeen === undefined ? "connected now" : `last seen ${lastSeen}`;
    return `${hostname} (${addresses[0] ?? "no address"}, ${seen})`;
}

const listed = (devices: readonly ListedDevice[]): string => devices.map(told).join(", ");

/** Names as DNS compares them: Tailscale takes a host's name into its own. */
const isCalled = (name: string) => (device: ListedDevice) => device.hostname.toLowerCase() === name.toLowerCase();

/**
 * Looks before the first deployment whether the tailnet has a device with the name of one of the stack's machines. A
 * device stays listed until somebody removes it, and the first of a name is taken for the machine, dead or not, whose
 * ever it is: its routes would be written over, and the machine itself not waited for
 * (tailscale/terraform-provider-tailscale: data_source_device.go). A pinned address goes to one device only.
 *
 * @throws Error naming the devices and what to do, while the state has none of the stack's instances: once it has one,
 *     devices may be its own, and nothing is refused. A stack without the section `mesh` passes.
 */
export async function checkMeshDevices({
    stack,
    fleet,
    config,
    resources,
    reach,
    warn = console.log,
}: MeshDevicesArgs): Promise<void> {
    if (fleet.platform === "proxmox") {
        return;
    }
    const { devices: names, ownsPolicy } = meshOf(fleet);
    const values = await config();
    let there: readonly ListedDevice[];
    try {
        there = await tailnetDevices(values, reach);
    } catch (error) {
        warn(
            `Whether the tailnet has a device of ${stack}'s machines' names already cannot be told: ${reason(error)}; look for ${Object.keys(names).join(", ")} on ${machinesPage} before the first deployment.`,
        );
        return;
    }
    const instances = resources.filter(({ type }) => type === "oci:Core/instance:Instance");
    const standing = new Set(instances.map(({ inputs }) => inputs?.displayName));
    const namesakes = Object.keys(names).flatMap((name) =>
        there.filter(isCalled(name)).map((device) => ({ name, device })),
    );
    if (instances.length > 0) {
        const dead = namesakes.filter(({ name }) => name in fleet.cloud.instances || name === fleet.cloud.bastion.name);
        for (const { device } of dead.filter(({ name }) => !standing.has(name))) {
            warn(
                `The tailnet has ${told(device)}, and ${stack} has no instance of that name: unless it is about to come back, remove it on ${machinesPage}, or the next machine of that name is not found.`,
            );
        }
        return;
    }
    if (namesakes.length > 0) {
        const keys = [...new Set(namesakes.map(({ name }) => nameKey(fleet, name)))];
        const devices = namesakes.map(({ device }) => device);
        const [them, machine, they] =
            devices.length === 1 ? ["it", "the machine", "it is"] : ["them", "the machines", "they are"];
        throw new Error(
            `The tailnet has ${listed(devices)} already, and the first device of a name is taken for the stack's own: remove ${them} on ${machinesPage} if ${they} left over, or give ${machine} of ${stack} another name (${keys.join(", ")}).`,
        );
    }
    const pinned = new Set(ownsPolicy ? Object.values(names) : []);
    const holders = there.filter(({ addresses }) => addresses.some((address) => pinned.has(address)));
    if (holders.length > 0) {
        const [hold, them, they] = holders.length === 1 ? ["holds", "it", "it is"] : ["hold", "them", "they are"];
        throw new Error(
            `The tailnet has ${listed(holders)}, which ${hold} an address the stack gives its own machine: remove ${them} on ${machinesPage} if ${they} left over, or give ${stack} another pool (strata:mesh.pool).`,
        );
    }
}

/** Why there was no answer; what Node.js says of a connection stands in the cause. */
function reason(error: unknown): string {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
}
