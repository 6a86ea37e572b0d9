/** What a stack costs that is judged by an allowance which is no longer in force. */

import type { Graph } from "../graph";
import { type Allowance, allowanceOn } from "./allowances";
import { costOf, type MonthlyCost } from "./prices";

/** The bill under the allowance of the day. */
export interface CostInForce {
    readonly allowance: Allowance;
    readonly cost: MonthlyCost;
}

/**
 * The bill of a stack under the allowance in force on a day (ISO date); undefined where the one it is judged by is
 * that one.
 */
export function costInForce(graph: Graph, judgedBy: Allowance, day: string): CostInForce | undefined {
    // What is free of object storage goes by the account, which is the same.
    const { objectStorageGb } = judgedBy;
    const allowance = { ...allowanceOn(day), objectStorageGb };
    return judgedBy.since >= allowance.since ? undefined : { allowance, cost: costOf(graph, allowance) };
}
