/** The pack under the real engine, on variants of this project's stacks that it must stop. */
import { describe, expect, test } from "vitest";
import program from "../../../../index";
import { policyPack } from "../../../../operations/rehearse-stack";
import { projectName, readStackConfig, rehearsedSecrets } from "../../../../operations/stack";
import type { Rehearsal } from "../../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../../rehearsal/engine/rehearse";
import { siteOf } from "../../../../rehearsal/sites";
import { needsEngine } from "../../../harness/engine";
import { stackSections } from "../../../harness/stack-config";

const timeout = 120_000;

/** Rehearses a stack with some sections of its file in another form; an undefined one is left out. */
function rehearsed(stack: string, sections: Record<string, unknown>): Promise<Rehearsal> {
    const site = siteOf(stack);
    const changed = Object.entries(sections).map(([name, value]) => [`${projectName}:${name}`, { value }] as const);
    const config = { ...readStackConfig(stack), ...rehearsedSecrets(site), ...Object.fromEntries(changed) };
    const given = Object.entries(config).filter(([, { value }]) => value !== undefined);
    return rehearse({ program, project: projectName, stack, config: Object.fromEntries(given), site, policyPack });
}

/** Asserts that the preview failed by the pack alone, and that the world was left as it was. */
function stoppedAtPreview(rehearsal: Rehearsal): void {
    expect(rehearsal.phases.map(({ name, ok }) => [name, ok])).toEqual([["preview", false]]);
    const said = rehearsal.phases.flatMap(({ diagnostics }) => diagnostics);
    expect(said, "nothing but the engine's summary").toEqual([{ severity: "error", message: "preview failed" }]);
    expect(rehearsal.ledger).toEqual([]);
    expect(rehearsal.deployment).toBeUndefined();
    expect(rehearsal.ok).toBe(false);
}

/** The finding itself: the line after the rule's own description. */
const finding = (message: string): string => message.slice(message.lastIndexOf("\n") + 1);

/** What stopped the preview, sorted: `LEVEL RULE: COMPONENT` and, of an accepted risk, what is wrong with it. */
function reasons({ policy }: Rehearsal): string[] {
    return policy.violations
        .filter(({ level }) => level !== "advisory")
        .map(({ level, rule, message }) => {
            const [said = ""] = /^the accepted risk \S+ (ran out on \S+|is unused)|^\S+/.exec(finding(message)) ?? [];
            return `${level} ${rule}: ${said}`;
        })
        .sort();
}

/** A section of a stack's file as a record of records. */
type Entries = Record<string, Record<string, unknown>>;

describe("homelab stops at preview, before anything is created", () => {
    needsEngine();

    test("when nobody accepts its risks: each component that stops something alone is named", { timeout }, async () => {
        const rehearsal = await rehearsed("homelab", { acceptedRisks: undefined });
        stoppedAtPreview(rehearsal);
        expect(reasons(rehearsal)).toEqual([
            "mandatory spof: ceph-data",
            "mandatory spof: ceph-mon",
            "mandatory spof: hypervisor-node/pve",
            "mandatory spof: machine/c0",
            "mandatory spof: machine/w0",
        ]);
        const risks = stackSections("homelab").acceptedRisks as readonly { readonly component: string }[];
        const accepted = risks.map(({ component }) => `mandatory spof: ${component}`).sort();
        expect(reasons(rehearsal), "exactly what the stack's file accepts").toEqual(accepted);
    });

    test("when an acceptance has run out, and when one is for a component that is not there", { timeout }, async () => {
        const risks = stackSections("homelab").acceptedRisks as readonly Record<string, unknown>[];
        const renewed = risks.map((risk) =>
            risk.component === "machine/c0" ? { ...risk, until: "2020-01-01" } : risk,
        );
        const nobody = { component: "machine/nobody", reason: "It was there once.", owner: "me", until: "2099-12-31" };
        const rehearsal = await rehearsed("homelab", { acceptedRisks: [...renewed, nobody] });
        stoppedAtPreview(rehearsal);
        expect(reasons(rehearsal)).toEqual([
            "mandatory spof-accepted-risks: the accepted risk machine/c0 ran out on 2020-01-01",
            "mandatory spof-accepted-risks: the accepted risk machine/nobody is unused",
            "mandatory spof: machine/c0",
        ]);
    });
});

describe("homelab-ha stops at preview, before anything is created", () => {
    needsEngine();
    const { storage, apps, machines, hypervisor } = stackSections("homelab-ha") as Record<string, Entries>;

    test("with two monitors and two copies, and a single RabbitMQ", { timeout }, async () => {
        const rehearsal = await rehearsed("homelab-ha", {
            storage: { ...storage, monitors: ["w0", "w1"], size: 2, minSize: 1 },
            apps: { ...apps, rabbitmq: { ...apps?.rabbitmq, replicas: 1 } },
        });
        stoppedAtPreview(rehearsal);
        expect(reasons(rehearsal)).toEqual([
            "mandatory spof: ceph-data",
            "mandatory spof: ceph-mon",
            "mandatory spof: rabbitmq",
        ]);
    });

    test("with all machines on one host that is big enough for them", { timeout }, async () => {
        const together = Object.entries(machines ?? {}).map(([name, each]) => [name, { ...each, host: "pve-0" }]);
        const nodes = { ...hypervisor?.nodes, "pve-0": { memoryGiB: 96 } };
        const rehearsal = await rehearsed("homelab-ha", {
            machines: Object.fromEntries(together),
            hypervisor: { ...hypervisor, nodes },
        });
        stoppedAtPreview(rehearsal);
        expect(reasons(rehearsal)).toEqual(["mandatory spof: hypervisor-node/pve-0"]);
        const [said = ""] = rehearsal.policy.violations.map(({ message }) => finding(message));
        for (const service of ["etcd", "kubernetes-api", "ceph-mon", "ceph-data", "postgresql", "rabbitmq"]) {
            expect(said, "with all that stands on it").toContain(service);
        }
    });
});
