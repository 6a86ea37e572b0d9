/** What differs between two sets of properties, where a provider has no rule of its own. */
import type { Difference, ResourceBehaviour } from "../world/behaviour";
import { isProperties, type Properties, UNKNOWN, type Value } from "../world/value";

/** True where two values are known and the same; what is missing equals null, as the engine sees it. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
    if (a === UNKNOWN || b === UNKNOWN) {
        return false;
    }
    if (a === undefined || a === null || b === undefined || b === null) {
        return (a ?? null) === (b ?? null);
    }
    if (Array.isArray(a) && Array.isArray(b)) {
        return a.length === b.length && a.every((value: Value, index) => sameValue(value, b[index]));
    }
    if (isProperties(a) && isProperties(b)) {
        return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => sameValue(a[key], b[key]));
    }
    return a === b;
}

/** Top-level keys whose values differ. */
export function changedKeys(before: Properties, after: Properties): string[] {
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
        (key) => !sameValue(before[key], after[key]),
    );
}

/** The difference as a resource's behaviour sees it. */
export function differenceOf(
    behaviour: ResourceBehaviour,
    oldInputs: Properties,
    newInputs: Properties,
    oldOutputs: Properties,
): Difference {
    if (behaviour.diff !== undefined) {
        return behaviour.diff(oldInputs, newInputs, oldOutputs);
    }
    const changes = changedKeys(oldInputs, newInputs);
    return { changes, replaces: changes.filter((key) => behaviour.replaceOn?.includes(key) ?? false) };
}
