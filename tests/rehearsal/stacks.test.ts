/** Every stack on the real engine: each phase green, and what rules judge the same before anything exists and after. */
import { beforeEach, describe, expect, test } from "vitest";
import program from "../../index";
import { plainResources } from "../../operations/judgement";
import { policyPack } from "../../operations/rehearse-stack";
import { projectName, rehearsedConfig, stackNames } from "../../operations/stack";
import type { AcceptedRisk } from "../../policy/facts";
import { failureReport } from "../../policy/report";
import type { PhaseName, Rehearsal } from "../../rehearsal/engine/rehearsal";
import { rehearse } from "../../rehearsal/engine/rehearse";
import { siteOf } from "../../rehearsal/sites";
import { needsEngine } from "../harness/engine";
import { stackSections } from "../harness/stack-config";
import { firstPreview } from "../unit/policy/stacks/first-preview";

/** Violations of a phase, without their phase. */
function violations({ policy }: Rehearsal, asked: PhaseName) {
    return policy.violations.filter(({ phase }) => phase === asked).map(({ phase: _, ...rest }) => rest);
}

describe.each(stackNames())("%s", (stack) => {
    needsEngine();
    let done: Promise<Rehearsal> | undefined;
    let rehearsal: Rehearsal;
    beforeEach(async () => {
        const site = siteOf(stack);
        const config = rehearsedConfig(stack, site);
        done ??= rehearse({ program, project: projectName, stack, config, site, policyPack });
        rehearsal = await done;
    }, 300_000);

    test("goes through every phase under the pack, and leaves nothing behind", () => {
        expect(rehearsal.phases.filter(({ ok }) => !ok)).toEqual([]);
        expect(rehearsal.ok).toBe(true);
        expect([rehearsal.remains, rehearsal.leaks, rehearsal.generic]).toEqual([[], [], []]);
        expect(rehearsal.policy.violations.filter(({ level }) => level !== "advisory")).toEqual([]);
    });

    test("is judged from known values at its first preview, and as its final state is", async () => {
        const said = rehearsal.policy.violations.map(({ level, rule }) => `${level} ${rule}`);
        expect(said.filter((each) => /^(unable|mandatory) | unknown-values$/.test(each))).toEqual([]);
        expect(violations(rehearsal, "preview")).toEqual(violations(rehearsal, "up"));

        const risks = (stackSections(stack).acceptedRisks ?? []) as readonly AcceptedRisk[];
        const [before, after] = [
            await firstPreview(stack),
            rehearsal.deployment === undefined ? [] : plainResources(rehearsal.deployment),
        ].map((resources) => failureReport(resources, risks, "2026-07-01"));
        expect(before?.components.length).toBeGreaterThan(5);
        expect(before?.unknown).toEqual([]);
        expect(before).toEqual(after);
    });
});
