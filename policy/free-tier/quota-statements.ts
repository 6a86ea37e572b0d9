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
    /** Condition after `where`, as written. */
    readonly where: string | undefined;
}

const grammar =
    /^\s*(?<action>set|zero|unset)\s+(?<family>[\w-]+)\s+quotas?(?:\s+(?<name>\/?[\w*-]+\/?))??(?:\s+to\s+(?<value>\d+))?\s+in\s+(?:(?<tenancy>tenancy)|compartment\s+(?:id\s+)?(?<compartment>\S+))(?:\s+where\s+(?<where>.+?))?\s*$/i;

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
        where: groups.where,
    };
}

/** What a list of statements leaves of one quota; later statements override earlier ones. */
export function quotaAfter(
    statements: readonly QuotaStatement[],
    family: string,
    name: string,
    scope: string,
): number | undefined {
    let value: number | undefined;
    for (const statement of statements) {
        const covers =
            statement.family === family &&
            statement.scope.toLowerCase() === scope.toLowerCase() &&
            statement.where === undefined &&
            (statement.name === undefined || matches(statement.name, name));
        if (covers) {
            value = statement.action === "unset" ? undefined : statement.value;
        }
    }
    return value;
}

function matches(pattern: string, name: string): boolean {
    const escaped = pattern.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
    return new RegExp(`^${escaped.join(".*")}$`).test(name);
}
