import { describe, expect, test } from "vitest";
import { ignoredBy, ignoredDrift, unchanged } from "../../../../rehearsal/engine/drift";
import type { Change } from "../../../../rehearsal/engine/rehearsal";

const urn = (name: string) => `urn:pulumi:s::p::proxmoxve:index/vmLegacy:VmLegacy::${name}`;

function change(name: string, ...properties: string[]): Change {
    return { urn: urn(name), operation: "update", properties };
}

function letting(...entries: (readonly [name: string, ignoreChanges: readonly string[]])[]) {
    return ignoredBy(
        entries.map(([name, ignoreChanges]) => ({
            urn: urn(name),
            type: "proxmoxve:index/vmLegacy:VmLegacy",
            custom: true,
            ignoreChanges,
        })),
    );
}

describe("drift in what the program ignores", () => {
    const ignored = letting(["cp-1", ["started"]], ["cp-2", ["started"]], ["w-1", ["tags", "started"]]);

    test("is no complaint, and one sentence names it", () => {
        expect(unchanged([change("cp-1", "started")], ignored)).toEqual([]);
        expect(ignoredDrift([change("cp-1", "started")], ignored)).toEqual([
            "'cp-1' differs in 'started', which the program ignores.",
        ]);
    });

    test("is one sentence for many, in the order of their names", () => {
        const many = [change("w-1", "started"), change("cp-2", "started"), change("cp-1", "started")];
        expect(ignoredDrift(many, ignored)).toEqual([
            "'cp-1', 'cp-2' and 'w-1' differ in 'started', which the program ignores.",
        ]);
    });

    test("is grouped by what differs, whatever the order the engine tells it in", () => {
        const groups = [change("cp-1", "started"), change("w-1", "tags", "started")];
        expect(ignoredDrift(groups, ignored)).toEqual([
            "'cp-1' differs in 'started'; 'w-1' differs in 'started' and 'tags', all of which the program ignores.",
        ]);
        expect(ignoredDrift([change("w-1", "started", "tags")], ignored)).toEqual(
            ignoredDrift([change("w-1", "tags", "started")], ignored),
        );
    });

    test("is not what a change in more, in something untold, or in another's property is", () => {
        const wrong = [change("cp-1", "started", "memory"), change("cp-2"), change("other", "started")];
        expect(ignoredDrift(wrong, ignored)).toEqual([]);
        expect(unchanged(wrong, ignored)).toEqual([
            "Nothing was to change, but the engine wants to update 'cp-1' (started, memory).",
            "Nothing was to change, but the engine wants to update 'cp-2'.",
            "Nothing was to change, but the engine wants to update 'other' (started).",
        ]);
    });

    test("is told beside a complaint about something else", () => {
        const both = [change("cp-1", "started"), change("cp-2", "memory")];
        expect(ignoredDrift(both, ignored)).toEqual(["'cp-1' differs in 'started', which the program ignores."]);
        expect(unchanged(both, ignored)).toHaveLength(1);
    });

    test("is nothing to tell where nothing drifted", () => {
        expect(ignoredDrift([], ignored)).toEqual([]);
    });
});
