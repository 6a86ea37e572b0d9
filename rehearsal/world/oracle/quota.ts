/** Compartment quotas: the language of their statements, and what they leave. */

/** One statement, read. */
export interface QuotaStatement {
    readonly verb: "set" | "unset" | "zero";
    readonly family: string;
    /** Quotas it names; undefined: the whole family. */
    readonly quotas: readonly string[] | undefined;
    /** What a `set` sets. */
    readonly to: number;
    /** Name of the compartment, path parts split by `:`; undefined: the tenancy. */
    readonly compartment: string | undefined;
    /** Region or availability domain it holds in; undefined: everywhere. */
    readonly where: { readonly what: "region" | "ad"; readonly is: string } | undefined;
}

/**
 * Quotas by family (Oracle, "Available Quotas by Service"; those of the shapes and volumes the world knows). A zeroed
 * family takes them all, regional counts included.
 */
const families: Readonly<Record<string, readonly string[]>> = {
    "compute-core": [
        "standard-a1-core-count",
        "standard-a1-core-regional-count",
        "standard-a2-core-count",
        "standard-e2-core-count",
        "standard-e2-micro-core-count",
        "standard-e3-core-ad-count",
        "standard-e4-core-count",
        "standard-e5-core-count",
        "standard2-core-count",
        "standard3-core-count",
    ],
    "compute-memory": [
        "standard-a1-memory-count",
        "standard-a1-memory-regional-count",
        "standard-a2-memory-count",
        "standard-e3-memory-count",
        "standard-e4-memory-count",
        "standard-e5-memory-count",
        "standard3-memory-count",
    ],
    "block-storage": ["total-storage-gb", "volume-count", "backup-count"],
    "object-storage": ["storage-bytes"],
    vcn: ["vcn-count", "reserved-public-ip-count"],
};

/** Known families, and those Oracle has beside them, which the world does not measure. */
const otherFamilies = [
    "compute",
    "compute-gpu",
    "database",
    "dns",
    "filesystem",
    "load-balancer",
    "network-load-balancer",
];

const form =
    /^(set|unset|zero)\s+(\S+)\s+quotas?(?:\s+(?!in\s|to\s)([\w-]+(?:\s*,\s*[\w-]+)*))?(?:\s+to\s+(\d+))?\s+in\s+(tenancy|compartment\s+(\S+))(?:\s+where\s+request\.(region|ad)\s*=\s*'?([^'\s]+)'?)?$/i;

/** Reads a statement; a sentence where it is none (Oracle, "Quota Policy Syntax"). */
export function parseStatement(statement: string): QuotaStatement | string {
    const match = form.exec(statement.trim());
    if (match === null) {
        return `The statement '${statement}' cannot be parsed`;
    }
    const [, verb = "", family = "", names, to, , compartment, what, is] = match;
    const lower = verb.toLowerCase() as QuotaStatement["verb"];
    const quotas = names?.split(/\s*,\s*/);
    const known = families[family];
    if (known === undefined && !otherFamilies.includes(family)) {
        return `The quota family '${family}' of the statement '${statement}' is not known`;
    }
    const stranger = known === undefined ? undefined : quotas?.find((quota) => !known.includes(quota));
    if (stranger !== undefined) {
        return `The quota '${stranger}' of the statement '${statement}' is not one of the family ${family}`;
    }
    if ((lower === "set") !== (to !== undefined)) {
        return `The statement '${statement}' cannot be parsed: 'to' belongs to 'set', and only there`;
    }
    if (lower === "set" && quotas === undefined) {
        return `The statement '${statement}' cannot be parsed: 'set' names the quota it sets`;
    }
    const where =
        what === undefined || is === undefined ? undefined : { what: what.toLowerCase() as "region" | "ad", is };
    return { verb: lower, family, quotas, to: Number(to ?? 0), compartment, where };
}

/** Where a request is made. */
export interface QuotaScope {
    readonly region: string;
    readonly availabilityDomain: string;
    /** Name of the compartment; undefined for the tenancy's root. */
    readonly compartment: string | undefined;
}

/** What one policy leaves of a quota for a request, by where the statements look: undefined where it says nothing. */
export interface QuotaLimits {
    readonly tenancy?: number;
    readonly compartment?: number;
}

/** What statements leave of one quota. Later statements go over earlier ones for the same place. */
export function quotaLimits(statements: readonly QuotaStatement[], quota: string, scope: QuotaScope): QuotaLimits {
    const left: { tenancy?: number; compartment?: number } = {};
    for (const { verb, family, quotas, to, compartment, where } of statements) {
        const asked = where?.what === "region" ? scope.region : scope.availabilityDomain;
        const isElsewhere = where !== undefined && where.is.toLowerCase() !== asked.toLowerCase();
        const isOther = quotas === undefined ? families[family]?.includes(quota) !== true : !quotas.includes(quota);
        const place = compartment === undefined ? "tenancy" : "compartment";
        if (
            isElsewhere ||
            isOther ||
            (place === "compartment" && compartment?.split(":").at(-1) !== scope.compartment)
        ) {
            continue;
        }
        if (verb === "unset") {
            delete left[place];
        } else {
            left[place] = to;
        }
    }
    return left;
}
