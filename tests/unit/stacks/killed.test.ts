import { beforeAll, describe, expect, test } from "vitest";
import type { InProcessStack } from "../../../rehearsal/engine/in-process";
import { asked, type InProcessResource } from "../../../rehearsal/engine/in-process-steps";
import { Operations } from "../../../rehearsal/protocol/operations";
import { packages } from "../../../rehearsal/providers";
import type { ResourceBehaviour } from "../../../rehearsal/world/behaviour";
import { Refusal } from "../../../rehearsal/world/refusal";
import { stackInProcess } from "../../harness/rehearsed";
import { madeBy } from "../../seeds/000/resources";
import { converges, harmlessAgain, type Whole, whole } from "./converging";

describe("the homelab", () => {
    let homelab: Whole;

    beforeAll(async () => {
        homelab = await whole("homelab");
    });

    test.each(madeBy("homelab").map((_, index) => index + 1))(
        "converges after the engine was killed at create %i",
        async (afterCreate) => {
            expect(await converges("homelab", [{ kind: "kill-engine", afterCreate }], homelab)).toHaveLength(1);
        },
    );
});

/** What one could see of a world from outside: machines, their disks and configurations, and what else stands. */
function seen({ world }: InProcessStack): unknown {
    const machines = world.proxmox.machines.map((machine) => ({
        ...machine,
        disks: machine.disks.map((disk) => ({ ...disk })),
        documents: JSON.stringify(world.talos.nodeOf(machine.id)?.documents),
        staged: world.talos.nodeOf(machine.id)?.staged,
    }));
    // Each key is another one.
    const remains = world.remains().filter((line) => !line.startsWith("Tailscale key "));
    return { machines, remains, audit: world.audit() };
}

/** Types without an id to be found by, of all stacks. */
const unfindable = new Set<string>();

describe.each(["homelab", "homelab-ha", "oci-free", "oci-free-2026"])("of all that providers make in %s,", (name) => {
    let stack: InProcessStack;
    let made: readonly { readonly resource: InProcessResource; readonly behaviour: ResourceBehaviour }[];

    beforeAll(async () => {
        stack = stackInProcess(name);
        expect((await stack.up()).errors).toEqual([]);
        const known = packages(stack.world);
        made = [...stack.state.values()].flatMap((resource) => {
            const owner = known.find((each) => each.name === resource.type.split(":")[0]);
            const behaviour = owner?.resource(resource.type);
            return behaviour === undefined ? [] : [{ resource, behaviour }];
        });
        expect(made.length).toBeGreaterThan(30);
    });

    /** Asks for a resource that is there once more, as an `up` does that knows nothing of it. */
    const again = ({ resource, behaviour }: (typeof made)[number]) =>
        new Operations(stack.world, undefined, {}).run(asked("create", resource), resource.inputs, (operation) =>
            behaviour.create(resource.inputs, operation),
        );

    test("what has no id to be found by is harmless to make again, and nothing else is", () => {
        for (const { resource, behaviour } of made) {
            const { inputs, type } = resource;
            if (behaviour.deterministicId?.(inputs) === undefined && behaviour.findId?.(inputs) === undefined) {
                unfindable.add(type);
                expect(Object.keys(harmlessAgain)).toContain(type);
            }
        }
    });

    test("what has an id to be found by was made under that id", () => {
        for (const { resource, behaviour } of made) {
            expect([resource.id, undefined]).toContain(behaviour.deterministicId?.(resource.inputs));
        }
    });

    test("what is harmless to make again leaves the world as it was, and is the same thing again", async () => {
        // A draw draws anew, and a certificate is signed anew.
        const anew = /^(random:|tls:|tailscale:|talos:machine\/secrets:|talos:cluster\/kubeconfig:)/;
        const before = seen(stack);
        for (const each of made.filter(({ resource: { type } }) => harmlessAgain[type] !== undefined)) {
            const { id, outputs } = await again(each);
            if (!anew.test(each.resource.type)) {
                expect({ id, outputs }).toEqual({ id: each.resource.id, outputs: each.resource.outputs });
            }
        }
        expect(seen(stack)).toEqual(before);
    });

    test("a machine is refused a second time: its id is taken", async () => {
        const machines = made.filter(({ resource: { type } }) => type.endsWith(":VmLegacy"));
        expect(machines).toHaveLength(stack.world.proxmox.machines.length);
        for (const machine of machines) {
            const refused: unknown = await again(machine).catch((error: unknown) => error);
            expect(refused).toBeInstanceOf(Refusal);
            expect(String(refused)).toMatch(/VM 1\d\d already exists on node '(pve|ampere)(-\d)?'/);
        }
    });
});

test("every type that is called harmless to make again is in some stack", () => {
    expect([...unfindable].sort()).toEqual(Object.keys(harmlessAgain).sort());
});
