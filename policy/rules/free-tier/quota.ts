import { INSTANCE, INSTANCE_POOL, machinesOf, NODE_POOL } from "../../free-tier/compute";
import { elsewhere, parseQuotaStatement, type QuotaStatement, quotaIn } from "../../free-tier/quota-statements";
import { MICRO_SHAPE } from "../../free-tier/shapes";
import { everythingAfter, type Graph, type Resource, UNKNOWN } from "../../graph";
import { known, readList, readText } from "../../reading";
import { cannotKnow, type Finding, type Settings, type StackRule } from "../../rule";
import { hasOracle } from "./scope";

const QUOTA = "oci:Limits/quota:Quota";

/** Oracle itself refuses what would cost. */
export const quota: StackRule = {
    id: "free-tier-quota",
    title: "A quota stops what would cost",
    family: "free-tier",
    level: "mandatory",
    severity: "high",
    scope: "stack",
    why: "A budget only tells, about a day late. A quota makes Oracle refuse the launch, whoever asks: another program, an autoscaler, the console.",
    limit: "A quota policy in the root compartment that first zeroes `compute-core` and `compute-memory` and then sets the A1 core and memory counts and their regional counts (zeroing takes those too, and every launch then fails), the Micro's cores, and block storage, to the allowance or less; block storage is counted in each availability domain, so in more than one of them it is set for each by name, together to the allowance; in place before the first instance (Oracle, Quota Policy Syntax, Compute Quotas and Block Volume Quotas).",
    fix: "Add an `oci:Limits/quota:Quota` in the tenancy with the statements the message names, and let the instances depend on it.",
    onUnknown: "fail",
    options: {
        scope: {
            type: "string",
            default: "tenancy",
            description: 'Where the statements must apply: "tenancy", or the name of a compartment.',
        },
        elsewhere: {
            type: "boolean",
            default: false,
            description: "True where another stack of the tenancy owns the quota.",
        },
    },
    judge,
};

/** A quota that has to end between two values once all statements have been read. */
interface Need {
    readonly family: string;
    readonly name: string;
    readonly min: number;
    readonly max: number;
    /** Availability domains the stack stands in, where the quota counts in each by itself and has no regional twin. */
    readonly domains?: readonly string[];
}

function judge(graph: Graph, settings: Settings): Finding[] {
    if (!hasOracle(graph, settings) || settings.options.elsewhere === true) {
        return [];
    }
    const quotas = graph.resources.filter((resource) => resource.type === QUOTA);
    const needs = needsOf(graph, settings);
    const scope = typeof settings.options.scope === "string" ? settings.options.scope : "tenancy";
    if (quotas.length === 0) {
        return [
            {
                message: `the stack has Oracle resources and no quota; add ${QUOTA} in the root compartment with: ${wanted(needs, scope).join("; ")}.`,
            },
        ];
    }
    const findings: Finding[] = [];
    const statements: QuotaStatement[] = [];
    for (const resource of quotas) {
        findings.push(...placeOf(resource));
        const list = readList(resource, "statements");
        if (list.state === "unknown" || (list.state === "known" && list.value.includes(UNKNOWN))) {
            return [...findings, cannotKnow(resource, "statements", "what the quota allows")];
        }
        for (const text of list.state === "known" ? list.value : []) {
            const statement = parseQuotaStatement(String(text));
            if (statement === undefined) {
                findings.push({
                    urn: resource.urn,
                    message: `${resource.name}: ${JSON.stringify(text)} is no quota statement; expected for example "set compute-core quota standard-a1-core-count to 2 in ${scope}".`,
                });
            } else {
                statements.push(statement);
            }
        }
    }
    return [...findings, ...judgeStatements(quotas, statements, needs, scope), ...judgeOrder(graph, quotas)];
}

function needsOf(graph: Graph, settings: Settings): Need[] {
    const { allowance } = settings;
    const hasMicro = machinesOf(graph).some((group) => known(group.shape) === MICRO_SHAPE);
    return [
        { family: "compute-core", name: "standard-a1-core-count", min: 1, max: allowance.a1Ocpus },
        { family: "compute-core", name: "standard-a1-core-regional-count", min: 1, max: allowance.a1Ocpus },
        { family: "compute-memory", name: "standard-a1-memory-count", min: 1, max: allowance.a1MemoryGb },
        { family: "compute-memory", name: "standard-a1-memory-regional-count", min: 1, max: allowance.a1MemoryGb },
        {
            family: "compute-core",
            name: "standard-e2-micro-core-count",
            min: hasMicro ? 1 : 0,
            max: allowance.microInstances,
        },
        {
            family: "block-storage",
            name: "total-storage-gb",
            min: 1,
            max: allowance.storageGb,
            domains: availabilityDomains(graph),
        },
    ];
}

