/** What a raw resource brings into the failure model. */

import type { Resource } from "../graph";
import type { Parts } from "./model";

/** What one resource contributes. */
export interface Contribution {
    readonly resource: Resource;
    readonly parts: Parts;
}

/** Places for the members of a service: the known machines in turn, or as many unnamed ones where none is known. */
export function placesFor(service: string, count: number, machines: readonly string[]): Record<string, string> {
    const alone = count < 2 || machines.length === 0;
    return Object.fromEntries(
        Array.from({ length: count }, (_, index) => [
            `${service.slice(service.lastIndexOf("/") + 1)}-${index}`,
            alone ? `somewhere/${service}-${index}` : (machines[index % machines.length] ?? ""),
        ]),
    );
}
