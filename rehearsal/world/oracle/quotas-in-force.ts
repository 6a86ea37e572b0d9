/** Quota policies count as they were last written only after a while; what counts until then. */
import type { Operation } from "../behaviour";
import { list, type Properties } from "../value";
import { oracleDurations } from "./durations";
import type { Oracle } from "./oracle";
import { parseStatement, type QuotaStatement } from "./quota";
import type { Thing } from "./type";

const step = "oci/quota-in-force";
const { minutes: lag = 0 } = oracleDurations[step] ?? {};

/** The statements of a quota policy, read. */
function statementsOf(inputs: Properties): QuotaStatement[] {
    return list(inputs, "statements").flatMap((statement) => {
        const read = typeof statement === "string" ? parseStatement(statement) : "";
        return typeof read === "string" ? [] : [read];
    });
}

/** A policy that was written not long ago. */
export interface QuotaChange {
    /** World minute of the writing. */
    readonly at: number;
    /** What counted before; nothing where there was none. */
    readonly before: readonly QuotaStatement[];
}

/** Minutes until a policy counts as it was last written; 0 where it does. */
function minutesLeft(oracle: Oracle, { id }: Thing): number {
    const change = oracle.quotaChanges.get(id);
    return change === undefined ? 0 : Math.max(0, change.at + lag - oracle.around.clock.now);
}

/** The statements of a policy that count now. */
export function statementsInForce(oracle: Oracle, quota: Thing): readonly QuotaStatement[] {
    return minutesLeft(oracle, quota) > 0
        ? (oracle.quotaChanges.get(quota.id)?.before ?? [])
        : statementsOf(quota.inputs);
}

/** Notes that a policy is written: what counts now does so for a while. */
export function writeQuota(oracle: Oracle, quota: Thing, before: readonly QuotaStatement[]): void {
    oracle.quotaChanges.set(quota.id, { at: oracle.around.clock.now, before });
}

/**
 * Lets the time pass until every policy counts, where one that does not yet has refused a launch: in a rehearsal nobody
 * pauses between two tries, so who asks again has waited here.
 */
export async function waitForQuotas(oracle: Oracle, refusal: unknown, operation: Operation): Promise<void> {
    if (refusal instanceof Error && refusal.message.includes("QuotaExceeded")) {
        const left = Math.max(0, ...oracle.all("quota").map((quota) => minutesLeft(oracle, quota)));
        if (left > 0) {
            await operation.takes(step, left / lag);
        }
    }
}
