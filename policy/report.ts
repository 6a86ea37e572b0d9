/** What reports ask of the pack: pure functions over plain resources, for instance those of an exported state. */

import type { AcceptedRisk } from "./facts";
import { type FailureReport, reportOf } from "./failure/report";
import { type AccountType, type Allowance, allowanceNamed, allowanceOn, inAccount } from "./free-tier/allowances";
import { isOracle } from "./free-tier/free-types";
import { type MeterId, metersOf } from "./free-tier/meters";
import { costOf, type MonthlyCost } from "./free-tier/prices";
import { type CostInForce, costInForce } from "./free-tier/superseded";
import { graphOfPlain, type PlainResource } from "./graph";

export type { ComponentRow, FailureReport, PairRow } from "./failure/report";
export type { SpofFinding } from "./failure/weaknesses";
export type { CostLine, MonthlyCost } from "./free-tier/prices";
export type { CostInForce } from "./free-tier/superseded";
export type { PlainResource } from "./graph";

/** One free-tier limit and what the stack uses of it. */
export interface FreeTierRow {
    readonly id: MeterId;
    /** How a report names it, e.g. "Ampere A1 OCPUs". */
    readonly limit: string;
    /** `GB`, `OCPU`, or empty for counts. */
    readonly unit: string;
    readonly used: number;
    readonly max: number;
    /** Names of the resources that use it. */
    readonly resources: readonly string[];
    /** What could not be known; `used` is then a lower bound. */
    readonly unknown: readonly string[];
}

/** What stops with what, who accepted it, and what is left to mend, on a day (ISO date). */
export function failureReport(
    resources: readonly PlainResource[],
    acceptedRisks: readonly AcceptedRisk[],
    today: string,
): FailureReport {
    return reportOf(graphOfPlain(resources), acceptedRisks, today);
}

/** The meters of a stack under an allowance; none where it has nothing of Oracle. */
export function freeTierMeters(resources: readonly PlainResource[], allowance: Allowance): FreeTierRow[] {
    if (!resources.some(({ type }) => isOracle(type))) {
        return [];
    }
    return metersOf(graphOfPlain(resources), allowance).flatMap((meter) =>
        meter.max === undefined
            ? []
            : [
                  {
                      id: meter.id,
                      limit: meter.limit,
                      unit: meter.unit,
                      used: Math.round(meter.used * 100) / 100,
                      max: meter.max,
                      resources: [...new Set(meter.uses.map(({ resource }) => resource.name))],
                      unknown: [...new Set(meter.blind.map(({ resource, path }) => `${resource.name}: ${path}`))],
                  },
              ],
    );
}

/** What the stack costs a month under an allowance, from the dated price table. */
export function monthlyCost(resources: readonly PlainResource[], allowance: Allowance): MonthlyCost {
    return costOf(graphOfPlain(resources), allowance);
}

/**
 * What a stack costs under the allowance in force on the day (ISO date), where it is judged by one that no longer is;
 * undefined where it is judged by that one, or has nothing of Oracle.
 */
export function monthlyCostInForce(
    resources: readonly PlainResource[],
    judgedBy: Allowance,
    today: string,
): CostInForce | undefined {
    return resources.some(({ type }) => isOracle(type))
        ? costInForce(graphOfPlain(resources), judgedBy, today)
        : undefined;
}

/**
 * The allowance a stack names, else the one in force on the day (ISO date), as it is in the stack's account; where that
 * is not said, in one that can be charged.
 */
export function allowanceFor(name: string | undefined, today: string, account: AccountType = "payg"): Allowance {
    return inAccount((name === undefined ? undefined : allowanceNamed(name)) ?? allowanceOn(today), account);
}
