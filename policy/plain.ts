/** Copies properties out of the proxies in which CrossGuard hands them over. */

import { Secret, UnknownValueError } from "@pulumi/policy";
import { type Properties, UNKNOWN } from "./graph";

/** A plain copy, with `UNKNOWN` wherever reading says that the value is not known yet. */
export function plainOf(properties: Readonly<Record<string, unknown>>): Properties {
    return copy(properties) as Properties;
}

function copy(value: unknown): unknown {
    if (typeof value !== "object" || value === null) {
        return value;
    }
    if (Array.isArray(value)) {
        return Array.from({ length: value.length }, (_, index) => copyAt(value, index));
    }
    const plain: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
        plain[key] = copyAt(value, key);
    }
    return plain;
}

function copyAt(container: object, key: string | number): unknown {
    try {
        return copy((container as Readonly<Record<string | number, unknown>>)[key]);
    } catch (error) {
        if (error instanceof UnknownValueError) {
            return UNKNOWN;
        }
        throw error;
    }
}

/** The names under which the SDK's proxies show what they stand for (version 1.21.0; a test holds it). */
const PROXY_MARK = "__isSpecialProxy";
const PROXY_TARGET = "__getSpecialProxyTarget";

/**
 * Dotted paths of the secrets among properties as a remediation gets them. Validations get secrets in plain; only a
 * remediation is handed the marked values, behind two proxies.
 */
export function secretPathsOf(properties: Readonly<Record<string, unknown>>): ReadonlySet<string> {
    const paths = new Set<string>();
    collect(unwrapped(properties), "", paths);
    return paths;
}

function unwrapped(value: unknown): unknown {
    let current = value;
    while (typeof current === "object" && current !== null && Reflect.get(current, PROXY_MARK) === true) {
        current = Reflect.get(current, PROXY_TARGET);
    }
    return current;
}

function collect(value: unknown, path: string, paths: Set<string>): void {
    if (typeof value !== "object" || value === null) {
        return;
    }
    if (value instanceof Secret) {
        paths.add(path);
        return;
    }
    for (const [key, inner] of Object.entries(value)) {
        collect(inner, path === "" ? key : `${path}.${key}`, paths);
    }
}
