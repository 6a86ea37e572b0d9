/** The agreed form of a rehearsal's result, for other programs: versioned, and added to only. */
import { z } from "zod";
import type { Rehearsal } from "../rehearsal/engine/rehearsal";
import { type Judgement, spofRows } from "./judgement";

const changes = z.strictObject({
    create: z.int(),
    update: z.int(),
    replace: z.int(),
    delete: z.int(),
    same: z.int(),
});

const timed = z.strictObject({ name: z.string(), minutes: z.number() });

/** Version 1 of the form. */
export const reportSchema = z.strictObject({
    version: z.literal(1),
    stack: z.string(),
    ok: z.boolean(),
    engine: z.strictObject({ version: z.string(), source: z.string() }),
    phases: z.array(
        z.strictObject({
            name: z.string(),
            ok: z.boolean(),
            seconds: z.number(),
            changes,
            notes: z.array(z.string()),
            errors: z.array(z.string()),
        }),
    ),
    resources: z.int(),
    policy: z.strictObject({
        pack: z.string().nullable(),
        violations: z.array(
            z.strictObject({
                rule: z.string(),
                level: z.enum(["advisory", "mandatory", "unable"]),
                resource: z.string().nullable(),
                message: z.string(),
            }),
        ),
    }),
    timeline: z
        .strictObject({
            minutes: z.number(),
            sequentialMinutes: z.number(),
            criticalMinutes: z.number(),
            criticalPath: z.array(timed),
            phases: z.record(z.string(), z.number()),
        })
        .nullable(),
    spof: z.array(
        z.strictObject({
            component: z.string(),
            spof: z.boolean(),
            losesWhenDown: z.array(z.string()),
            mitigation: z.string(),
            accepted: z.boolean(),
        }),
    ),
    freeTier: z.array(z.strictObject({ limit: z.string(), used: z.number(), max: z.number() })),
    /** Under the declared allowance; `today` under the one in force, null where that is the declared one. */
    cost: z
        .strictObject({
            monthlyUsd: z.number(),
            today: z.strictObject({ allowance: z.string(), monthlyUsd: z.number() }).nullable(),
        })
        .nullable(),
    remains: z.array(z.string()),
    leaks: z.array(z.string()),
});

/** A rehearsal's result in the agreed form. */
export type Report = z.output<typeof reportSchema>;

/** Puts a rehearsal into the agreed form. */
export function reportOf(rehearsal: Rehearsal, judgement: Judgement | undefined): Report {
    const { timeline } = rehearsal;
    return {
        version: 1,
        stack: rehearsal.stack,
        ok: rehearsal.ok,
        engine: { version: rehearsal.engine.version, source: rehearsal.engine.source },
        phases: rehearsal.phases.map(({ name, ok, seconds, changes, notes, diagnostics }) => ({
            name,
            ok,
            seconds,
            changes: { ...changes },
            notes: [...notes],
            errors: diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
        })),
        resources: rehearsal.resources,
        policy: {
            pack: rehearsal.policy.pack === undefined ? null : "strata",
            violations: distinct(rehearsal.policy.violations).map(({ rule, level, resource, message }) => ({
                rule,
                level,
                resource: resource ?? null,
                message,
            })),
        },
        timeline:
            timeline === undefined
                ? null
                : {
                      minutes: timeline.makespanMinutes,
                      sequentialMinutes: timeline.sequentialMinutes,
                      criticalMinutes: timeline.criticalMinutes,
                      criticalPath: timeline.criticalPath.map(({ name, minutes }) => ({ name, minutes })),
                      phases: Object.fromEntries(
                          Object.entries(timeline.phases).map(([name, { minutes }]) => [name, minutes]),
                      ),
                  },
        spof: (judgement === undefined ? [] : spofRows(judgement.spof)).map((row) => ({
            component: row.component,
            spof: row.spof,
            losesWhenDown: [...row.losesWhenDown],
            mitigation: row.mitigation,
            accepted: row.accepted,
        })),
        freeTier: (judgement?.freeTier ?? []).map(({ limit, used, max }) => ({ limit, used, max })),
        cost: judgement === undefined ? null : costOf(judgement),
        remains: [...rehearsal.remains],
        leaks: [...rehearsal.leaks],
    };
}

function costOf({ cost, costToday }: Judgement): Report["cost"] {
    return {
        monthlyUsd: cost.monthlyUsd,
        today:
            costToday === undefined
                ? null
                : { allowance: costToday.allowance.name, monthlyUsd: costToday.cost.monthlyUsd },
    };
}

/** Each finding once, though every phase that runs the pack finds it again. */
export function distinct<T extends { readonly rule: string; readonly resource?: string; readonly message: string }>(
    violations: readonly T[],
): readonly T[] {
    const seen = new Set<string>();
    return violations.filter(({ rule, resource, message }) => {
        const key = JSON.stringify([rule, resource, message]);
        const fresh = !seen.has(key);
        seen.add(key);
        return fresh;
    });
}
