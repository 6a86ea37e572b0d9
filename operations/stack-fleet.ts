/** What a stack's file says, read without an engine: its plain sections, and values in clear. */
import { type Fleet, parseFleet } from "../config";
import { report } from "../config/mistake";
import { secretKeys } from "../config/secrets";
import type { PlainConfig } from "./oracle/credentials";
import { projectFolder, projectName, readStackConfig, stackFile } from "./stack";
import { isEncrypted } from "./stack-file";

/**
 * The fleet a stack's file describes.
 *
 * @throws Error with every mistake of it, or naming the stacks there are.
 */
export function fleetOf(stack: string, folder = projectFolder): Fleet {
    const prefix = `${projectName}:`;
    const { config, mistakes } = stackFile(stack, folder);
    const sections = Object.entries(config)
        .filter(([key, value]) => key.startsWith(prefix) && !secretKeys.includes(key) && !isEncrypted(value))
        .map(([key, value]) => [key.slice(prefix.length), asHandedOn(value)]);
    const verdict = parseFleet(Object.fromEntries(sections));
    if (mistakes.length > 0 || "mistakes" in verdict) {
        // Where the file sets nothing, its own mistakes say why.
        const why = mistakes.length > 0 && sections.length === 0;
        const ofSections = "mistakes" in verdict && !why ? verdict.mistakes : [];
        throw new Error(report(stack, [...mistakes, ...ofSections]));
    }
    return verdict.fleet;
}

/** The engine hands a number to the program as the text it is: `2021` names an allowance. */
function asHandedOn(value: unknown): unknown {
    return typeof value === "number" ? String(value) : value;
}

/** The values of a stack's file that are text and not encrypted, e.g. `oci:region`. */
export function plainValues(stack: string, folder = projectFolder): PlainConfig {
    return Object.fromEntries(
        Object.entries(readStackConfig(stack, folder)).flatMap(([key, { value }]) =>
            typeof value === "string" ? [[key, value]] : [],
        ),
    );
}
