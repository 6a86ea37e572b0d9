/** One rule for each meter: what is used stays within the allowance. */

import { statSync } from "node:fs";
import { resolve } from "node:path";
import { type Meter, type MeterId, metersOf } from "../../free-tier/meters";
import type { Graph } from "../../graph";
import type { Finding, OnUnknown, Settings, StackRule } from "../../rule";
import { hasOracle } from "./scope";

interface Subject {
    readonly meter: MeterId;
    readonly title: string;
    readonly why: string;
    readonly limit: string;
    readonly fix: string;
    readonly onUnknown?: OnUnknown;
}

const seed = "cost enforcement of the architecture document";
const page = "Oracle, Always Free Resources";

const subjects: readonly Subject[] = [
    {
        meter: "instances",
        title: "Compute instances within the allowance",
        why: "Instances, instance pools and node pools draw on one allowance, and each machine needs a boot volume of at least 50 GB of the free 200 GB.",
        limit: `At most 4 instances of all kinds together (${seed}: count <= 4).`,
        fix: "Remove instances, or lower the size of a pool.",
    },
    {
        meter: "a1-instances",
        title: "Ampere A1 instances within the allowance",
        why: "Since 2026-06-15 the free Ampere pool is for one or two instances; Oracle terminates what exceeds it in Always Free tenancies and bills it in others.",
        limit: `2026-06-15: at most 2 A1 instances; 2021: limited by OCPUs only (${page}).`,
        fix: "Use one or two larger A1 instances, or move a small task to an E2.1.Micro.",
    },
    {
        meter: "micro-instances",
        title: "Micro instances within the allowance",
        why: "A third E2.1.Micro is an ordinary paid machine.",
        limit: `At most 2 instances of VM.Standard.E2.1.Micro (${page}).`,
        fix: "Remove Micro instances until two are left.",
    },
    {
        meter: "a1-ocpus",
        title: "Ampere OCPUs within the allowance",
        why: "OCPUs of all A1 instances, instance pools and node pools are summed by Oracle, over the whole tenancy.",
        limit: `2021: at most 4 OCPUs (${seed}: ocpus <= 4); 2026-06-15: at most 2 (${page}).`,
        fix: "Lower `shapeConfig.ocpus`, or remove machines.",
    },
    {
        meter: "a1-memory",
        title: "Ampere memory within the allowance",
        why: "Memory of all A1 machines is summed by Oracle, apart from their OCPUs.",
        limit: `2021: at most 24 GB (${seed}: ram <= 24 GB); 2026-06-15: at most 12 GB (${page}).`,
        fix: "Lower `shapeConfig.memoryInGbs`, or remove machines.",
    },
    {
        meter: "storage",
        title: "Boot and block volumes within the allowance",
        why: "Boot volumes count like block volumes, also where the program gives no size and Oracle makes 50 GB; a block volume without a size is 1,024 GB.",
        limit: `At most 200 GB together (${seed}: storage <= 200 GB).`,
        fix: "Give every volume a size, lower it, or remove volumes.",
    },
    {
        meter: "volume-backups",
        title: "Volume backups within the allowance",
        why: "Backups of boot and block volumes count together, and a schedule keeps as many as its retention holds.",
        limit: `At most 5 backups at a time (${page}).`,
        fix: "Shorten the retention of the schedule, or remove backups.",
    },
    {
        meter: "reserved-ips",
        title: "Reserved public addresses within the allowance",
        why: "Reserved addresses are counted whether they are attached or not.",
        limit: `At most 2 (${seed}: 2 reserved IPs).`,
        fix: "Use an ephemeral address where it need not stay the same.",
    },
    {
        meter: "object-storage",
        title: "Object storage within the allowance",
        why: "Objects and custom images share the free object storage. A bucket alone does not say what will be put into it.",
        limit: `At most 20 GB (${seed}: objects 20 GB) in an account that cannot be charged, 10 GB of the Standard tier in one that can (\`strata:accountType\`; Oracle, Always Free Resources).`,
        fix: 'Store less, or declare the sizes: object metadata or a free-form tag of the image `"size-gb": "1.5"`, or facts of the component. What is really there can only be read after deployment.',
        onUnknown: "warn",
    },
    {
        meter: "vcns",
        title: "Virtual cloud networks within the allowance",
        why: "Always Free tenancies get no more networks; a creation beyond the limit fails in the middle of an update.",
        limit: `At most 2 (${page}).`,
        fix: "Use subnets of one network.",
    },
    {
        meter: "load-balancers",
        title: "Flexible load balancers within the allowance",
        why: "A second load balancer is billed by the hour. Kubernetes services of type LoadBalancer make one each on OKE.",
        limit: `At most 1 (${page}).`,
        fix: "Put services behind one ingress controller, or use the network load balancer.",
    },
    {
        meter: "network-load-balancers",
        title: "Network load balancers within the allowance",
        why: "A second network load balancer is outside of the allowance.",
        limit: `At most 1 (${page}).`,
        fix: "Share one network load balancer by listeners.",
    },
    {
        meter: "hsm-key-versions",
        title: "Key versions in an HSM within the allowance",
        why: "Oracle keeps a key in an HSM unless the program says otherwise, and charges for each version beyond the free ones; keys in software cost nothing.",
        limit: `At most 20 versions over all vaults (${page}); each key counts as one, and one that rotates by itself is refused by free-tier-resource-types.`,
        fix: 'Set `protectionMode: "SOFTWARE"`, or remove keys.',
    },
];

