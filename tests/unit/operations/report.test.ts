import { expect, test } from "vitest";
import { compareWithDocument } from "../../../operations/document-verdicts";
import { type Judgement, plainResources } from "../../../operations/judgement";
import { distinct, reportOf, reportSchema } from "../../../operations/report-json";
import { costText, phasesText, timelineText } from "../../../operations/report-text";
import { table, width, wrap } from "../../../operations/table";
import { allowanceFor, type ComponentRow } from "../../../policy/report";
import type { Phase, Rehearsal } from "../../../rehearsal/engine/rehearsal";

const phase: Phase = {
    name: "up",
    ok: true,
    seconds: 1.25,
    changes: { create: 2, update: 0, replace: 0, delete: 0, same: 1 },
    changed: [],
    diagnostics: [],
    notes: [],
};

const rehearsal: Rehearsal = {
    ok: true,
    stack: "homelab",
    engine: { version: "3.246.0", source: "pulumi on PATH" },
    phases: [phase],
    resources: 2,
    policy: { pack: "policy", violations: [] },
    outputs: {},
    ledger: [],
    remains: [],
    leaks: [],
    generic: [],
    idleFaults: [],
    recoveries: [],
};

const free: Judgement = {
    spof: { components: [], pairs: [], findings: [], unknown: [] },
    freeTier: [],
    cost: { monthlyUsd: 0, lines: [], unpriced: [] },
    costToday: undefined,
};

/** Free under the document's allowance, and billed under today's. */
const superseded: Judgement = {
    ...free,
    freeTier: [{ id: "a1-ocpus", limit: "Ampere A1 OCPUs", unit: "OCPU", used: 4, max: 4, resources: [], unknown: [] }],
    costToday: {
        allowance: allowanceFor("2026-06-15", "2026-06-15"),
        cost: {
            monthlyUsd: 28.04,
            lines: [
                { item: "OCPUs too many", monthlyUsd: 14.76, resources: ["ampere-1"] },
                { item: "memory too much", monthlyUsd: 13.28, resources: ["ampere-1"] },
            ],
            unpriced: ["gpu: shape BM.GPU4.8 is not in the price table."],
        },
    },
};

test("a stack under a superseded allowance says what it costs under today's, line by line", () => {
    const text = costText(superseded).join("\n");
    expect(text).toContain("Cost: $0.00 a month");
    expect(text).toContain("Today: $28.04 a month, under allowance 2026-06-15, in force since 2026-06-15");
    expect(text).toMatch(/OCPUs too many +\$14\.76\n.*memory too much +\$13\.28/);
    expect(text).toContain("Not counted: gpu: shape BM.GPU4.8 is not in the price table.");
    expect(costText(free).join("\n")).not.toContain("Today");
});

test("the meter of object storage says that it counts what the stack stores, and who counts the rest", () => {
    const meter = { id: "object-storage", limit: "object storage", unit: "GB", used: 0, max: 20 } as const;
    const stored: Judgement = { ...free, freeTier: [{ ...meter, resources: [], unknown: [] }] };
    const sentence =
        "Object storage is what the stack puts there; an image that it looks up is counted by `strata validate`.";
    expect(costText(stored).join(" ").replace(/\s+/g, " ")).toContain(sentence);
    expect(costText(superseded).join(" ")).not.toContain("looks up");
});

test("the form for programs has today's cost beside the declared one, and null where they are the same", () => {
    expect(reportSchema.parse(reportOf(rehearsal, superseded)).cost).toEqual({
        monthlyUsd: 0,
        today: { allowance: "2026-06-15", monthlyUsd: 28.04 },
    });
    expect(reportSchema.parse(reportOf(rehearsal, free)).cost).toEqual({ monthlyUsd: 0, today: null });
});

test("a result has the agreed form, with and without a judgement", () => {
    expect(reportSchema.parse(reportOf(rehearsal, undefined))).toMatchObject({
        version: 1,
        stack: "homelab",
        resources: 2,
        timeline: null,
        cost: null,
        phases: [{ name: "up", ok: true, changes: { create: 2 } }],
    });
    const judged = reportOf(rehearsal, {
        ...free,
        spof: { components: [row("ceph-mon", true)], pairs: [], findings: [], unknown: [] },
    });
    expect(reportSchema.parse(judged).spof).toEqual([
        { component: "ceph-mon", spof: true, losesWhenDown: ["x"], mitigation: "Run three.", accepted: false },
    ]);
});

