import { Resource } from "./resource";

/** Root compartment of the tenancy of these programs. */
export const tenancy = "ocid1.tenancy.oc1..example";

/** Quota and budget, as today's allowance asks for them. */
export function guard(withBudget = true): Resource {
    const quota = new Resource("oci:Limits/quota:Quota", "hard-stop", {
        compartmentId: tenancy,
        name: "free",
        description: "Nothing that costs",
        statements: [
            "zero compute-core quotas in tenancy",
            "zero compute-memory quotas in tenancy",
            "set compute-core quota standard-a1-core-count to 2 in tenancy",
            "set compute-core quota standard-a1-core-regional-count to 2 in tenancy",
            "set compute-memory quota standard-a1-memory-count to 12 in tenancy",
            "set compute-memory quota standard-a1-memory-regional-count to 12 in tenancy",
            "set compute-core quota standard-e2-micro-core-count to 2 in tenancy",
            "set block-storage quota total-storage-gb to 200 in tenancy",
        ],
    });
    if (withBudget) {
        const budget = new Resource("oci:Budget/budget:Budget", "budget", {
            compartmentId: tenancy,
            amount: 1,
            resetPeriod: "MONTHLY",
        });
        new Resource("oci:Budget/rule:Rule", "first-cent", {
            budgetId: budget.id,
            type: "ACTUAL",
            thresholdType: "PERCENTAGE",
            threshold: 1,
            recipients: "owner@example.org",
        });
    }
    return quota;
}
