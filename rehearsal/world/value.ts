/** What a provider's logic sees of a property: plain data, with one mark for what the engine does not know yet. */

/** Stands for a value the engine does not know yet, as in a preview before anything exists. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A property value without its secrecy: the wire keeps track of what is secret (see `rehearsal/protocol`). */
export type Value =
    | null
    | boolean
    | number
    | string
    | typeof UNKNOWN
    | readonly Value[]
    | { readonly [key: string]: Value };

/** The properties of a resource, a provider or a function call. */
export type Properties = { readonly [key: string]: Value };

/** True for a map of properties, false for scalars, lists, null, nothing and the unknown. */
export function isProperties(value: Value | undefined): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path such as `spec.template.spec`, undefined where a step is missing or not a map. */
export function at(value: Value | undefined, path: string): Value | undefined {
    let current = value;
    for (const step of path.split(".")) {
        if (!isProperties(current)) {
            return undefined;
        }
        current = current[step];
    }
    return current;
}

/** The text at a path, undefined where there is none. */
export function text(value: Value | undefined, path: string): string | undefined {
    const found = at(value, path);
    return typeof found === "string" ? found : undefined;
}

/** The number at a path, undefined where there is none. */
export function number(value: Value | undefined, path: string): number | undefined {
    const found = at(value, path);
    return typeof found === "number" ? found : undefined;
}

/** The list at a path, empty where there is none. */
export function list(value: Value | undefined, path: string): readonly Value[] {
    const found = at(value, path);
    return Array.isArray(found) ? found : [];
}

/** True where the value, or anything inside it, is not known yet. */
export function hasUnknown(value: Value | undefined): boolean {
    if (value === UNKNOWN) {
        return true;
    }
    if (Array.isArray(value)) {
        return value.some(hasUnknown);
    }
    return isProperties(value) && Object.values(value).some(hasUnknown);
}
