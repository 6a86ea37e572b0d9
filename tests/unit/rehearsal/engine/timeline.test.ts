import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Deployment } from "../../../../rehearsal/engine/deployment";
import { timelineOf } from "../../../../rehearsal/engine/timeline";
import type { LedgerEntry } from "../../../../rehearsal/world/ledger";

const urn = (name: string) => `urn:pulumi:s::p::t:i:T::${name}`;

/** A resource with what it waits for and the minutes it declares. */
interface Node {
    readonly name: string;
    readonly minutes: number;
    readonly after?: readonly string[];
    readonly phase?: string;
    /** How the wait is stated. Default: as a dependency. */
    readonly as?: "property" | "provider";
}

function deploymentOf(nodes: readonly Node[]): Deployment {
    const resources = nodes.map(({ name, after = [], as }) => ({
        urn: urn(name),
        type: "t:i:T",
        custom: true,
        id: name,
        ...(as === "property"
            ? { propertyDependencies: { input: after.map(urn), nothing: null } }
            : as === "provider"
              ? { provider: `${urn(after[0] ?? "")}::some-id` }
              : { dependencies: after.map(urn) }),
    }));
    return { version: 3, deployment: { resources } };
}

/** A ledger as an engine with endless hands makes it: everything begins when what it waits for has ended. */
function ledgerOf(nodes: readonly Node[]): LedgerEntry[] {
    const ends = new Map<string, number>();
    return nodes.map(({ name, minutes, after = [], phase }) => {
        const startedAt = Math.max(0, ...after.map((before) => ends.get(before) ?? 0));
        ends.set(name, startedAt + minutes);
        const step = phase === undefined ? { step: "s", minutes } : { step: "s", minutes, phase };
        return {
            kind: "create",
            urn: urn(name),
            type: "t:i:T",
            name,
            startedAt,
            finishedAt: startedAt + minutes,
            steps: minutes === 0 ? [] : [step],
        };
    });
}

/** A graph without circles: each node waits for some of those before it. */
const graphs = fc
    .array(fc.record({ minutes: fc.integer({ min: 0, max: 20 }), after: fc.array(fc.nat(30), { maxLength: 3 }) }), {
        minLength: 1,
        maxLength: 30,
    })
    .map((drawn) =>
        drawn.map(
            ({ minutes, after }, index): Node => ({
                name: `n${index}`,
                minutes,
                after: index === 0 ? [] : [...new Set(after.map((before) => `n${before % index}`))],
            }),
        ),
    );

describe("the timeline", () => {
    test("the critical path never outlasts doing one thing after the other, and nothing is faster than it", () => {
        fc.assert(
            fc.property(graphs, (nodes) => {
                const timeline = timelineOf(deploymentOf(nodes), ledgerOf(nodes));
                expect(timeline.criticalMinutes).toBeLessThanOrEqual(timeline.sequentialMinutes);
                expect(timeline.makespanMinutes).toBeGreaterThanOrEqual(timeline.criticalMinutes);
            }),
        );
    });

    test("with endless hands the makespan is the critical path", () => {
        fc.assert(
            fc.property(graphs, (nodes) => {
                const timeline = timelineOf(deploymentOf(nodes), ledgerOf(nodes));
                expect(timeline.makespanMinutes).toBe(timeline.criticalMinutes);
            }),
        );
    });

    test("the minutes on the critical path add up to it", () => {
        fc.assert(
            fc.property(graphs, (nodes) => {
                const { criticalPath, criticalMinutes } = timelineOf(deploymentOf(nodes), ledgerOf(nodes));
                expect(criticalPath.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(criticalMinutes);
            }),
        );
    });

    test("does not change with when things happened to run", () => {
        fc.assert(
            fc.property(graphs, fc.integer({ min: 1, max: 9 }), (nodes, late) => {
                const ledger = ledgerOf(nodes);
                const delayed = ledger.map((entry, index) => ({
                    ...entry,
                    startedAt: entry.startedAt + late * index,
                    finishedAt: (entry.finishedAt ?? 0) + late * index,
                }));
                const [a, b] = [ledger, delayed].map((one) => timelineOf(deploymentOf(nodes), one));
                expect(b?.criticalPath).toEqual(a?.criticalPath);
                expect(b?.phases).toEqual(a?.phases);
            }),
        );
    });

    test.each([
        ["as a dependency", undefined],
        ["as the source of an input", "property"],
        ["as its provider", "provider"],
    ] as const)("a resource waits for another stated %s", (_, as) => {
        const nodes: Node[] = [
            { name: "a", minutes: 2 },
            { name: "b", minutes: 3, after: ["a"], ...(as === undefined ? {} : { as }) },
            { name: "c", minutes: 4 },
        ];
        expect(timelineOf(deploymentOf(nodes), ledgerOf(nodes)).criticalPath).toEqual([
            { name: "a", minutes: 2 },
            { name: "b", minutes: 3 },
        ]);
    });

    test("the longest path inside a phase counts only the steps of that phase", () => {
        const nodes: Node[] = [
            { name: "image", minutes: 1, phase: "VMs" },
            { name: "vm", minutes: 2, phase: "VMs", after: ["image"] },
            { name: "other", minutes: 2, phase: "VMs", after: ["image"] },
            { name: "talos", minutes: 5, phase: "Talos", after: ["vm", "other"] },
        ];
        expect(timelineOf(deploymentOf(nodes), ledgerOf(nodes)).phases).toEqual({
            VMs: {
                minutes: 3,
                steps: [
                    { name: "image", minutes: 1 },
                    { name: "vm", minutes: 2 },
                ],
            },
            Talos: { minutes: 5, steps: [{ name: "talos", minutes: 5 }] },
        });
    });

    test("phases at work at once are named, with what began before what had ended", () => {
        const nodes: Node[] = [
            { name: "vm", minutes: 2, phase: "VMs" },
            { name: "other", minutes: 5, phase: "VMs" },
            { name: "talos", minutes: 4, phase: "Talos", after: ["vm"] },
            { name: "apps", minutes: 1, phase: "Apps", after: ["talos"] },
        ];
        const began = { vm: 0, other: 0, talos: 2, apps: 6 } as const;
        const ledger = ledgerOf(nodes).map((entry) => {
            const startedAt = began[entry.name as keyof typeof began];
            return { ...entry, startedAt, finishedAt: startedAt + (entry.steps[0]?.minutes ?? 0) };
        });
        expect(timelineOf(deploymentOf(nodes), ledger).overlaps).toEqual([
            { earlier: "VMs", later: "Talos", minutes: 3, begins: "talos", ends: "other" },
        ]);
    });

    test("what failed, and what was deleted, took no time", () => {
        const nodes: Node[] = [{ name: "a", minutes: 2 }];
        const [entry] = ledgerOf(nodes);
        const ledger: LedgerEntry[] =
            entry === undefined ? [] : [{ ...entry, failure: "refused" }, { ...entry, kind: "delete" }, entry];
        expect(timelineOf(deploymentOf(nodes), ledger).sequentialMinutes).toBe(2);
    });

    test("nothing takes no time", () => {
        expect(timelineOf({ version: 3, deployment: {} }, [])).toEqual({
            makespanMinutes: 0,
            sequentialMinutes: 0,
            criticalPath: [],
            criticalMinutes: 0,
            phases: {},
            overlaps: [],
        });
    });
});
