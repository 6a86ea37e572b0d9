import { join } from "node:path";
import { expect, test } from "vitest";
import type { RehearseOptions } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import { Box, Dice, emptySite, type Shelf, tinyPackage } from "./tiny";

function options(program: RehearseOptions["program"], shelf: Shelf): RehearseOptions {
    return {
        program,
        project: "p",
        stack: "s",
        config: {},
        site: emptySite,
        packages: () => [tinyPackage(shelf)],
        policyPack: join(__dirname, "tiny-pack"),
    };
}

test("an advisory rule is told and lets the rehearsal pass", { timeout: 120_000 }, async () => {
    const rehearsal = await rehearse(
        options(async () => {
            new Box("empty", { label: "empty" });
            return undefined;
        }, new Map()),
    );
    console.log(JSON.stringify(rehearsal.phases, null, 1), rehearsal.policy);
    expect(rehearsal.ok).toBe(true);
});

test("a mandatory rule stops the rehearsal at preview, before anything is made", { timeout: 120_000 }, async () => {
    const shelf: Shelf = new Map();
    const rehearsal = await rehearse(
        options(async () => {
            new Box("box", { label: "forbidden", holds: "x" });
            return undefined;
        }, shelf),
    );
    console.log(JSON.stringify(rehearsal.phases, null, 1), rehearsal.policy);
    expect(rehearsal.ok).toBe(false);
});

test("a rule that could not be judged counts as a failure", { timeout: 120_000 }, async () => {
    const rehearsal = await rehearse(
        options(async () => {
            const dice = new Dice("dice", { sides: 6 });
            new Box("box", { label: "x", holds: "x", weight: dice.result });
            return undefined;
        }, new Map()),
    );
    console.log(JSON.stringify(rehearsal.phases, null, 1), rehearsal.policy);
    expect(rehearsal.ok).toBe(false);
});
