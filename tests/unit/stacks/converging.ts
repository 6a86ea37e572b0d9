/** What is true of a stack after faults and the `up`s that follow, whatever the faults were. */
import { expect } from "vitest";
import { type Fault, Faults, packageWords } from "../../../rehearsal/engine/faults";
import type { InProcessRun, InProcessStack } from "../../../rehearsal/engine/in-process";
import { packages } from "../../../rehearsal/providers";
import { abortUploads } from "../../../rehearsal/world/oracle/uploads";
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
    "tls:index/privateKey:PrivateKey": "It is drawn, and kept in the state alone until a node is told it.",
    "tailscale:index/tailnetKey:TailnetKey":
        "One that nobody knows joins nothing: it is shown once, at its making, and runs out by itself.",
    "command:remote:Command":
        "Its script looks what is there before it does anything, and goes on where it was cut off.",
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

/** What stands after an `up` without a fault. */
export interface Whole {
    readonly urns: readonly string[];
    /** `node/id` of every virtual machine. */
    readonly machines: readonly string[];
}

const machines = ({ world }: InProcessStack): string[] => world.proxmox.machines.map(({ id }) => id).sort();

/** A stack as it comes up without a fault. */
export async function whole(name: string): Promise<Whole> {
    const stack = stackInProcess(name);
    expect((await stack.up()).errors).toEqual([]);
    return { urns: urns(stack), machines: machines(stack) };
}

/**
 * Runs a stack into faults and on, as its user would: what is broken is mended after each failed run. What is left is
 * whole, and can be taken away.
 *
 * @param after The same stack without a fault.
 * @returns The runs that failed, in order.
 */
export async function converges(name: string, all: readonly Fault[], after: Whole): Promise<readonly InProcessRun[]> {
    const stack = stackInProcess(name);
    const faults = new Faults(all, () => stack.kill(), packageWords(packages(stack.world)), stack.world);
    const failed: InProcessRun[] = [];
    let strikes = 0;
    for (;;) {
        const run = await stack.up({ interference: faults });
        if (run.ok) {
            break;
        }
        // A run may fail by what was broken on purpose, and by nothing else.
        expect(faults.strikes, JSON.stringify(run.errors)).toBeGreaterThan(strikes);
        strikes = faults.strikes;
        failed.push(run);
        faults.repair();
        abortUploads(stack.world.oracle);
    }
    expect(faults.idle).toEqual([]);
    expect(urns(stack)).toEqual(after.urns);
    expect(stack.world.audit()).toEqual([]);
    expect(madeTwice(stack)).toEqual([]);
    expect(machines(stack)).toEqual(after.machines);
    expect((await stack.up()).changed).toEqual([]);
    expect((await stack.destroy()).errors).toEqual([]);
    expect(stack.world.remains()).toEqual([]);
    return failed;
}