test("the form takes nothing it does not know", () => {
    expect(reportSchema.safeParse({ ...reportOf(rehearsal, undefined), more: 1 }).success).toBe(false);
});

test("a finding that every phase repeats is told once", () => {
    const finding = { rule: "spof", level: "mandatory" as const, message: "m" };
    expect(
        distinct([
            { ...finding, phase: "preview" as const },
            { ...finding, phase: "up" as const },
            { ...finding, phase: "up" as const, resource: "urn" },
        ]),
    ).toHaveLength(2);
});

test("no line is wider than a terminal, and no word is lost", () => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");
    const lines = table(["a", "b"], [["first", words]]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width());
    expect(lines.join(" ").match(/word\d+/g)).toHaveLength(60);
    expect(wrap("", 10)).toEqual([""]);
});

test("a phase that failed says so and why", () => {
    const failed: Phase = {
        ...phase,
        ok: false,
        diagnostics: [{ severity: "error", message: "unable to create VM 140" }],
    };
    const text = phasesText([failed]).join("\n");
    expect(text).toContain("FAILED");
    expect(text).toContain("up: unable to create VM 140");
    expect(phasesText([{ ...failed, ok: true, expectedToFail: true }]).join("\n")).toContain("failed, as asked");
});

test.each([
    ["a terminal's columns", { isTTY: true, columns: 72 }, 72],
    ["60 at least", { isTTY: true, columns: 40 }, 60],
    ["100 where it is no terminal", { isTTY: false, columns: 72 }, 100],
    ["100 where a terminal does not tell", { isTTY: true, columns: 0 }, 100],
])("lines are kept to %s", (_, stream, expected) => {
    expect(width(stream)).toBe(expected);
});

test("what a phase found and did is told below the table, and in the form for programs", () => {
    const note = "'machine-cp-1' differs in 'started', which the program ignores.";
    const refresh: Phase = {
        ...phase,
        name: "refresh",
        changes: { ...phase.changes, create: 0, update: 1 },
        notes: [note],
    };
    expect(phasesText([refresh]).map((line) => line.trim())).toContain(`- refresh: ${note}`);
    expect(reportOf({ ...rehearsal, phases: [refresh] }, undefined).phases).toMatchObject([
        { ok: true, notes: [note] },
    ]);
});

test("a timeline names its critical path", () => {
    const text = timelineText({
        makespanMinutes: 12.5,
        sequentialMinutes: 20,
        criticalMinutes: 12.5,
        criticalPath: [{ name: "ceph", minutes: 4 }],
        phases: { VMs: { minutes: 3, steps: [] } },
        overlaps: [{ earlier: "VMs", later: "Talos", minutes: 3, begins: "talos", ends: "other" }],
    }).join("\n");
    expect(text).toContain("12.5 min of world time");
    expect(text).toMatch(/ceph\s+4 min/);
    expect(text).toMatch(/VMs\s+3 min/);
    expect(text).toContain("Talos overlaps VMs by 3 min: talos begins before other has ended.");
});

function row(component: string, spof: boolean): ComponentRow {
    return {
        component,
        title: component,
        kind: "service",
        spof,
        losesWhenDown: spof ? ["x"] : [],
        mitigation: "Run three.",
        accepted: false,
        flaws: [],
    };
}

test("the document's verdict stands beside the graph's, with the reason where they differ", () => {
    const compared = compareWithDocument("homelab", [
        row("hypervisor-node/pve", true),
        row("machine/c0", true),
        row("ceph-mon", true),
        row("ceph-data", false),
        row("cilium", false),
    ]);
    expect(compared.map(({ title, document, graph }) => [title, document, graph])).toEqual([
        ["Proxmox", true, true],
        ["Controller-0", true, true],
        ["Rook-Ceph", false, true],
        ["Cilium", false, false],
    ]);
    expect(compared[2]?.why).toContain("The document is wrong here");
    expect(compareWithDocument("homelab-ha", [])).toEqual([]);
});

test("a state's resources reach the pack with their edges and without nulls", () => {
    const [plain] = plainResources({
        version: 3,
        deployment: {
            resources: [
                {
                    urn: "urn:pulumi:a::b::random:index/randomString:RandomString::x",
                    type: "random:index/randomString:RandomString",
                    custom: true,
                    propertyDependencies: { length: null, keepers: ["urn:y"] },
                },
            ],
        },
    });
    expect(plain).toMatchObject({
        name: "x",
        protect: false,
        propertyDependencies: { length: [], keepers: ["urn:y"] },
    });
});
