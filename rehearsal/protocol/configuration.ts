/** A provider's configuration: the engine carries everything but text as JSON text, and this undoes it. */
import { isProperties, type Properties, type Value } from "../world/value";

/**
 * Parses values that are JSON of a list, a map or a bool. Numbers stay text, because a token of digits is text too;
 * so does a kubeconfig, which a program may as well give as JSON text.
 */
export function configurationOf(properties: Properties): Properties {
    return Object.fromEntries(
        Object.entries(properties)
            .filter(([key]) => key !== "__internal")
            .map(([key, value]) => [key, key === "kubeconfig" ? value : parsed(value)]),
    );
}

function parsed(value: Value): Value {
    if (typeof value !== "string" || !/^\s*([[{]|true\s*$|false\s*$)/.test(value)) {
        return value;
    }
    try {
        const found: unknown = JSON.parse(value);
        return typeof found === "boolean" || Array.isArray(found) || isProperties(found as Value)
            ? (found as Value)
            : value;
    } catch {
        return value;
    }
}
