import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nameOf } from "../../../rehearsal/engine/deployment";
import type { Rehearsal, RehearseOptions } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import { needsEngine } from "../../harness/engine";
import { Box, Dice, emptySite, type Shelf, tinyPackage } from "./tiny";

const pack = join(__dirname, "tiny-pack");

function options(program: RehearseOptions["program"], shelf: Shelf = new Map()): RehearseOptions {
    return {
        program,
        project: "p",
        stack: "s",
        config: {},
        site: emptySite,
        packages: () => [tinyPackage(shelf)],
        policyPack: pack,
    };
}

const violations = ({ policy }: Rehearsal) =>
    policy.violations.map(({ phase, rule, level, resource }) => `${phase} ${level} ${rule} ${nameOf(resource ?? "")}`);

describe("the policy pack", () => {
    needsEngine();

    test("is run by every phase that previews or deploys, and an advisory finding lets the rehearsal pass", async () => {
        const rehearsal = await rehearse(
            options(async () => {
                new Box("empty", { label: "empty" });
                return undefined;
            }),
        );
        expect(violations(rehearsal)).toEqual([
            "preview advisory no-empty-box empty",
            "up advisory no-empty-box empty",
            "up-again advisory no-empty-box empty",
        ]);
        expect(rehearsal.policy.violations[0]?.message).toBe("A box holds something.\nit holds nothing");
        expect(rehearsal.phases.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
        expect(rehearsal.policy.pack).toBe(pack);
        expect(rehearsal.ok).toBe(true);
    });

    test("stops the rehearsal at preview by a mandatory finding, before anything is made", async () => {
        const shelf: Shelf = new Map();
        const rehearsal = await rehearse(
            options(async () => {
                new Box("box", { label: "forbidden", holds: "x" });
                return undefined;
            }, shelf),
        );
        expect(violations(rehearsal)).toEqual(["preview mandatory no-forbidden-box box"]);
        expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`)).toEqual(["preview false"]);
        expect(rehearsal.ledger).toEqual([]);
        expect(rehearsal.ok).toBe(false);
    });

    test("fails the rehearsal where a mandatory rule could not be judged for an unknown value", async () => {
        const rehearsal = await rehearse(
            options(async () => {
                const dice = new Dice("dice", { sides: 6 });
                new Box("box", { label: "x", holds: "x", weight: dice.result });
                return undefined;
            }),
        );
        expect(violations(rehearsal)).toEqual(["preview unable no-heavy-box box"]);
        expect(rehearsal.phases.every(({ ok }) => ok)).toBe(true);
        expect(rehearsal.ok).toBe(false);
    });

    test("that is not there fails the preview, in the engine's words", async () => {
        const rehearsal = await rehearse({
            ...options(async () => undefined),
            policyPack: join(__dirname, "no-such-pack"),
        });
        expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`)).toEqual(["preview false"]);
        expect(rehearsal.phases[0]?.diagnostics.map(({ message }) => message).join(" ")).toContain("no-such-pack");
    });

    test("dies with an engine that is killed", async () => {
        const rehearsal = await rehearse({
            ...options(async () => {
                new Box("a", { label: "a", holds: "x", takes: "talos/apply" });
                new Box("b", { label: "b", holds: "x", takes: "talos/apply" });
                return undefined;
            }),
            faults: [{ kind: "kill-engine", afterCreate: 2 }],
        });
        expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`).slice(0, 4)).toEqual([
            "preview true",
            "up true",
            "recover true",
            "up true",
        ]);
        expect(rehearsal.ok).toBe(true);
    });
});
