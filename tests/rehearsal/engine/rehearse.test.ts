import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { RehearseOptions } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import { Box, Dice, emptySite, type Shelf, tinyPackage } from "./tiny";

/** Three boxes and a dice: `lid` waits for `base`, `gift` holds what the dice drew. */
async function program(): Promise<Record<string, unknown>> {
    const config = new pulumi.Config();
    const base = new Box("base", { label: "base", takes: "talos/apply", holds: config.require("colour") });
    const dice = new Dice("dice", { sides: 6 });
    new Box("lid", { label: "lid", takes: "talos/bootstrap" }, { dependsOn: [base] });
    new Box("gift", { label: "gift", holds: dice.result });
    return { drawn: dice.result, secret: config.requireSecret("token") };
}

const config = { "p:colour": { value: "red" }, "p:token": { value: "Tok3n-of-the-test", secret: true } };

function options(more: Partial<RehearseOptions> = {}, shelf: Shelf = new Map()): RehearseOptions {
    return {
        program,
        project: "p",
        stack: "s",
        config,
        site: emptySite,
        packages: () => [tinyPackage(shelf)],
        ...more,
    };
}

test("a program goes through every phase on the real engine and leaves nothing behind", {
    timeout: 60_000,
}, async () => {
    const shelf: Shelf = new Map();
    const rehearsal = await rehearse(options({ change: { "p:colour": { value: "blue" } } }, shelf));
    console.log(JSON.stringify(rehearsal, null, 1));
    expect(rehearsal.phases.map(({ name, ok, changes }) => ({ name, ok, changes }))).toEqual([
        { name: "preview", ok: true, changes: { create: 4, update: 0, replace: 0, delete: 0, same: 0 } },
        { name: "up", ok: true, changes: { create: 4, update: 0, replace: 0, delete: 0, same: 0 } },
        { name: "up-again", ok: true, changes: { create: 0, update: 0, replace: 0, delete: 0, same: 4 } },
        { name: "refresh", ok: true, changes: { create: 0, update: 0, replace: 0, delete: 0, same: 4 } },
        { name: "change", ok: true, changes: { create: 0, update: 1, replace: 0, delete: 0, same: 3 } },
        { name: "destroy", ok: true, changes: { create: 0, update: 0, replace: 0, delete: 4, same: 0 } },
    ]);
    expect(rehearsal.ok).toBe(true);
    expect(shelf.size).toBe(0);
});

test("a create that fails once fails the first up and the next converges", { timeout: 60_000 }, async () => {
    const shelf: Shelf = new Map();
    const rehearsal = await rehearse(options({ faults: [{ kind: "create", target: "lid", times: "once" }] }, shelf));
    console.log(JSON.stringify(rehearsal.phases, null, 1));
    expect(rehearsal.phases.map(({ name, ok, expectedToFail = false }) => ({ name, ok, expectedToFail }))).toEqual([
        { name: "preview", ok: true, expectedToFail: false },
        { name: "up", ok: true, expectedToFail: true },
        { name: "up", ok: true, expectedToFail: false },
        { name: "up-again", ok: true, expectedToFail: false },
        { name: "refresh", ok: true, expectedToFail: false },
        { name: "destroy", ok: true, expectedToFail: false },
    ]);
    expect(rehearsal.ok).toBe(true);
});

test("an engine killed in the middle is recovered: nothing is made twice, nothing is lost", {
    timeout: 60_000,
}, async () => {
    const shelf: Shelf = new Map();
    const rehearsal = await rehearse(options({ faults: [{ kind: "kill-engine", afterCreate: 3 }] }, shelf));
    console.log(JSON.stringify(rehearsal.phases, null, 1));
    console.log(JSON.stringify(rehearsal.recoveries, null, 1), shelf, rehearsal.remains);
    expect(rehearsal.ok).toBe(true);
});
