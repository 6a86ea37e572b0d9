/** Understands Oracle's quota policy language as far as a hard stop needs it. */

/** One statement of a quota policy. */
export interface QuotaStatement {
    readonly action: "set" | "zero" | "unset";
    /** Service family, e.g. `compute-core`. */
    readonly family: string;
    /** Name of the quota, possibly with `*` wildcards; undefined where all of the family are meant. */
    readonly name: string | undefined;
    /** Value of a `set`; 0 for `zero`. */
    readonly value: number;
    /** `tenancy`, or the name or path of a compartment. */
    readonly scope: string;
    /** Region or availability domain it holds in, in small letters; undefined: everywhere. */
    readonly where: string | undefined;
}

/** Stands for every place no statement names. */
export const elsewhere = "elsewhere";

const grammar =
    /^\s*(?<action>set|zero|unset)\s+(?<family>[\w-]+)\s+quotas?(?:\s+(?<name>\/?[\w*-]+\/?))??(?:\s+to\s+(?<value>\d+))?\s+in\s+(?:(?<tenancy>tenancy)|compartment\s+(?:id\s+)?(?<compartment>\S+))(?:\s+where\s+request\.(?:region|ad)\s*=\s*'?(?<where>[^'\s]+)'?)?\s*$/i;

/** The statement, or undefined where it does not follow the grammar. Source: Oracle, Quota Policy Syntax. */
export function parseQuotaStatement(text: string): QuotaStatement | undefined {
    const groups = grammar.exec(text)?.groups;
    if (groups?.action === undefined || groups.family === undefined) {
        return undefined;
    }
    const action = groups.action.toLowerCase() as QuotaStatement["action"];
    if ((action === "set") !== (groups.value !== undefined) || (action === "set" && groups.name === undefined)) {
        return undefined;
    }
    return {
        action,
        family: groups.family.toLowerCase(),
        name: groups.name?.replace(/^\/|\/$/g, "").toLowerCase(),
        value: Number(groups.value ?? 0),
        scope: groups.tenancy === undefined ? (groups.compartment ?? "") : "tenancy",
        where: groups.where?.toLowerCase(),
    };
}

/**
 * What a list of statements leaves of one quota in a place, undefined where nothing is said; later statements override
 * earlier ones.
 *
 * @param place Name of an availability domain, which holds its region's, or of a region; `elsewhere` for any other.
 */
export function quotaIn(
    statements: readonly QuotaStatement[],
    { family, name, scope, place }: { family: string; name: string; scope: string; place: string },
): number | undefined {
    const last = statements
        .filter(
            (statement) =>
                statement.family === family &&
                statement.scope.toLowerCase() === scope.toLowerCase() &&
                (statement.where === undefined || place.toLowerCase().includes(statement.where)) &&
                (statement.name === undefined || matches(statement.name, name)),
        )
        .at(-1);
    return last === undefined || last.action === "unset" ? undefined : last.value;
}

function matches(pattern: string, name: string): boolean {
    const escaped = pattern.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
    return new RegExp(`^${escaped.join(".*")}$`).test(name);
}
