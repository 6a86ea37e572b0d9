import { describe, expect, test } from "vitest";
import { readStackConfig, rehearsedSecrets } from "../../../operations/stack";
import type { StackConfig } from "../../../rehearsal/engine/rehearsal";
import { siteOf } from "../../../rehearsal/sites";
import { stackInProcess } from "../../harness/rehearsed";

/** A stack's configuration with some of what it says about Talos in another form. */
function withTalos(stack: string, talos: Readonly<Record<string, unknown>>): StackConfig {
    const config = readStackConfig(stack);
    const before = config["strata:talos"]?.value as Readonly<Record<string, unknown>>;
    return { ...config, ...rehearsedSecrets(siteOf(stack)), "strata:talos": { value: { ...before, ...talos } } };
}

const name = (urn: string): string => urn.split("::").at(-1) ?? "";

describe.each(["homelab", "homelab-ha"])("another image for %s", (stackName) => {
    test.each([
        ["by a newer version of Talos", { version: "v1.10.6" }],
        ["by one more extension", { extensions: ["siderolabs/iscsi-tools"] }],
    ])("%s never replaces a machine, nor anything in the cluster", async (_, talos) => {
        const stack = stackInProcess(stackName);
        expect((await stack.up()).errors).toEqual([]);
        const machines = stack.world.proxmox.machines;
        const disks = machines.map(({ disks: each }) => each.map((disk) => ({ ...disk })));
        const config = withTalos(stackName, talos);

        const bumped = await stack.up({ config });
        expect(bumped.errors).toEqual([]);
        const touched = bumped.changed.map(({ urn, operation }) => `${operation} ${name(urn)}`).sort();
        const machineNames = machines.map(({ name: each }) => each);
        const hosts = [...new Set(machines.map(({ host }) => host))];
        expect(touched).toEqual(
            [
                ...("extensions" in talos ? ["replace talos-image-schematic"] : []),
                ...hosts.map((host) => `replace talos-image-${host}`),
                // The installer that the next upgrade takes; the configuration itself upgrades nothing.
                ...machineNames.map((each) => `update talos-${each}`),
            ].sort(),
        );

        const same = stack.world.proxmox.machines.map((machine, index) => machine === machines[index]);
        expect(same, "the machines of before").toEqual(machines.map(() => true));
        expect(
            machines.map(({ disks: each }) => each.map((disk) => ({ ...disk }))),
            "with what is on them",
        ).toEqual(disks);
        for (const { id } of machines) {
            expect(stack.world.talos.nodeOf(id)?.version, "running what they ran").toBe("v1.10.5");
        }
        expect(stack.world.audit()).toEqual([]);
        expect((await stack.up({ config })).changed).toEqual([]);
    });
});
