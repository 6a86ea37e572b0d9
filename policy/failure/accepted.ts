/** Accepted risks: which of them hold on a day, and which have to be looked at again. */

import type { AcceptedRisk } from "../facts";
import type { FailureModel } from "./model";
import type { Weaknesses } from "./weaknesses";

/** What the accepted risks of a stack come to. */
export interface RiskVerdicts {
    /** Components whose risk is accepted today. */
    readonly accepted: ReadonlySet<string>;
    /** Entries past their last day. */
    readonly expired: readonly AcceptedRisk[];
    /** Entries that nothing in the stack answers to, with the reason. */
    readonly unused: readonly { readonly risk: AcceptedRisk; readonly because: string }[];
}

/** Judges each entry. The last day counts as accepted. */
export function riskVerdicts(
    model: FailureModel,
    { edges, flaws }: Weaknesses,
    risks: readonly AcceptedRisk[],
    today: string,
): RiskVerdicts {
    const weak = new Set([
        ...edges.keys(),
        ...[...edges.values()].flatMap((services) => [...services]),
        ...flaws.map(({ service }) => service),
    ]);
    const accepted = new Set<string>();
    const expired: AcceptedRisk[] = [];
    const unused: { risk: AcceptedRisk; because: string }[] = [];
    for (const risk of risks) {
        if (!weak.has(risk.component)) {
            const exists = model.domains.has(risk.component) || model.services.has(risk.component);
            unused.push({
                risk,
                because: exists ? "it is no single point of failure" : "the stack has no component of that name",
            });
        } else if (risk.until < today) {
            expired.push(risk);
        } else {
            accepted.add(risk.component);
        }
    }
    return { accepted, expired, unused };
}
