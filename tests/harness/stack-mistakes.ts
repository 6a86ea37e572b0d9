/** Mistakes a stack's file has after changes to it. */
import { parseFleet } from "../../config";
import { oracleProxmoxSections, oracleTalosSections } from "./oracle-stacks";
import { stackSections } from "./stack-config";

/** A value at a path of a stack's sections, e.g. `machines/c0/cpuCores`; undefined takes the key away. */
export type Change = readonly [path: string, value: unknown];

/** Sections of a stack on each of Oracle's platforms. */
export const oracleSections = { "oracle-proxmox": oracleProxmoxSections, "oracle-talos": oracleTalosSections };
/** One of Oracle's platforms. */
export type OraclePlatform = keyof typeof oracleSections;

/** Sections with the changes made in them. */
export function changed(sections: Record<string, unknown>, changes: readonly Change[]): Record<string, unknown> {
    for (const [path, value] of changes) {
        const keys = path.split("/");
        const last = keys.pop() ?? "";
        const holder = keys.reduce<Record<string, unknown>>((at, key) => {
            at[key] ??= {};
            return at[key] as Record<string, unknown>;
        }, sections);
        if (value === undefined) {
            delete holder[last];
        } else {
            holder[last] = value;
        }
    }
    return sections;
}

/** What is wrong with sections: one sentence each. */
export function mistakesIn(sections: Record<string, unknown>): readonly string[] {
    const result = parseFleet(sections);
    return "mistakes" in result ? result.mistakes : [];
}

/** What is wrong with a stack of this project after changes to its file. */
export function mistakesOf(stack: string, changes: readonly Change[]): readonly string[] {
    return mistakesIn(changed(stackSections(stack), changes));
}

/** What is wrong with a stack on one of Oracle's platforms after changes to its sections. */
export function oracleMistakes(platform: OraclePlatform, changes: readonly Change[]): readonly string[] {
    return mistakesIn(changed(oracleSections[platform](), changes));
}
