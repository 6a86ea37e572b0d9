import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { nameOf } from "../../../../rehearsal/engine/deployment";
import { Faults } from "../../../../rehearsal/engine/faults";
import { type InProcessOptions, InProcessStack } from "../../../../rehearsal/engine/in-process";
import { Box, Dice, emptySite, type Shelf, tinyPackage } from "../../../rehearsal/engine/tiny";

/** A component that holds a lid, so that names below a component are covered. */
class Crate extends pulumi.ComponentResource {
    constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
        super("test:tiny:Crate", name, {}, opts);
        new Box(`${name}-lid`, { label: `${name}-lid` }, { parent: this });
        this.registerOutputs({ facts: { services: [] } });
    }
}

async function program(): Promise<Record<string, unknown>> {
    const config = new pulumi.Config();
    const base = new Box("base", { label: "base", takes: "talos/apply", holds: config.require("colour") });
    const dice = new Dice("dice", { sides: 6 });
    new Box("lid", { label: "lid", takes: "talos/bootstrap" }, { dependsOn: [base] });
    new Box("gift", { label: "gift", holds: dice.result });
    new Crate("crate", { dependsOn: base });
    return { drawn: dice.result };
}

function stack(more: Partial<InProcessOptions> = {}, shelf: Shelf = new Map()): InProcessStack {
    return new InProcessStack({
        program,
        project: "p",
        stack: "s",
        config: { "p:colour": { value: "red" } },
        site: emptySite,
        packages: () => [tinyPackage(shelf)],
        ...more,
    });
}

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0 };

