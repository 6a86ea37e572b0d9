import * as pulumi from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { Faults, parseFault } from "../../../../rehearsal/engine/faults";
import { InProcessStack } from "../../../../rehearsal/engine/in-process";
import { Box, emptySite, type Shelf, tinyPackage } from "../../../rehearsal/engine/tiny";

/** A program of one box whose failed create is tried again so often; tells what its hook was asked. */
function stack(tries: number, asked: string[][] = [], shelf: Shelf = new Map()): InProcessStack {
    const program = async (): Promise<Record<string, unknown>> => {
        const again = new pulumi.ErrorHook("again", async ({ errors, failedOperation, name }) => {
            asked.push([failedOperation, name, ...errors]);
            return errors.length <= tries;
        });
        new Box("base", { label: "base" }, { hooks: { onError: [again] } });
        return {};
    };
    return new InProcessStack({
        program,
        project: "p",
        stack: "s",
        config: {},
        site: emptySite,
        packages: () => [tinyPackage(shelf)],
    });
}

describe("an error hook without an engine", () => {
    test("has a failed create tried again in place, newest error first, and makes the thing once", async () => {
        const asked: string[][] = [];
        const shelf: Shelf = new Map();
        const one = stack(5, asked, shelf);
        const faults = new Faults([parseFault("create:base:2")], () => {});
        expect(await one.up({ interference: faults })).toMatchObject({ ok: true, errors: [], changes: { create: 1 } });
        expect(shelf.size).toBe(1);
        expect(asked).toEqual([
            ["create", "base", "tiny:index:Box: connection reset by peer"],
            ["create", "base", "tiny:index:Box: connection reset by peer", "tiny:index:Box: connection reset by peer"],
        ]);
    });

    test("that says no leaves the last error", async () => {
        const one = stack(1);
        const faults = new Faults([parseFault("create:base:2")], () => {});
        const run = await one.up({ interference: faults });
        expect(run.ok).toBe(false);
        expect(run.errors).toMatchObject([{ message: "tiny:index:Box: connection reset by peer" }]);
        expect(await one.up()).toMatchObject({ ok: true, changes: { create: 1 } });
    });
});
