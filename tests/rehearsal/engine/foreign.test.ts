import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RehearseOptions } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import type { PackageBehaviour } from "../../../rehearsal/world/behaviour";
import type { Properties } from "../../../rehearsal/world/value";
import { needsEngine } from "../../harness/engine";
import { emptySite, tinyPackage } from "./tiny";

/** Answers for any type of a package nobody knows. */
function stranger(name: string): PackageBehaviour {
    const things = new Map<string, Properties>();
    return {
        name,
        function: () => undefined,
        resource: () => ({
            create: async (inputs, { name: logical }) => {
                const id = `${logical}-made-up`;
                things.set(id, inputs);
                return { id, outputs: inputs };
            },
            read: async (id, _state, inputs) => {
                const outputs = things.get(id);
                return outputs === undefined ? undefined : { id, outputs, inputs };
            },
            update: async (_id, _old, inputs) => inputs,
            delete: async (id) => {
                things.delete(id);
            },
        }),
    };
}

function options(directory: string): RehearseOptions {
    return {
        program: { directory: join(__dirname, "programs", directory) },
        project: "overridden",
        stack: "dev",
        config: {},
        site: emptySite,
        packages: () => [tinyPackage()],
        stranger,
    };
}

describe("somebody else's program", () => {
    needsEngine();

    test("that fails says why, and ends", async () => {
        const { ok, phases } = await rehearse(options("rejecting"));
        expect(ok).toBe(false);
        expect(phases.map(({ name }) => name)).toEqual(["preview"]);
        expect(phases[0]?.diagnostics.map(({ message }) => message).join()).toContain("nothing to build from");
    });

    test("with top-level side effects and an unknown package goes through every phase", async () => {
        const rehearsal = await rehearse(options("top-level"));
        expect(rehearsal.phases.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
        expect(rehearsal.phases.map(({ name, ok }) => `${name} ${ok}`)).toEqual([
            "preview true",
            "up true",
            "up-again true",
            "refresh true",
            "destroy true",
        ]);
        expect(rehearsal.outputs).toEqual({
            id: { value: "thing-made-up", secret: false },
            project: { value: "top-level", secret: false },
            token: { secret: true },
        });
        expect(rehearsal.generic).toEqual(["strange:index:Thing"]);
        expect(rehearsal.ok).toBe(true);
    });

    test.each(["exported-function", "exported-object"])(
        "with an %s is called as Pulumi calls it",
        async (directory) => {
            const rehearsal = await rehearse(options(directory));
            expect(rehearsal.phases.flatMap(({ diagnostics }) => diagnostics)).toEqual([]);
            expect(rehearsal.outputs).toEqual({ id: { value: "box-plain", secret: false } });
            expect(rehearsal.ok).toBe(true);
        },
    );
});
