/** Programs that forget that Ampere A1 has no KVM: the world refuses each as Proxmox VE does. */
import { expect, test } from "vitest";
import program from "../../../../index";
import { rehearsedConfig } from "../../../../operations/stack";
import { InProcessStack } from "../../../../rehearsal/engine/in-process";
import { packages } from "../../../../rehearsal/providers";
import { siteOf } from "../../../../rehearsal/sites";
import type { PackageBehaviour } from "../../../../rehearsal/world/behaviour";
import type { Properties } from "../../../../rehearsal/world/value";

const refusal =
    "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.";

/** Changes what the program asks of each new resource of a type. */
interface Mutant {
    readonly type: string;
    readonly change: (inputs: Properties) => Properties;
}

/** The packages, told what the mutant says in the place of what the program says. */
function mutated({ type, change }: Mutant, each: PackageBehaviour): PackageBehaviour {
    return {
        ...each,
        resource: (asked) => {
            const behaviour = each.resource(asked);
            return behaviour === undefined || asked !== type
                ? behaviour
                : { ...behaviour, create: (inputs, operation) => behaviour.create(change(inputs), operation) };
        },
    };
}

async function errorsOf(mutant: Mutant): Promise<readonly string[]> {
    const site = siteOf("oci-free");
    const stack = new InProcessStack({
        program,
        project: "strata",
        stack: "oci-free",
        config: rehearsedConfig("oci-free", site),
        site,
        packages: (world) => packages(world).map((each) => mutated(mutant, each)),
    });
    return (await stack.up()).errors.map(({ message }) => message);
}

const script = (inputs: Properties) => String(inputs.stdin ?? "");

test("the program itself brings its machines up on hosts without KVM", async () => {
    expect(await errorsOf({ type: "command:remote:Command", change: (inputs) => inputs })).toEqual([]);
});

test.each<readonly [string, Mutant]>([
    [
        "starts its machines as they are made",
        { type: "proxmoxve:index/vmLegacy:VmLegacy", change: (inputs) => ({ ...inputs, started: true }) },
    ],
    [
        "boots them without taking KVM away",
        {
            type: "command:remote:Command",
            change: (inputs) => ({ ...inputs, stdin: script(inputs).replace(/^.* --kvm 0$/m, "") }),
        },
    ],
    [
        "switches KVM on",
        {
            type: "command:remote:Command",
            change: (inputs) => ({
                ...inputs,
                stdin: script(inputs).replace("grep -qx 'kvm: 0'", "grep -qx 'kvm: 1'").replace("--kvm 0", "--kvm 1"),
            }),
        },
    ],
])("a program that %s is refused", async (_, mutant) => {
    const errors = await errorsOf(mutant);
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.filter((message) => !message.includes(refusal))).toEqual([]);
});

test("a program that leaves the cloud-init drive where Arm's board has no controller is refused", async () => {
    const errors = await errorsOf({
        type: "proxmoxve:index/vmLegacy:VmLegacy",
        change: (inputs) => {
            const { interface: _, ...initialization } = inputs.initialization as Properties;
            return { ...inputs, initialization };
        },
    });
    expect(errors.length).toBeGreaterThan(0);
    expect(errors.filter((message) => !message.includes("Bus 'ide.1' not found"))).toEqual([]);
});