/** The rules, one for each limit. */
export const meterRules: readonly StackRule[] = subjects.map(
    (subject): StackRule => ({
        id: `free-tier-${subject.meter}`,
        title: subject.title,
        family: "free-tier",
        level: "mandatory",
        severity: "high",
        scope: "stack",
        why: subject.why,
        limit: subject.limit,
        fix: subject.fix,
        onUnknown: subject.onUnknown ?? "fail",
        options: {
            max: {
                type: "number",
                description:
                    "A limit of your own instead of the allowance's, for example what other stacks of the tenancy leave over.",
            },
        },
        judge: (graph, settings) => judge(subject.meter, graph, settings),
    }),
);

const measured = new WeakMap<Graph, { readonly allowance: string; readonly meters: readonly Meter[] }>();

function judge(id: MeterId, graph: Graph, settings: Settings): Finding[] {
    if (!hasOracle(graph, settings)) {
        return [];
    }
    let latest = measured.get(graph);
    if (latest === undefined || latest.allowance !== settings.allowance.name) {
        latest = { allowance: settings.allowance.name, meters: metersOf(graph, settings.allowance, fileSize) };
        measured.set(graph, latest);
    }
    const meter = latest.meters.find((candidate) => candidate.id === id);
    if (meter === undefined) {
        return [];
    }
    const own = settings.options.max;
    return judgeMeter(meter, typeof own === "number" ? own : meter.max, settings.allowance.name);
}

/** What a meter has to say against a limit: the excess, naming what uses it, and what hides the rest. */
export function judgeMeter(meter: Meter, max: number | undefined, allowance: string): Finding[] {
    if (max === undefined) {
        return [];
    }
    const unit = meter.unit === "" ? "" : ` ${meter.unit}`;
    const findings: Finding[] = [];
    if (meter.used > max) {
        const uses = meter.uses.map(({ resource, amount }) => `${resource.name} ${rounded(amount)}`).join(", ");
        findings.push({
            message: `${meter.limit}: ${rounded(meter.used)}${unit} used, ${max}${unit} free (allowance ${allowance}). Used by ${uses}.`,
        });
    }
    const blind = new Map(meter.blind.map((each) => [`${each.resource.urn} ${each.path}`, each]));
    for (const { resource, path } of blind.values()) {
        findings.push({
            kind: "unknown",
            urn: resource.urn,
            message: `${resource.name} (${resource.type}): cannot know ${path}, so ${meter.limit} cannot be summed (at least ${rounded(meter.used)} of ${max}${unit}). Give it a plain value, or set onUnknown of this rule.`,
        });
    }
    return findings;
}

function rounded(amount: number): number {
    return Math.round(amount * 100) / 100;
}

/** Size of a file that an object is made from, bytes; undefined where there is none at that place. */
function fileSize(path: string): number | undefined {
    for (const base of [process.cwd(), resolve(process.cwd(), "..")]) {
        const found = statSync(resolve(base, path), { throwIfNoEntry: false });
        if (found?.isFile()) {
            return found.size;
        }
    }
    return undefined;
}
