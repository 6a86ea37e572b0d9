/** What the policy pack's reports say about a stack's state. */
import type { AcceptedRisk } from "../policy/facts";
import {
    allowanceFor,
    type ComponentRow,
    type CostInForce,
    type FailureReport,
    type FreeTierRow,
    failureReport,
    freeTierMeters,
    type MonthlyCost,
    monthlyCost,
    monthlyCostInForce,
    type PlainResource,
} from "../policy/report";
import { type Deployment, nameOf, resourcesOf } from "../rehearsal/engine/deployment";
import type { StackConfig } from "../rehearsal/engine/rehearsal";

/** The pack's reports on one stack. */
export interface Judgement {
    readonly spof: FailureReport;
    /** Empty where the stack has nothing of Oracle. */
    readonly freeTier: readonly FreeTierRow[];
    /** Under the allowance the stack declares. */
    readonly cost: MonthlyCost;
    /** Under the allowance of today, where the declared one is no longer in force; undefined where it is. */
    readonly costToday: CostInForce | undefined;
}

/** The resources of a state as the pack takes them. */
export function plainResources(deployment: Deployment): PlainResource[] {
    return resourcesOf(deployment).map((resource) => ({
        urn: resource.urn,
        type: resource.type,
        name: nameOf(resource.urn),
        props: resource.outputs ?? {},
        inputs: resource.inputs ?? {},
        dependencies: resource.dependencies ?? [],
        protect: resource.protect ?? false,
        propertyDependencies: Object.fromEntries(
            Object.entries(resource.propertyDependencies ?? {}).map(([property, urns]) => [property, urns ?? []]),
        ),
        ...(resource.parent === undefined ? {} : { parent: resource.parent }),
    }));
}

/** Judges a state by what its stack declares: accepted risks, and the allowance it names. */
export function judge(deployment: Deployment, config: StackConfig, today: string): Judgement {
    const resources = plainResources(deployment);
    const risks = (config["strata:acceptedRisks"]?.value ?? []) as readonly AcceptedRisk[];
    const named = config["strata:allowance"]?.value;
    const account = config["strata:accountType"]?.value === "always-free" ? "always-free" : "payg";
    const allowance = allowanceFor(typeof named === "string" ? named : undefined, today, account);
    return {
        spof: failureReport(resources, risks, today),
        freeTier: freeTierMeters(resources, allowance),
        cost: monthlyCost(resources, allowance),
        costToday: monthlyCostInForce(resources, allowance, today),
    };
}

/** The rows worth a reader's time: every single point of failure, and every service whatever its verdict. */
export function spofRows(report: FailureReport): readonly ComponentRow[] {
    return report.components.filter(({ spof, kind, flaws }) => spof || kind === "service" || flaws.length > 0);
}

/** Today in the form risks and allowances are dated: `2027-06-30`. */
export function today(now = new Date()): string {
    return now.toISOString().slice(0, 10);
}