/** Availability domains that resources of a stack stand in, as far as they are known. */
function availabilityDomains(graph: Graph): string[] {
    const names = graph.resources
        .filter(({ type }) => type.startsWith("oci:Core/"))
        .flatMap((resource) => known(readText(resource, "availabilityDomain")) ?? []);
    return [...new Set(names)].sort();
}

function wanted(needs: readonly Need[], scope: string): string[] {
    return [
        `zero compute-core quotas in ${whereOf(scope)}`,
        `zero compute-memory quotas in ${whereOf(scope)}`,
        ...needs.flatMap((need) => wantedOf(need, scope)),
    ];
}

/** Statements that meet one need; of a quota that counts in each domain, an equal part for each. */
function wantedOf({ family, name, max, domains = [] }: Need, scope: string): string[] {
    const quota = `${family} quota ${name}`;
    const where = whereOf(scope);
    return domains.length < 2
        ? [`set ${quota} to ${max} in ${where}`]
        : [
              `zero ${quota} in ${where}`,
              ...domains.map(
                  (domain) =>
                      `set ${quota} to ${Math.floor(max / domains.length)} in ${where} where request.ad = '${domain}'`,
              ),
          ];
}

function whereOf(scope: string): string {
    return scope === "tenancy" ? "tenancy" : `compartment ${scope}`;
}

/** Quotas are policies of the tenancy: Oracle takes them in the root compartment only. */
function placeOf(resource: Resource): Finding[] {
    const compartment = readText(resource, "compartmentId");
    if (compartment.state === "unknown") {
        return [cannotKnow(resource, "compartmentId", "whether the quota stands in the root compartment")];
    }
    return compartment.state === "known" && compartment.value.startsWith("ocid1.tenancy.")
        ? []
        : [
              {
                  urn: resource.urn,
                  message: `${resource.name}: the quota must stand in the root compartment; set compartmentId to the tenancy's OCID (ocid1.tenancy...).`,
              },
          ];
}

function judgeStatements(
    quotas: readonly Resource[],
    statements: readonly QuotaStatement[],
    needs: readonly Need[],
    scope: string,
): Finding[] {
    const urn = quotas[0]?.urn;
    const about = (message: string): Finding => ({ ...(urn === undefined ? {} : { urn }), message });
    const where = whereOf(scope);
    const findings: Finding[] = [];
    for (const family of ["compute-core", "compute-memory"]) {
        const zero = statements.findIndex(
            (each) => each.action === "zero" && each.family === family && each.name === undefined,
        );
        const set = statements.findIndex((each) => each.action === "set" && each.family === family);
        if (zero === -1) {
            findings.push(
                about(`quota: nothing forbids other shapes; begin with "zero ${family} quotas in ${where}".`),
            );
        } else if (set !== -1 && set < zero) {
            findings.push(
                about(`quota: "zero ${family} quotas" comes after a set statement and takes it back; put it first.`),
            );
        }
    }
    for (const need of needs) {
        const { name, min, max } = need;
        const value = left(statements, need, scope);
        if (value !== undefined && value >= min && value <= max) {
            continue;
        }
        const is =
            value === undefined
                ? "is not set"
                : value < min
                  ? `ends at ${value}, so that launches fail`
                  : `is ${value}`;
        const each = need.domains === undefined ? "" : " (it counts in each availability domain by itself)";
        findings.push(about(`quota: ${name} ${is}${each}; add "${wantedOf(need, scope).join('", "')}".`));
    }
    return findings;
}

/** What statements leave of a quota, wherever it is most; of one that counts in each domain, in all together. */
function left(
    statements: readonly QuotaStatement[],
    { family, name, domains }: Need,
    scope: string,
): number | undefined {
    const places = [...new Set(statements.flatMap(({ where }) => where ?? []))];
    const within = (place: string) => quotaIn(statements, { family, name, scope, place });
    if (domains === undefined || domains.length === 0) {
        const most = Math.max(...[elsewhere, ...places].map((place) => within(place) ?? -1));
        return most < 0 ? undefined : most;
    }
    const mine = domains.map((domain) => domain.toLowerCase());
    const others = places.filter((place) => /\bad-\d+$/.test(place) && !mine.includes(place));
    // Who names one domain has to say something of the rest.
    const rest = places.some((place) => mine.includes(place)) ? [elsewhere] : [];
    const values = [...mine, ...others, ...rest].map(within);
    return values.includes(undefined) ? undefined : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

/** The stop has to be there before there is something to stop. */
function judgeOrder(graph: Graph, quotas: readonly Resource[]): Finding[] {
    const after = everythingAfter(graph, quotas);
    return graph.resources
        .filter((resource) => [INSTANCE, INSTANCE_POOL, NODE_POOL].includes(resource.type) && !after.has(resource.urn))
        .map((resource) => ({
            urn: resource.urn,
            message: `${resource.name}: may be created before the quota is in place; let it depend on ${quotas[0]?.name ?? "the quota"}.`,
        }));
}
