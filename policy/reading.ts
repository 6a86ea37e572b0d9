/**
 * Reading a property without trusting that it is there: a value is known, absent, or not knowable yet. A rule has to
 * say what it does in each case, so that nothing passes silently.
 */

import { type Properties, type Resource, UNKNOWN } from "./graph";

/** What a read found. */
export type Reading<T> =
    | { readonly state: "known"; readonly value: T }
    | { readonly state: "absent" }
    | { readonly state: "unknown"; readonly path: string };

const ABSENT = { state: "absent" } as const;

/** Follows a dotted path through plain properties. */
export function valueAt(properties: Properties, path: string): Reading<unknown> {
    let current: unknown = properties;
    for (const key of path.split(".")) {
        if (typeof current !== "object" || current === null) {
            return ABSENT;
        }
        current = (current as Readonly<Record<string, unknown>>)[key];
        if (current === UNKNOWN) {
            return { state: "unknown", path };
        }
    }
    return current === undefined || current === null ? ABSENT : { state: "known", value: current };
}

/** Reads what the program asked for, and where it said nothing (or cannot know it), what the resource became. */
export function read(resource: Resource, path: string): Reading<unknown> {
    const asked = valueAt(resource.inputs, path);
    if (asked.state === "known") {
        return asked;
    }
    const became = valueAt(resource.outputs, path);
    if (became.state === "known") {
        return became;
    }
    return asked.state === "unknown" || (asked.state === "absent" && became.state === "unknown" && !hasInputs(resource))
        ? { state: "unknown", path }
        : ABSENT;
}

/** Without inputs the outputs are all there is, and an unknown output then means an unknown property. */
function hasInputs(resource: Resource): boolean {
    return Object.keys(resource.inputs).length > 0;
}

/** A number, also where it was written as text ("2"). */
export function readNumber(resource: Resource, path: string): Reading<number> {
    const found = read(resource, path);
    if (found.state !== "known") {
        return found;
    }
    const number = asNumber(found.value);
    return number === undefined ? ABSENT : { state: "known", value: number };
}

/** A text. */
export function readText(resource: Resource, path: string): Reading<string> {
    const found = read(resource, path);
    if (found.state !== "known") {
        return found;
    }
    return typeof found.value === "string" ? { state: "known", value: found.value } : ABSENT;
}

/** True or false, also where it was written as text. */
export function readFlag(resource: Resource, path: string): Reading<boolean> {
    const found = read(resource, path);
    if (found.state !== "known") {
        return found;
    }
    if (typeof found.value === "boolean") {
        return { state: "known", value: found.value };
    }
    return found.value === "true" || found.value === "false"
        ? { state: "known", value: found.value === "true" }
        : ABSENT;
}

/** A list; its elements may hold `UNKNOWN`. */
export function readList(resource: Resource, path: string): Reading<readonly unknown[]> {
    const found = read(resource, path);
    if (found.state !== "known") {
        return found;
    }
    return Array.isArray(found.value) ? { state: "known", value: found.value } : ABSENT;
}

/** The value where it is known, else undefined. */
export function known<T>(reading: Reading<T>): T | undefined {
    return reading.state === "known" ? reading.value : undefined;
}

/** A number from a number or from text that is one. */
export function asNumber(value: unknown): number | undefined {
    if (typeof value === "number") {
        return Number.isFinite(value) ? value : undefined;
    }
    if (typeof value !== "string" || value.trim() === "") {
        return undefined;
    }
    const number = Number(value);
    return Number.isFinite(number) ? number : undefined;
}

/** A record where the value is one (and neither a list nor `UNKNOWN`). */
export function asRecord(value: unknown): Properties | undefined {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : undefined;
}
