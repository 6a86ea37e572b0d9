import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, test } from "vitest";
import { nameOf, resourcesOf } from "../../../rehearsal/engine/deployment";
import type { Rehearsal, RehearsalEvent, RehearseOptions } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import type { PackageBehaviour } from "../../../rehearsal/world/behaviour";
import { needsEngine } from "../../harness/engine";
import { Box, Dice, emptySite, type Shelf, tinyPackage } from "./tiny";

/** Three boxes and a dice: `lid` waits for `base`, `gift` holds what the dice drew. */
async function program(): Promise<Record<string, unknown>> {
    const config = new pulumi.Config();
    const base = new Box("base", { label: "base", takes: "talos/apply", holds: config.require("colour") });
    const dice = new Dice("dice", { sides: 6 });
    new Box("lid", { label: "lid", takes: "talos/bootstrap" }, { dependsOn: [base] });
    new Box("gift", { label: "gift", holds: dice.result }, { protect: true });
    return { drawn: dice.result, token: config.requireSecret("token"), shape: config.requireObject("shape") };
}

const token = "Tok3n-of-the-test";

function options(more: Partial<RehearseOptions> = {}, shelf: Shelf = new Map()): RehearseOptions {
    return {
        program,
        project: "p",
        stack: "s",
        config: {
            "p:colour": { value: "red" },
            "p:token": { value: token, secret: true },
            "p:shape": { value: { sides: [1, 2, { flat: true }] } },
        },
        site: emptySite,
        packages: () => [tinyPackage(shelf)],
        ...more,
    };
}

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };

/** Phases as `name ok`, with a star where a fault made it fail. */
const course = ({ phases }: Rehearsal) =>
    phases.map(({ name, ok, expectedToFail = false }) => `${name}${expectedToFail ? "*" : ""} ${ok ? "ok" : "failed"}`);

describe("a program that is as it should be", () => {
    const shelf: Shelf = new Map();
    const events: RehearsalEvent[] = [];
    let done: Promise<Rehearsal> | undefined;
    let rehearsal: Rehearsal;

    needsEngine();

    beforeEach(async () => {
        done ??= rehearse(
            options({ change: { "p:colour": { value: "blue" } }, onEvent: (event) => events.push(event) }, shelf),
        );
        rehearsal = await done;
    });

    test("goes through every phase, each doing what it must and nothing else", () => {
        expect(rehearsal.phases.map(({ name, ok, changes }) => ({ name, ok, changes }))).toEqual([
            { name: "preview", ok: true, changes: { ...none, create: 4 } },
            { name: "up", ok: true, changes: { ...none, create: 4 } },
            { name: "up-again", ok: true, changes: { ...none, same: 4 } },
            { name: "refresh", ok: true, changes: { ...none, same: 4 } },
            { name: "change", ok: true, changes: { ...none, update: 1, same: 3 } },
            { name: "destroy", ok: true, changes: { ...none, delete: 4 } },
        ]);
        expect(rehearsal.ok).toBe(true);
    });

    test("leaves nothing behind", () => {
        expect(shelf.size).toBe(0);
        expect(rehearsal.remains).toEqual([]);
    });

    test("tells which property the changed value changed", () => {
        const change = rehearsal.phases.find(({ name }) => name === "change");
        expect(change?.changed.map(({ urn, properties }) => `${nameOf(urn)} ${properties}`)).toEqual(["base holds"]);
    });

    test("is not destroyed while a resource is protected", () => {
        expect(rehearsal.phases.at(-1)?.notes).toEqual([
            "destroy refuses while these are protected: 'gift'; their protection was taken off.",
        ]);
    });

    test("has its outputs, secret ones marked, and structured configuration as written", () => {
        expect(rehearsal.outputs).toEqual({
            drawn: { secret: true },
            token: { secret: true },
            shape: { value: { sides: [1, 2, { flat: true }] }, secret: false },
        });
    });

    test("shows no secret, neither in the state nor on the way", () => {
        expect(rehearsal.leaks).toEqual([]);
        const told = JSON.stringify([rehearsal.deployment, rehearsal.phases, events]);
        expect(told).not.toContain(token);
        expect(told).not.toContain("Drawn#");
    });

    test("takes in world time what its graph says", () => {
        expect(rehearsal.timeline).toMatchObject({
            makespanMinutes: 1.5,
            sequentialMinutes: 1.5,
            criticalMinutes: 1.5,
            criticalPath: [
                { name: "base", minutes: 0.5 },
                { name: "lid", minutes: 1 },
            ],
        });
    });

    test("is told as it happens", () => {
        const lid = events.flatMap((event) =>
            event.kind === "resource" && event.phase === "up" && event.urn.endsWith("::lid") ? event : [],
        );
        expect(lid.map(({ operation, state, worldMinutes }) => `${operation} ${state} ${worldMinutes}`)).toEqual([
            "create begins 0.5",
            "create ends 1.5",
        ]);
        expect(events.filter(({ kind }) => kind === "phase-ends")).toHaveLength(6);
    });

    test("has a state that counts its resources, providers and the stack left out", () => {
        expect(rehearsal.resources).toBe(4);
        expect(rehearsal.deployment && resourcesOf(rehearsal.deployment).length).toBe(6);
    });
});

