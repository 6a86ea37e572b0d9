/** What several providers do to properties alike. */
import type { Difference } from "../world/behaviour";
import { isProperties, type Properties, UNKNOWN, type Value } from "../world/value";

/** True where two values are known and the same; what is missing equals null. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
    if (a === UNKNOWN || b === UNKNOWN) {
        return false;
    }
    if (a === undefined || a === null || b === undefined || b === null) {
        return (a ?? null) === (b ?? null);
    }
    if (Array.isArray(a) && Array.isArray(b)) {
        return a.length === b.length && a.every((value: Value, index) => same(value, b[index]));
    }
    if (isProperties(a) && isProperties(b)) {
        return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
    }
    return a === b;
}

/** Top-level keys whose values differ, and those of them that `replaces` names. */
export function difference(before: Properties, after: Properties, replaces: (key: string) => boolean): Difference {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const changes = keys.filter((key) => !same(before[key], after[key]));
    return { changes, replaces: changes.filter(replaces) };
}

/** Properties with defaults where nothing was given. */
export function withDefaults(inputs: Properties, defaults: Properties): Properties {
    const missing = Object.entries(defaults).filter(([key]) => inputs[key] === undefined || inputs[key] === null);
    return { ...inputs, ...Object.fromEntries(missing) };
}
