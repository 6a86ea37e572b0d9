/** The document's table of times, row by row, and its links. */
import { expect } from "vitest";
import { durations } from "../../../rehearsal/world/durations";
import type { Rehearsed } from "../../harness/rehearsed";
import { type Fact, nodeAt } from "./fact";

const release = "kubernetes:helm.sh/v3:Release";

/** Minutes of a phase's longest path in the rehearsal. */
function phaseMinutes({ rehearsal }: Rehearsed, phase: string): number | undefined {
    return rehearsal.timeline?.phases[phase]?.minutes;
}

/** Provider packages of everything that takes time in a phase. */
function tools({ rehearsal }: Rehearsed, phase: string): string[] {
    const entries = rehearsal.ledger.filter(
        ({ kind, steps }) => kind === "create" && steps.some((s) => s.phase === phase),
    );
    return [...new Set(entries.map(({ type }) => type))].sort();
}

/** The table of times, row by row: figure and tool. */
export const times: readonly Fact[] = [
    {
        section: "Temps",
        mentions: ["VMs", "3 min", "Terraform"],
        says: "machines take 3 minutes, through the hypervisor's provider",
        holds: (stack) => {
            expect(phaseMinutes(stack, "VMs")).toBe(3);
            expect(tools(stack, "VMs")).toEqual(["proxmoxve:download/file:File", "proxmoxve:index/vmLegacy:VmLegacy"]);
        },
    },
    {
        section: "Temps",
        mentions: ["Talos bootstrap", "2 min", "Talos provider"],
        says: "Talos takes 2 minutes, through its provider",
        holds: (stack) => {
            expect(phaseMinutes(stack, "Talos bootstrap")).toBe(2);
            expect(tools(stack, "Talos bootstrap").every((type) => type.startsWith("talos:"))).toBe(true);
        },
    },
    {
        section: "Temps",
        mentions: ["Cilium", "1 min", "Helm"],
        says: "Cilium takes 1 minute, through Helm",
        holds: (stack) => {
            expect(phaseMinutes(stack, "Cilium install")).toBe(1);
            expect(tools(stack, "Cilium install")).toEqual([release]);
        },
    },
    {
        section: "Temps",
        mentions: ["Rook-Ceph", "5 min", "Helm"],
        says: "Rook-Ceph takes 5 minutes, its operator through Helm",
        holds: (stack) => {
            expect(phaseMinutes(stack, "Rook-Ceph")).toBe(5);
            expect(tools(stack, "Rook-Ceph")).toContain(release);
        },
    },
    {
        section: "Temps",
        mentions: ["Total", "11 min", "Automation"],
        says: "levels 1 to 4 take no more than 11 minutes, in one command",
        holds: ({ rehearsal }) => {
            const entries = rehearsal.ledger.filter(({ kind }) => kind === "create");
            const named = new Set(Object.values(durations).flatMap((each) => ("phase" in each ? [each.phase] : [])));
            const timed = entries.filter(({ steps }) => steps.some(({ phase }) => phase !== undefined));
            const ends = [...timed, ...entries.filter(({ name }) => name === "ceph-storage-class")];
            const began = Math.min(...entries.map(({ startedAt }) => startedAt));
            expect(named.size).toBe(4);
            expect(
                Math.max(...ends.map(({ finishedAt }) => finishedAt ?? Number.POSITIVE_INFINITY)) - began,
            ).toBeLessThanOrEqual(11);
            expect(Object.values(rehearsal.timeline?.phases ?? {}).reduce((sum, { minutes }) => sum + minutes, 0)).toBe(
                11,
            );
        },
    },
];

/** The links at the end. */
export const links: readonly Fact[] = [
    {
        section: "Références",
        mentions: ["Talos Installation", "www.talos.dev/v1.10"],
        says: "the release of Talos is the one whose manual is named",
        holds: (stack) => expect(nodeAt(stack, "10.10.0.140").version).toMatch(/^v1\.10\./),
    },
    {
        section: "Références",
        mentions: ["Rook-Ceph Quickstart", "rook.io"],
        says: "Rook's operator comes from Rook",
        holds: (stack) =>
            expect(stack.input("rook-chart", "repositoryOpts.repo")).toBe("https://charts.rook.io/release"),
    },
];
