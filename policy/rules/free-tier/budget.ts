import type { Graph, Resource } from "../../graph";
import { known, readNumber, readText } from "../../reading";
import { cannotKnow, type Finding, type Settings, type StackRule } from "../../rule";
import { hasOracle } from "./scope";

const BUDGET = "oci:Budget/budget:Budget";
const ALERT = "oci:Budget/rule:Rule";

/** The document's threshold: any charge. */
const THRESHOLD_USD = 0.01;

/** Somebody is told of the first cent. */
export const budget: StackRule = {
    id: "free-tier-budget",
    title: "A budget tells of the first cent",
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "stack",
    why: "Nothing else says that something has begun to cost: the bill comes at the end of the month.",
    limit: "A budget with an alert rule on actual spend at $0.01 or less, with at least one recipient (cost enforcement of the architecture document: Budget Alert $0.01, email on any charge).",
    fix: "Add an `oci:Budget/budget:Budget` of amount 1 in the tenancy's root compartment and an `oci:Budget/rule:Rule` with type ACTUAL, thresholdType PERCENTAGE, threshold 1 and recipients.",
    onUnknown: "fail",
    options: {
        thresholdUsd: {
            type: "number",
            default: THRESHOLD_USD,
            description: "Highest charge at which the alert must have come, in the tenancy's currency.",
        },
        elsewhere: {
            type: "boolean",
            default: false,
            description: "True where another stack of the tenancy owns the budget.",
        },
    },
    judge,
};

function judge(graph: Graph, settings: Settings): Finding[] {
    if (!hasOracle(graph, settings) || settings.options.elsewhere === true) {
        return [];
    }
    const budgets = graph.resources.filter((resource) => resource.type === BUDGET);
    if (budgets.length === 0) {
        const first = graph.resources.find((resource) => resource.type.startsWith("oci:"));
        return [
            {
                message: `the stack has Oracle resources (${first?.name ?? "none"} and others) and no budget; add a budget with an alert at $${THRESHOLD_USD}.`,
            },
        ];
    }
    const limit = typeof settings.options.thresholdUsd === "number" ? settings.options.thresholdUsd : THRESHOLD_USD;
    const alerts = graph.resources.filter((resource) => resource.type === ALERT);
    const verdicts = alerts.map((alert) => verdictOn(alert, budgetOf(graph, alert, budgets), limit));
    if (verdicts.some((verdict) => verdict === undefined)) {
        return [];
    }
    if (verdicts.length === 0) {
        return budgets.map((each) => ({
            urn: each.urn,
            message: `${each.name}: the budget has no alert rule; add one at $${limit} with a recipient.`,
        }));
    }
    return verdicts.flatMap((verdict) => verdict ?? []);
}

/** The budget an alert belongs to: the one it depends on, or the only one there is. */
function budgetOf(graph: Graph, alert: Resource, budgets: readonly Resource[]): Resource | undefined {
    const urns = [...(alert.propertyDependencies.budgetId ?? []), ...alert.dependencies];
    const named = urns.map((urn) => graph.byUrn.get(urn)).find((resource) => resource?.type === BUDGET);
    return named ?? (budgets.length === 1 ? budgets[0] : undefined);
}

/** Undefined where the alert does what it must; otherwise what is wrong with it. */
function verdictOn(alert: Resource, of: Resource | undefined, limit: number): Finding | undefined {
    const type = readText(alert, "type");
    const kind = readText(alert, "thresholdType");
    const threshold = readNumber(alert, "threshold");
    const recipients = readText(alert, "recipients");
    const amount = of === undefined ? ({ state: "unknown", path: "budgetId" } as const) : readNumber(of, "amount");
    for (const [reading, path] of [
        [type, "type"],
        [kind, "thresholdType"],
        [threshold, "threshold"],
        [recipients, "recipients"],
        [kind.state === "known" && kind.value === "ABSOLUTE" ? threshold : amount, "the budget's amount"],
    ] as const) {
        if (reading.state === "unknown") {
            return cannotKnow(alert, path, "whether the alert comes with the first cent");
        }
    }
    const says = (message: string): Finding => ({ urn: alert.urn, message: `${alert.name}: ${message}` });
    if (known(type) !== "ACTUAL") {
        return says("the alert is on a forecast; set type to ACTUAL, or add a second rule.");
    }
    if ((known(recipients) ?? "").trim() === "") {
        return says("the alert has no recipients; name at least one e-mail address.");
    }
    const at =
        known(kind) === "ABSOLUTE"
            ? known(threshold)
            : ((known(threshold) ?? Number.NaN) / 100) * (known(amount) ?? Number.NaN);
    return at !== undefined && at <= limit + Number.EPSILON
        ? undefined
        : says(`the alert comes at $${at}; it must come at $${limit}.`);
}
