/** What belongs to the tenancy itself: compartments, budgets and quotas. */
import { list, number, type Properties, text } from "../value";
import type { Oracle } from "./oracle";
import { parseStatement } from "./quota";
import { statementsInForce, writeQuota } from "./quotas-in-force";
import { type Fail, invalid, notFound, type OracleType } from "./type";

/** Refuses what lives in the tenancy's root only. */
function rootOnly(oracle: Oracle, inputs: Properties, what: string, source: string, fail: Fail): void {
    if (inputs.compartmentId !== oracle.site.tenancyId) {
        throw fail(invalid(`${what} must be created in the tenancy's root compartment`, source));
    }
}

/** A compartment. */
export const compartmentType: OracleType = {
    kind: "compartment",
    service: "Identity Compartment",
    noun: "Compartment",
    path: "/20160918/compartments",
    step: "oci/compartment",
    required: ["name", "description"],
    replaceOn: [],
    begin: (oracle, inputs, fail) => {
        const name = text(inputs, "name") ?? "";
        if (!/^[\w.-]{1,100}$/.test(name)) {
            throw fail(
                invalid(
                    `The compartment name '${name}' is invalid: letters, digits, periods, hyphens and underscores, 100 at most`,
                    "Oracle, API reference: CreateCompartmentDetails.name",
                ),
            );
        }
        const parent = text(inputs, "compartmentId") ?? oracle.site.tenancyId;
        if (
            oracle
                .all("compartment")
                .some(
                    ({ inputs: other }) =>
                        other.name === name && (other.compartmentId ?? oracle.site.tenancyId) === parent,
                )
        ) {
            throw fail({
                status: 409,
                code: "CompartmentAlreadyExists",
                message: `Compartment '${name}' already exists`,
                source: "Oracle, API reference: CreateCompartment",
            });
        }
        return { state: "ACTIVE", isAccessible: true };
    },
    end: (oracle, thing, fail) => {
        // Without enableDelete the provider forgets the compartment and leaves it standing (identity_compartment, Delete).
        if (thing.inputs.enableDelete !== true) {
            return false;
        }
        const left = [...oracle.things.values()].find(
            ({ inputs, owned }) => owned && inputs.compartmentId === thing.id,
        );
        if (left !== undefined) {
            throw fail({
                status: 409,
                code: "Conflict",
                message: `Compartment ${thing.id} cannot be deleted: it holds ${left.type.service} ${left.id}`,
                source: 'Oracle, "Deleting Compartments": a compartment must be empty',
            });
        }
        return true;
    },
};

const budgets = "Oracle, API reference: CreateBudgetDetails; syscode-labs/oci-free-tier-manager: tofu/oci/main.tf";

/** A budget, which only tells. */
export const budgetType: OracleType = {
    kind: "budget",
    service: "Budget Budget",
    noun: "Budget",
    path: "/20190111/budgets",
    step: "oci/cost-guard",
    required: ["compartmentId", "amount", "resetPeriod"],
    replaceOn: ["compartmentId", "targetCompartmentId", "targetType", "targets"],
    begin: (oracle, inputs, fail) => {
        rootOnly(oracle, inputs, "A budget", budgets, fail);
        checkAmount(inputs, fail);
        for (const target of list(inputs, "targets")) {
            if (inputs.targetType === "COMPARTMENT" && (typeof target !== "string" || !oracle.hasCompartment(target))) {
                throw fail(notFound);
            }
        }
        return { state: "ACTIVE", actualSpend: 0, forecastedSpend: 0 };
    },
    change: (_oracle, _thing, inputs, fail) => {
        checkAmount(inputs, fail);
        return {};
    },
    end: (oracle, thing) => {
        for (const rule of oracle.all("budgetalertrule").filter(({ inputs }) => inputs.budgetId === thing.id)) {
            oracle.things.delete(rule.id);
        }
        return true;
    },
};

function checkAmount(inputs: Properties, fail: Fail): void {
    const amount = number(inputs, "amount") ?? 0;
    if (!Number.isInteger(amount) || amount < 1) {
        throw fail(invalid(`The budget amount ${amount} is invalid: it must be a whole number of at least 1`, budgets));
    }
}

/** An alert of a budget. */
export const budgetRuleType: OracleType = {
    kind: "budgetalertrule",
    service: "Budget Alert Rule",
    noun: "AlertRule",
    path: "/20190111/budgets/alertRules",
    step: "oci/cost-guard",
    required: ["budgetId", "threshold", "thresholdType", "type"],
    replaceOn: ["budgetId"],
    begin: (oracle, inputs, fail) => {
        oracle.need("budget", inputs, "budgetId", fail);
        const recipients = (text(inputs, "recipients") ?? "").split(/[\s,;]+/).filter((recipient) => recipient !== "");
        const stranger = recipients.find((recipient) => !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(recipient));
        if (stranger !== undefined) {
            throw fail(
                invalid(
                    `The recipient '${stranger}' is not an e-mail address`,
                    "Oracle, API reference: CreateAlertRuleDetails.recipients",
                ),
            );
        }
        const threshold = number(inputs, "threshold") ?? 0;
        if (threshold <= 0 || (inputs.thresholdType === "PERCENTAGE" && threshold > 10_000)) {
            throw fail(
                invalid(
                    `The threshold ${threshold} is invalid`,
                    "Oracle, API reference: CreateAlertRuleDetails.threshold",
                ),
            );
        }
        return { state: "ACTIVE" };
    },
};

function checkStatements(oracle: Oracle, inputs: Properties, fail: Fail): Properties {
    const source = 'Oracle, "Quota Policy Syntax"';
    for (const statement of list(inputs, "statements")) {
        const read = parseStatement(typeof statement === "string" ? statement : "");
        if (typeof read === "string") {
            throw fail(invalid(read, source));
        }
        const name = read.compartment?.split(":").at(-1);
        const names = [
            ...oracle.all("compartment").map((compartment) => text(compartment.inputs, "name")),
            ...Object.values(oracle.site.compartments ?? {}),
        ];
        if (name !== undefined && !names.includes(name)) {
            throw fail(invalid(`The compartment '${name}' of the quota's statements does not exist`, source));
        }
    }
    return { state: "ACTIVE" };
}

/** A quota policy, which stops. */
export const quotaType: OracleType = {
    kind: "quota",
    service: "Limits Quota",
    noun: "Quota",
    path: "/20181025/quotas",
    step: "oci/cost-guard",
    required: ["compartmentId", "description", "name", "statements"],
    replaceOn: ["compartmentId", "name"],
    begin: (oracle, inputs, fail) => {
        rootOnly(oracle, inputs, "A quota", "Oracle, API reference: CreateQuotaDetails.compartmentId", fail);
        return checkStatements(oracle, inputs, fail);
    },
    made: (oracle, thing) => writeQuota(oracle, thing, []),
    change: (oracle, thing, inputs, fail) => {
        const computed = checkStatements(oracle, inputs, fail);
        writeQuota(oracle, thing, statementsInForce(oracle, thing));
        return computed;
    },
};
