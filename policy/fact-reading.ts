/** The one reader of component facts. */

import type { Facts } from "./facts";
import { type Resource, UNKNOWN } from "./graph";

const read = new WeakMap<Resource, Facts | undefined>();

/**
 * The facts a component registered, or undefined. Provider resources have none. Facts that hold an unknown value
 * break the contract and count as none; `brokenFacts` names them.
 */
export function factsOf(resource: Resource): Facts | undefined {
    if (!read.has(resource)) {
        const facts = resource.outputs.facts;
        read.set(
            resource,
            typeof facts === "object" && facts !== null && unknownWithin(facts) === undefined
                ? (facts as Facts)
                : undefined,
        );
    }
    return read.get(resource);
}

/** Path of the first value in a component's facts that is not known, or undefined where all of them are. */
export function brokenFacts(resource: Resource): string | undefined {
    const within = unknownWithin(resource.outputs.facts);
    return within === undefined ? undefined : `facts${within}`;
}

function unknownWithin(value: unknown): string | undefined {
    if (value === UNKNOWN) {
        return "";
    }
    if (typeof value !== "object" || value === null) {
        return undefined;
    }
    for (const [key, inner] of Object.entries(value)) {
        const deeper = unknownWithin(inner);
        if (deeper !== undefined) {
            return `.${key}${deeper}`;
        }
    }
    return undefined;
}
