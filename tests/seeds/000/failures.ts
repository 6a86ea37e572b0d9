/** The document's table of single points of failure: its verdicts where they are right, and what is said where not. */
import { expect } from "vitest";
import { type Judgement, judge } from "../../../operations/judgement";
import { readStackConfig } from "../../../operations/stack";
import type { ComponentRow } from "../../../policy/report";
import type { Rehearsed } from "../../harness/rehearsed";
import type { Fact } from "./fact";

/** A day on which the homelab's accepted risks are in force. */
export const day = "2026-11-21";

/** What the pack says of a rehearsed stack on that day. */
export function judged({ rehearsal }: Rehearsed): Judgement {
    if (rehearsal.deployment === undefined) {
        throw new Error(`${rehearsal.stack} was not deployed.`);
    }
    return judge(rehearsal.deployment, readStackConfig(rehearsal.stack), day);
}

function row(stack: Rehearsed, component: string): ComponentRow {
    const found = judged(stack).spof.components.find((each) => each.component === component);
    if (found === undefined) {
        throw new Error(`No row speaks of '${component}'.`);
    }
    return found;
}

/** The rows. */
export const failureFacts: readonly Fact[] = [
    {
        section: "Single Points",
        mentions: ["Proxmox", "OUI", "3+ nodes"],
        says: "the one hypervisor takes everything along; three or more are the way out",
        holds: (stack) => {
            const { spof, losesWhenDown, mitigation, accepted } = row(stack, "hypervisor-node/pve");
            expect(spof).toBe(true);
            expect(losesWhenDown).toEqual(
                judged(stack)
                    .spof.components.filter((r) => r.kind === "service")
                    .map((r) => r.component)
                    .sort(),
            );
            expect(mitigation).toContain("three nodes or more");
            expect(accepted).toBe(true);
        },
    },
    {
        section: "Single Points",
        mentions: ["Controller-0", "OUI", "3 controllers"],
        says: "the one controller takes etcd and the API along; three are the way out",
        holds: (stack) => {
            const { spof, losesWhenDown, mitigation, accepted } = row(stack, "machine/c0");
            expect(spof).toBe(true);
            expect(losesWhenDown).toEqual(expect.arrayContaining(["etcd", "kubernetes-api"]));
            expect(mitigation).toContain("three");
            expect(accepted).toBe(true);
        },
    },
    {
        section: "Single Points",
        mentions: ["Rook-Ceph", "NON", "Réplication 2x"],
        says: "two copies outlive one worker, but two monitors do not: either worker stops the storage",
        holds: (stack) => {
            const data = row(stack, "ceph-data");
            expect(data.spof).toBe(false);
            expect(data.flaws).not.toEqual([]);
            expect(data.mitigation).toContain("2x");
            expect(row(stack, "ceph-mon")).toMatchObject({ spof: true, accepted: true });
            for (const worker of ["machine/w0", "machine/w1"]) {
                expect(row(stack, worker).losesWhenDown).toContain("ceph-mon");
            }
        },
    },
    {
        section: "Single Points",
        mentions: ["Cilium", "NON", "DaemonSet"],
        says: "Cilium runs on every node, so none is needed for it",
        holds: (stack) => {
            expect(row(stack, "cilium")).toMatchObject({
                spof: false,
                mitigation: expect.stringContaining("DaemonSet"),
            });
        },
    },
];
