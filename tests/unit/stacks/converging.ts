/** What is true of the homelab after a fault and one more `up`, whatever the fault was. */
import { expect } from "vitest";
import { type Fault, Faults } from "../../../rehearsal/engine/faults";
import type { InProcessStack } from "../../../rehearsal/engine/in-process";
import { stackInProcess } from "../../harness/rehearsed";

/**
 * Types that have no id one could look for, and why asking for one again makes no second thing. Everything else of our
 * stacks is found by its id, and none of it may be made twice.
 */
export const harmlessAgain: Readonly<Record<string, string>> = {
    "random:index/randomPassword:RandomPassword": "It is drawn, and kept in the state alone.",
    "talos:machine/secrets:Secrets": "They are drawn, and kept in the state alone until a configuration carries them.",
    "talos:imageFactory/schematic:Schematic":
        "The factory knows it by the hash of its content (siderolabs/image-factory: README, Schematics).",
    "talos:machine/configurationApply:ConfigurationApply":
        "A node that has the configuration is told it again and stays as it is; it installs only out of maintenance " +
        "(siderolabs/talos: v1alpha1_server.go, ApplyConfiguration).",
    "talos:cluster/kubeconfig:Kubeconfig": "It is fetched: a certificate is signed, and the cluster keeps nothing.",
};

/** URNs of a state, sorted. */
export const urns = (stack: InProcessStack): string[] => [...stack.state.keys()].sort();

/** Names of what was made more than once, though it could have been found. */
function madeTwice({ world }: InProcessStack): string[] {
    const made = world.ledger.entries.filter(
        ({ kind, failure, type }) => kind === "create" && failure === undefined && harmlessAgain[type] === undefined,
    );
    const names = made.map(({ name }) => name);
    return names.filter((name, index) => names.indexOf(name) !== index);
}

/**
 * Runs the homelab into a fault and once more, as its user would; what is left is whole, and can be taken away.
 *
 * @param whole URNs of the homelab without a fault.
 */
export async function converges(fault: Fault, whole: readonly string[]): Promise<void> {
    const stack = stackInProcess("homelab");
    const faults = new Faults([fault], () => stack.kill());
    const struck = await stack.up({ interference: faults });
    expect(struck.ok).toBe(false);
    expect(struck.errors).not.toEqual([]);
    expect(faults.idle).toEqual([]);
    faults.repair();
    const mended = await stack.up({ interference: faults });
    expect(mended.errors).toEqual([]);
    expect(urns(stack)).toEqual(whole);
    expect(stack.world.audit()).toEqual([]);
    expect(madeTwice(stack)).toEqual([]);
    expect(stack.world.proxmox.machines.map(({ id }) => id).sort()).toEqual(["pve/140", "pve/150", "pve/151"]);
    expect((await stack.up()).changed).toEqual([]);
    expect((await stack.destroy()).errors).toEqual([]);
    expect(stack.world.remains()).toEqual([]);
}

/** URNs of the homelab as it comes up without a fault. */
export async function wholeHomelab(): Promise<readonly string[]> {
    const stack = stackInProcess("homelab");
    expect((await stack.up()).errors).toEqual([]);
    return urns(stack);
}
