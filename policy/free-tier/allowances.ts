/** What Oracle gives for nothing, by date: data, each with the day it took effect and where the figures come from. */

/** The kind of Oracle account: whether it can be charged. */
export type AccountType = "payg" | "always-free";

/** Limits of one allowance. A field that is undefined means that the allowance names no such limit. */
export interface Allowance {
    /** How a stack names it (`strata:allowance`). */
    readonly name: string;
    /** First day it is in force, ISO date. */
    readonly since: string;
    /** Where the figures come from. */
    readonly source: string;
    /** Compute instances together, of all free shapes. */
    readonly instances: number;
    /** Ampere A1 instances; undefined where only the OCPUs limit them. */
    readonly a1Instances: number | undefined;
    /** Ampere A1 OCPUs together. */
    readonly a1Ocpus: number;
    /** Ampere A1 memory together, GB. */
    readonly a1MemoryGb: number;
    /** Free A1 OCPU hours a month; billing counts hours, not machines. */
    readonly a1OcpuHours: number;
    /** Free A1 memory, GB hours a month. */
    readonly a1MemoryGbHours: number;
    /** Instances of VM.Standard.E2.1.Micro. */
    readonly microInstances: number;
    /** Boot and block volumes together, GB. */
    readonly storageGb: number;
    /** Backups of volumes, boot and block together. */
    readonly volumeBackups: number;
    /** Reserved public addresses. */
    readonly reservedIps: number;
    /** Object storage of all tiers together, GB, in an account that cannot be charged. */
    readonly objectStorageGb: number;
    /** Object storage of the Standard tier, GB, in an account that can: what images are put into. */
    readonly paidObjectStorageGb: number;
    /** Virtual cloud networks. */
    readonly vcns: number;
    /** Flexible load balancers. */
    readonly loadBalancers: number;
    /** Bandwidth of the flexible load balancer, Mbps. */
    readonly loadBalancerMbps: number;
    /** Network load balancers. */
    readonly networkLoadBalancers: number;
    /** Versions of keys that an HSM keeps, over all vaults; keys in software are free however many. */
    readonly hsmKeyVersions: number;
}

/** Sum limits of the cost enforcement document, which no later change touched. */
const constant = {
    instances: 4,
    microInstances: 2,
    storageGb: 200,
    volumeBackups: 5,
    reservedIps: 2,
    objectStorageGb: 20,
    // The same page, "Object and Archive Storage": a paid account has 10 GB in each tier of its own instead.
    paidObjectStorageGb: 10,
    vcns: 2,
    loadBalancers: 1,
    loadBalancerMbps: 10,
    networkLoadBalancers: 1,
    // The same page, "Vault".
    hsmKeyVersions: 20,
} as const;

const freeTierPage =
    "Oracle, Always Free Resources (docs.oracle.com/en-us/iaas/Content/FreeTier/freetier_topic-Always_Free_Resources.htm)";

/** All allowances, oldest first. */
export const allowances: readonly [Allowance, ...Allowance[]] = [
    {
        ...constant,
        name: "2021",
        since: "2021-05-26",
        source: `${freeTierPage} as of 2021 to 2026-06-14: 3,000 OCPU hours and 18,000 GB hours a month; cost enforcement of the Oracle architecture document: count <= 4, OCPUs <= 4, memory <= 24 GB, storage <= 200 GB, 2 reserved IPs, objects 20 GB`,
        a1Instances: undefined,
        a1Ocpus: 4,
        a1MemoryGb: 24,
        a1OcpuHours: 3000,
        a1MemoryGbHours: 18_000,
    },
    {
        ...constant,
        name: "2026-06-15",
        since: "2026-06-15",
        source: `${freeTierPage} since 2026-06-15: 1,500 OCPU hours and 9,000 GB hours a month, one or two instances`,
        a1Instances: 2,
        a1Ocpus: 2,
        a1MemoryGb: 12,
        a1OcpuHours: 1500,
        a1MemoryGbHours: 9000,
    },
];

/** What an allowance comes to in an account of a kind: what is free of object storage goes by that. */
export function inAccount(allowance: Allowance, account: AccountType): Allowance {
    const { objectStorageGb, paidObjectStorageGb } = allowance;
    return { ...allowance, objectStorageGb: account === "payg" ? paidObjectStorageGb : objectStorageGb };
}

/** The allowance in force on a day (ISO date); the oldest one for days before any. */
export function allowanceOn(day: string): Allowance {
    return allowances.reduce((current, candidate) => (candidate.since <= day ? candidate : current), allowances[0]);
}

/** The allowance a stack names, or undefined. */
export function allowanceNamed(name: string): Allowance | undefined {
    return allowances.find((allowance) => allowance.name === name);
}
