/** What a phase that may change nothing has changed: what is wrong, and what the program lets drift. */
import { type DeployedResource, nameOf } from "./deployment";
import type { Change } from "./rehearsal";

/** URN to the properties whose changes the program ignores. */
export type Ignored = ReadonlyMap<string, readonly string[]>;

/** What the resources of a state let drift. */
export function ignoredBy(resources: readonly DeployedResource[]): Ignored {
    return new Map(resources.map(({ urn, ignoreChanges = [] }) => [urn, ignoreChanges]));
}

/** True where nothing differs but what the program ignores. */
function isIgnored({ urn, properties }: Change, ignored: Ignored): boolean {
    return properties.length > 0 && properties.every((property) => ignored.get(urn)?.includes(property));
}

/** One sentence for each thing that changed where nothing may but what is ignored. */
export function unchanged(changed: readonly Change[], ignored: Ignored = new Map()): readonly string[] {
    const drifts = changed.filter((change) => !isIgnored(change, ignored));
    return drifts.map(({ urn, operation, properties }) => {
        const what = properties.length === 0 ? "" : ` (${properties.join(", ")})`;
        return `Nothing was to change, but the engine wants to ${operation} '${nameOf(urn)}'${what}.`;
    });
}

/** One sentence about all that differs only in what the program ignores, grouped by that; none where nothing does. */
export function ignoredDrift(changed: readonly Change[], ignored: Ignored): readonly string[] {
    const namesByProperties = new Map<string, string[]>();
    for (const change of changed.filter((each) => isIgnored(each, ignored))) {
        const properties = listed(change.properties.toSorted());
        namesByProperties.set(properties, [...(namesByProperties.get(properties) ?? []), nameOf(change.urn)]);
    }
    const groups = [...namesByProperties].map(
        ([properties, names]) =>
            `${listed(names.toSorted())} ${names.length === 1 ? "differs" : "differ"} in ${properties}`,
    );
    return groups.length === 0
        ? []
        : [`${groups.join("; ")}, ${groups.length === 1 ? "which" : "all of which"} the program ignores.`];
}

/** Names in quotes, e.g. `'a', 'b' and 'c'`. */
function listed(names: readonly string[]): string {
    const quoted = names.map((name) => `'${name}'`);
    const last = quoted.at(-1) ?? "";
    return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(", ")} and ${last}`;
}