describe("a refresh that finds drift", () => {
    needsEngine();

    /** A package whose boxes lose what they hold to somebody else's hands, once they are made. */
    const handled = (): PackageBehaviour => {
        const shelf: Shelf = new Map();
        const tiny = tinyPackage(shelf);
        return {
            ...tiny,
            resource: (type) => {
                const box = tiny.resource(type);
                return box === undefined || type !== "tiny:index:Box"
                    ? box
                    : {
                          ...box,
                          read: async (id, state, inputs, operation) => {
                              const found = await box.read?.(id, state, inputs, operation);
                              return found === undefined
                                  ? undefined
                                  : {
                                        ...found,
                                        outputs: { ...found.outputs, holds: "theirs" },
                                        inputs: { ...found.inputs, holds: "theirs" },
                                    };
                          },
                      };
            },
        };
    };
    const boxes = (ignoreChanges: string[]) => async () => {
        new Box("chest", { label: "chest", holds: "ours" }, { ignoreChanges });
        new Box("case", { label: "case", holds: "ours" }, { ignoreChanges });
        return undefined;
    };
    const refreshOf = async (ignoreChanges: string[]) => {
        const rehearsal = await rehearse(options({ program: boxes(ignoreChanges), packages: () => [handled()] }));
        return rehearsal.phases.find(({ name }) => name === "refresh");
    };

    test("only in what the program ignores is well, and says so in one sentence", async () => {
        expect(await refreshOf(["holds"])).toMatchObject({
            ok: true,
            changes: { update: 2 },
            notes: ["'case' and 'chest' differ in 'holds', which the program ignores."],
        });
    });

    test("in anything else fails", async () => {
        const refresh = await refreshOf([]);
        expect(refresh?.ok).toBe(false);
        expect(refresh?.notes.toSorted()).toEqual([
            "Nothing was to change, but the engine wants to update 'case' (holds).",
            "Nothing was to change, but the engine wants to update 'chest' (holds).",
        ]);
    });
});

describe("a fault", () => {
    needsEngine();

    test("at a create fails the first up with the system's words, and the next converges", async () => {
        const rehearsal = await rehearse(options({ faults: [{ kind: "create", target: "lid", times: "always" }] }));
        expect(course(rehearsal)).toEqual(["preview ok", "up* ok", "up ok", "up-again ok", "refresh ok", "destroy ok"]);
        const [, failed, mended] = rehearsal.phases;
        expect(failed?.diagnostics[0]?.message).toBe("tiny:index:Box: connection reset by peer");
        expect(mended?.changes).toEqual({ ...none, create: 1, same: 3 });
        expect(rehearsal.ok).toBe(true);
    });

    test("that kills the engine is recovered: nothing is made twice, nothing is lost", async () => {
        const rehearsal = await rehearse(options({ faults: [{ kind: "kill-engine", afterCreate: 3 }] }));
        expect(course(rehearsal)).toEqual([
            "preview ok",
            "up* ok",
            "recover ok",
            "up ok",
            "up-again ok",
            "refresh ok",
            "destroy ok",
        ]);
        expect(rehearsal.phases[1]?.diagnostics.at(-1)?.message).toBe("The engine was killed.");
        const [report] = rehearsal.recoveries;
        expect(report?.resources.find(({ urn }) => nameOf(urn) === "base")).toMatchObject({
            fate: "adopted",
            id: "box-base",
        });
        const made = rehearsal.ledger.filter(({ kind, type }) => kind === "create" && type === "tiny:index:Box");
        expect(made.map(({ name }) => name).toSorted()).toEqual(["base", "gift", "lid"]);
        expect(rehearsal.ok).toBe(true);
    });

    test("at a delete fails the first destroy, and the next empties the world", async () => {
        const shelf: Shelf = new Map();
        const rehearsal = await rehearse(
            options({ faults: [{ kind: "delete", target: "base", times: "once" }] }, shelf),
        );
        expect(course(rehearsal).slice(-2)).toEqual(["destroy* ok", "destroy ok"]);
        expect(shelf.size).toBe(0);
        expect(rehearsal.ok).toBe(true);
    });

    test("that finds nothing to strike fails the rehearsal", async () => {
        const rehearsal = await rehearse(options({ faults: [{ kind: "create", target: "nobody", times: "once" }] }));
        expect(rehearsal.idleFaults).toEqual(["create:nobody:once"]);
        expect(rehearsal.ok).toBe(false);
    });
});
