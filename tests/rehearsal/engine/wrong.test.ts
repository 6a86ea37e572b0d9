import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import type { Rehearsal, RehearseOptions } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import type { PackageBehaviour, ResourceBehaviour } from "../../../rehearsal/world/behaviour";
import { needsEngine } from "../../harness/engine";
import { Box, Dice, emptySite, type Shelf, tinyPackage } from "./tiny";

/** The package `tiny` with a part of one behaviour put in the place of the right one. */
function tinyWith(type: string, wrong: Partial<ResourceBehaviour>, shelf: Shelf = new Map()): PackageBehaviour {
    const right = tinyPackage(shelf);
    return {
        ...right,
        resource: (asked) => {
            const behaviour = right.resource(asked);
            return behaviour === undefined || asked !== type ? behaviour : { ...behaviour, ...wrong };
        },
    };
}

async function twoBoxes(): Promise<undefined> {
    const base = new Box("base", { label: "base", holds: new pulumi.Config().get("colour") ?? "red" });
    new Box("lid", { label: "lid" }, { dependsOn: [base] });
    return undefined;
}

function options(program: RehearseOptions["program"], behaviour: PackageBehaviour): RehearseOptions {
    return { program, project: "p", stack: "s", config: {}, site: emptySite, packages: () => [behaviour] };
}

const failed = ({ phases }: Rehearsal) => phases.filter(({ ok }) => !ok);

describe("a rehearsal fails", () => {
    needsEngine();

    test("where a second up changes something", async () => {
        let count = 0;
        const program = async (): Promise<undefined> => {
            new Box("base", { label: "base", holds: ++count });
            return undefined;
        };
        const rehearsal = await rehearse(options(program, tinyPackage()));
        expect(failed(rehearsal).map(({ name, notes }) => ({ name, notes }))).toEqual([
            {
                name: "up-again",
                notes: ["Nothing was to change, but the engine wants to update 'base' (holds)."],
            },
        ]);
        expect(rehearsal.phases.at(-1)?.name).toBe("destroy");
        expect(rehearsal.ok).toBe(false);
    });

    test("where a refresh finds something else than was made", async () => {
        const behaviour = tinyWith("tiny:index:Box", {
            read: async (id, _state, inputs) => {
                const drifted = { ...inputs, holds: "something else" };
                return { id, inputs: drifted, outputs: drifted };
            },
        });
        const rehearsal = await rehearse(options(twoBoxes, behaviour));
        const [refresh] = failed(rehearsal);
        expect(refresh?.name).toBe("refresh");
        expect(refresh?.notes[0]).toMatch(/^Nothing was to change, but the engine wants to update '(base|lid)'/);
    });

    test("where a changed value replaces something", async () => {
        const behaviour = tinyWith("tiny:index:Box", {
            replaceOn: ["holds"],
            create: async (inputs, { name }) => ({ id: `${name}-${String(inputs.holds)}`, outputs: inputs }),
            read: async (id, _state, inputs) => ({ id, outputs: inputs, inputs }),
        });
        const rehearsal = await rehearse({
            ...options(twoBoxes, behaviour),
            change: { "p:colour": { value: "blue" } },
        });
        expect(failed(rehearsal).map(({ name, notes }) => ({ name, notes }))).toEqual([
            { name: "change", notes: ["The changed value replaced 'base'."] },
        ]);
    });

    test("where the changed value changes nothing", async () => {
        const rehearsal = await rehearse({
            ...options(twoBoxes, tinyPackage()),
            change: { "p:unread": { value: "blue" } },
        });
        expect(failed(rehearsal).map(({ notes }) => notes)).toEqual([["The changed value changed nothing."]]);
    });

    test("where a delete leaves the thing behind, in the words of what remains", async () => {
        const shelf: Shelf = new Map();
        const rehearsal = await rehearse(
            options(async () => {
                new Box("kept", { label: "kept" }, { retainOnDelete: true });
                return undefined;
            }, tinyPackage(shelf)),
        );
        expect(rehearsal.remains).toEqual(["tiny:index:Box 'box-kept'"]);
        expect(rehearsal.ok).toBe(false);
    });

    test("where a program writes a secret where it is no secret any more", async () => {
        const rehearsal = await rehearse(
            options(async () => {
                const dice = new Dice("dice", { sides: 6 });
                new Box("box", { label: "box", holds: pulumi.unsecret(dice.result) });
                return undefined;
            }, tinyPackage()),
        );
        expect(rehearsal.leaks.length).toBeGreaterThan(0);
        expect(rehearsal.leaks[0]).toMatch(/\.json.* shows a secret of 21 characters in plain text$/);
        expect(rehearsal.ok).toBe(false);
    });

    test("where a property is refused, in the provider's words, before anything is made", async () => {
        const shelf: Shelf = new Map();
        const rehearsal = await rehearse(
            options(async () => {
                new Box("box", { label: "" });
                return undefined;
            }, tinyPackage(shelf)),
        );
        expect(rehearsal.phases.map(({ name }) => name)).toEqual(["preview"]);
        expect(rehearsal.phases[0]?.diagnostics.map(({ message }) => message).join(" ")).toContain("a box has a label");
        expect(shelf.size).toBe(0);
    });

    test("where the program throws, and says what", async () => {
        const rehearsal = await rehearse(
            options(async () => {
                throw new pulumi.RunError("the colour must be red or blue, not 'green'");
            }, tinyPackage()),
        );
        expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`)).toEqual(["preview false"]);
        expect(rehearsal.phases[0]?.diagnostics.map(({ message }) => message)).toEqual([
            "the colour must be red or blue, not 'green'",
        ]);
    });

    test("where the program throws in an output, which the SDK alone would wait for for ever", async () => {
        const rehearsal = await rehearse(
            options(async () => {
                const box = new Box("box", { label: "box" });
                const wrong = box.made.apply((made): string => {
                    throw new Error(`a box that is made (${made}) is no lid`);
                });
                new Box("lid", { label: wrong });
                return { wrong };
            }, tinyPackage()),
        );
        expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
            "preview true",
            "up false",
            "destroy true",
        ]);
        const [, up] = rehearsal.phases;
        expect(up?.diagnostics.map(({ message }) => message).join(" ")).toContain(
            "a box that is made (true) is no lid",
        );
    });

    test("where a thing is made only in part: it is kept, its dependants are not made, and it is destroyed", async () => {
        const shelf: Shelf = new Map();
        const rehearsal = await rehearse(
            options(async () => {
                const box = new Box("box", { label: "cracked" });
                new Box("inner", { label: "inner" }, { dependsOn: [box] });
                return undefined;
            }, tinyPackage(shelf)),
        );
        expect(failed(rehearsal).map(({ name }) => name)).toEqual(["up"]);
        expect(
            failed(rehearsal)[0]
                ?.diagnostics.map(({ message }) => message)
                .join(" "),
        ).toContain("box-cracked is cracked");
        expect(rehearsal.ledger.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["create box", "delete box"]);
        expect(shelf.size).toBe(0);
    });
});
