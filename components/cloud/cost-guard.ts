/** What keeps an Oracle tenancy at $0.00: a budget that tells, and a quota that stops. */
import * as budget from "@pulumi/oci/budget";
import * as limits from "@pulumi/oci/limits";
import * as pulumi from "@pulumi/pulumi";

/** How much of Ampere, Micro and block storage a stack may use. */
export interface Allowance {
    /** The region all of it is in, e.g. `eu-frankfurt-1`; in every other there is nothing. */
    readonly region: string;
    /** Ampere A1 cores, whole. */
    readonly ocpus: number;
    /** Ampere A1 memory. */
    readonly memoryGiB: number;
    /** VM.Standard.E2.1.Micro instances; each is one core of its own quota. */
    readonly micros: number;
    /** Boot and block volumes together, by the full name of the availability domain; none in the others. */
    readonly storageGiB: Readonly<Record<string, number>>;
}

/** What the guard needs. */
export interface CostGuardArgs {
    /** The tenancy's root compartment: budgets and quotas live nowhere else. */
    readonly tenancyId: pulumi.Input<string>;
    /** The compartment whose charges are watched. */
    readonly compartmentId: pulumi.Input<string>;
    /** Its name, as quota statements name it; undefined: the quota covers the whole tenancy. */
    readonly compartmentName?: string;
    readonly allowance: Allowance;
    /** Who is told of a charge; at least one address. */
    readonly recipients: readonly string[];
}

/**
 * The statements that leave nothing but the allowance: first everything to zero, then what is free set again. Zeroing
 * a family takes its regional counts as well, and a launch needs both, so both are set (Oracle: compute quotas,
 * `standard-a1-core-count` per availability domain, `standard-a1-core-regional-count` per region). Storage is counted in
 * each availability domain and has no regional count (Oracle, Block Volume Quotas): one figure for all of them would
 * allow it as often as there are domains.
 */
export function quotaStatements(allowance: Allowance, compartmentName?: string): string[] {
    const where = compartmentName === undefined ? "in tenancy" : `in compartment ${compartmentName}`;
    const { region, ocpus, memoryGiB, micros, storageGiB } = allowance;
    const here = `${where} where request.region = '${region}'`;
    return [
        `zero compute-core quotas ${where}`,
        `zero compute-memory quotas ${where}`,
        `zero block-storage quota total-storage-gb ${where}`,
        `set compute-core quota standard-a1-core-count to ${ocpus} ${here}`,
        `set compute-core quota standard-a1-core-regional-count to ${ocpus} ${here}`,
        `set compute-memory quota standard-a1-memory-count to ${memoryGiB} ${here}`,
        `set compute-memory quota standard-a1-memory-regional-count to ${memoryGiB} ${here}`,
        `set compute-core quota standard-e2-micro-core-count to ${micros} ${here}`,
        ...Object.entries(storageGiB)
            .sort(([a], [b]) => a.localeCompare(b))
            .map(
                ([domain, gib]) =>
                    `set block-storage quota total-storage-gb to ${gib} ${where} where request.ad = '${domain}'`,
            ),
    ];
}

/**
 * A budget whose alert fires at the first cent, and a quota that refuses every instance and volume beyond the allowance;
 * of other services that cost, only the budget tells. It does so a day late; the quota is the hard stop, so instances
 * depend on this component. A quota that was just written counts after up to ten minutes (Oracle, "Creating a Quota"):
 * until then the policy pack alone has looked at what is launched.
 */
export class CostGuard extends pulumi.ComponentResource {
    /** What instances wait for. */
    readonly quota: limits.Quota;

    constructor(name: string, args: CostGuardArgs, opts?: pulumi.ComponentResourceOptions) {
        super("strata:cloud:CostGuard", name, {}, opts);
        const own = { parent: this };
        if (args.recipients.length === 0) {
            throw new pulumi.ResourceError("recipients must name at least one e-mail address", this, true);
        }
        const watched = new budget.Budget(
            `${name}-budget`,
            {
                compartmentId: args.tenancyId,
                displayName: name,
                description: "Nothing of this stack may cost anything",
                // The API takes whole amounts only; the alert below makes a cent of it.
                amount: 1,
                resetPeriod: "MONTHLY",
                targetType: "COMPARTMENT",
                targets: [args.compartmentId],
            },
            own,
        );
        new budget.Rule(
            `${name}-any-charge`,
            {
                budgetId: watched.id,
                displayName: "any-charge",
                type: "ACTUAL",
                thresholdType: "PERCENTAGE",
                // 1 % of 1 is the document's $0.01.
                threshold: 1,
                recipients: args.recipients.join(","),
                message:
                    "Something of this stack costs money. It should cost nothing: see the tenancy's cost analysis.",
            },
            own,
        );
        this.quota = new limits.Quota(
            `${name}-quota`,
            {
                compartmentId: args.tenancyId,
                name,
                description: "Refuses instances and volumes that are not Always Free",
                statements: quotaStatements(args.allowance, args.compartmentName),
            },
            // What watches stands before anything it could watch. And a statement that names the compartment needs it: the
            // budget's target waits for it, so the quota waits for that.
            { ...own, dependsOn: [watched] },
        );
        this.registerOutputs({});
    }
}
