/** Oracle resources for test stacks. */

import type { Declared } from "./stack";

/** An A1 instance. */
export function a1(name: string, ocpus: unknown, memoryInGbs: unknown, bootGb: unknown = 50): Declared {
    return {
        type: "oci:Core/instance:Instance",
        name,
        inputs: {
            displayName: name,
            availabilityDomain: "AD-1",
            shape: "VM.Standard.A1.Flex",
            shapeConfig: { ocpus, memoryInGbs },
            sourceDetails: { sourceType: "image", bootVolumeSizeInGbs: bootGb },
        },
    };
}

/** An E2.1.Micro instance. */
export function micro(name: string, bootGb: unknown = 50): Declared {
    return {
        type: "oci:Core/instance:Instance",
        name,
        inputs: {
            displayName: name,
            availabilityDomain: "AD-1",
            shape: "VM.Standard.E2.1.Micro",
            sourceDetails: { sourceType: "image", bootVolumeSizeInGbs: bootGb },
        },
    };
}

/** The quota that an allowance asks for. */
export function quota(ocpus: number, memoryGb: number): Declared {
    return {
        type: "oci:Limits/quota:Quota",
        name: "quota",
        inputs: {
            compartmentId: "ocid1.tenancy.oc1..example",
            name: "free",
            description: "nothing that costs",
            statements: [
                "zero compute-core quotas in tenancy",
                "zero compute-memory quotas in tenancy",
                `set compute-core quota standard-a1-core-count to ${ocpus} in tenancy`,
                `set compute-core quota standard-a1-core-regional-count to ${ocpus} in tenancy`,
                `set compute-memory quota standard-a1-memory-count to ${memoryGb} in tenancy`,
                `set compute-memory quota standard-a1-memory-regional-count to ${memoryGb} in tenancy`,
                "set compute-core quota standard-e2-micro-core-count to 2 in tenancy",
                "set block-storage quota total-storage-gb to 200 in tenancy",
            ],
        },
    };
}

/** A budget of one, whose alert comes at one percent. */
export const budget: readonly Declared[] = [
    {
        type: "oci:Budget/budget:Budget",
        name: "budget",
        inputs: { compartmentId: "ocid1.tenancy.oc1..example", amount: 1, resetPeriod: "MONTHLY" },
    },
    {
        type: "oci:Budget/rule:Rule",
        name: "alert",
        inputs: {
            budgetId: "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
            type: "ACTUAL",
            thresholdType: "PERCENTAGE",
            threshold: 1,
            recipients: "owner@example.org",
        },
        from: { budgetId: ["budget"] },
    },
];

/** What every free stack has. */
export const guard2021: readonly Declared[] = [quota(4, 24), ...budget];

/** The same under the allowance of 2026. */
export const guard2026: readonly Declared[] = [quota(2, 12), ...budget];

/** A volume. */
export function volume(name: string, sizeInGbs: unknown, more: Readonly<Record<string, unknown>> = {}): Declared {
    return {
        type: "oci:Core/volume:Volume",
        name,
        inputs: { ...(sizeInGbs === undefined ? {} : { sizeInGbs }), ...more },
    };
}

/** A reserved public address. */
export function reservedIp(name: string): Declared {
    return { type: "oci:Core/publicIp:PublicIp", name, inputs: { lifetime: "RESERVED" } };
}

/** An object of a declared size. */
export function object(name: string, gb: unknown): Declared {
    return { type: "oci:ObjectStorage/storageObject:StorageObject", name, inputs: { metadata: { "size-gb": gb } } };
}

/** The same resources, created after the quota. */
export function behindQuota(...stack: readonly Declared[]): Declared[] {
    return stack.map((each) => ({ ...each, after: [...(each.after ?? []), "quota"] }));
}