describe("a program without an engine", () => {
    test("creates everything once, in the order its graph asks for, and destroys it again", async () => {
        const shelf: Shelf = new Map();
        const one = stack({}, shelf);
        expect(await one.preview()).toMatchObject({ ok: true, changes: { ...none, create: 5 } });
        expect(shelf.size).toBe(0);
        const up = await one.up();
        expect(up).toMatchObject({ ok: true, errors: [], changes: { ...none, create: 5 } });
        expect(up.outputs).toEqual({ drawn: "Drawn#1-of-many-sides" });
        const lid = one.world.ledger.entries.find(({ name }) => name === "lid");
        expect(lid).toMatchObject({ startedAt: 0.5, finishedAt: 1.5 });
        expect(await one.up()).toMatchObject({ ok: true, changes: { ...none, same: 5 } });
        expect(await one.destroy()).toMatchObject({ ok: true, changes: { ...none, delete: 5 } });
        expect(shelf.size).toBe(0);
        expect(one.state.size).toBe(0);
    });

    test("keeps what a component registered", async () => {
        const one = stack();
        await one.up();
        const crate = [...one.state.values()].find(({ name }) => name === "crate");
        expect(crate?.outputs).toEqual({ facts: { services: [] } });
        expect([...one.state.keys()]).toContain("urn:pulumi:s::p::test:tiny:Crate$tiny:index:Box::crate-lid");
    });

    test("updates what one changed value touches and nothing else", async () => {
        const one = stack();
        await one.up();
        const run = await one.up({ config: { "p:colour": { value: "blue" } } });
        expect(run.changed.map(({ urn, operation }) => `${operation} ${nameOf(urn)}`)).toEqual(["update base"]);
    });

    test("a create that fails once leaves the rest to the next run, and nothing is made twice", async () => {
        const shelf: Shelf = new Map();
        const one = stack({}, shelf);
        const faults = new Faults([{ kind: "create", target: "base", times: "once" }], () => {});
        const failed = await one.up({ interference: faults });
        expect(failed.ok).toBe(false);
        expect(failed.errors.map(({ message }) => message)).toEqual(["tiny:index:Box: connection reset by peer"]);
        expect(shelf.has("box-lid")).toBe(false);
        expect(await one.up()).toMatchObject({ ok: true });
        expect(one.world.ledger.entries.filter(({ failure }) => failure === undefined)).toHaveLength(5);
    });

    test("what was made in part is updated by the next run", async () => {
        const cracked = async (): Promise<undefined> => {
            const glue = new pulumi.Config().get("glue");
            const box = new Box("box", { label: "cracked", ...(glue === undefined ? {} : { glue }) });
            new Box("inner", { label: "inner" }, { dependsOn: [box] });
            return undefined;
        };
        const one = stack({ program: cracked, config: {} });
        const failed = await one.up();
        expect(failed.errors.map(({ message }) => message)).toEqual(["box-cracked is cracked"]);
        const mended = await one.up({ config: { "p:glue": { value: "much" } } });
        expect(mended).toMatchObject({ ok: true, changes: { ...none, create: 1, update: 1 } });
    });

    test("a killed run is recovered: what has a known id is adopted, the rest is made again", async () => {
        const shelf: Shelf = new Map();
        const one = stack({}, shelf);
        const faults = new Faults([{ kind: "kill-engine", afterCreate: 3 }], () => one.kill());
        expect(await one.up({ interference: faults })).toMatchObject({ ok: false });
        expect(shelf.has("box-base")).toBe(true);
        expect(await one.up()).toMatchObject({ ok: true });
        expect([...shelf.keys()].filter((id) => id.startsWith("box"))).toHaveLength(4);
    });

    test("tells every explicit edge", async () => {
        const { edges } = await stack().up();
        expect(edges).toEqual([
            { resource: "tiny:index:Box::lid", dependsOn: "tiny:index:Box::base" },
            { resource: "test:tiny:Crate::crate", dependsOn: "tiny:index:Box::base" },
        ]);
    });

    test("runs without one edge where that is asked", async () => {
        const one = stack();
        await one.up({ dropEdge: { resource: "tiny:index:Box::lid", dependsOn: "tiny:index:Box::base" } });
        expect(one.world.ledger.entries.find(({ name }) => name === "lid")?.startedAt).toBe(0);
    });

    test("a seed reorders what is not ordered, and gives the same order again", async () => {
        const order = async (seed: number) => {
            const one = stack({ seed });
            await one.up();
            return one.world.ledger.entries
                .toSorted((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))
                .map(({ name }) => name)
                .join(" ");
        };
        const orders = await [1, 2, 3, 4, 5, 6].reduce(
            async (before, seed) => [...(await before), await order(seed)],
            Promise.resolve<string[]>([]),
        );
        expect(new Set(orders).size).toBeGreaterThan(1);
        expect(await order(3)).toBe(orders[2]);
    });

    test("what the program throws fails the run", async () => {
        const one = stack({
            program: async () => {
                throw new Error("no such thing");
            },
        });
        expect((await one.up()).errors).toEqual([{ message: "no such thing" }]);
    });

    test("replaces what can only be made anew, and deletes what the program no longer names", async () => {
        const shelf: Shelf = new Map();
        const one = stack(
            {
                config: { "p:label": { value: "a" } },
                program: async () => {
                    const label = new pulumi.Config().require("label");
                    new Box("box", { label });
                    if (label === "a") {
                        new Box("extra", { label: "extra" });
                    }
                    return undefined;
                },
            },
            shelf,
        );
        await one.up();
        const run = await one.up({ config: { "p:label": { value: "b" } } });
        expect(run.changes).toEqual({ ...none, replace: 1, delete: 1 });
        expect([...shelf.keys()]).toEqual(["box-b"]);
    });

    test("leaves alone what the program ignores, inside lists and maps as well", async () => {
        const one = stack({
            config: { "p:say": { value: "a" } },
            program: async () => {
                const say = new pulumi.Config().require("say");
                const holds = { disks: [{ from: say, size: 1 }], loud: say, ...(say === "a" ? {} : { more: say }) };
                const ignoreChanges = ["label", "holds.disks[0].from", "holds.loud", "holds.more"];
                new Box("box", { label: say, holds }, { ignoreChanges });
                return undefined;
            },
        });
        await one.up();
        expect((await one.up({ config: { "p:say": { value: "b" } } })).changed).toEqual([]);
        const [box] = [...one.state.values()].filter(({ name }) => name === "box");
        expect(box?.inputs).toMatchObject({ label: "a", holds: { disks: [{ from: "a", size: 1 }], loud: "a" } });
    });
});
