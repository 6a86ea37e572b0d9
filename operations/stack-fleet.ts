/** What a stack's file says, read without an engine: its plain sections, and values in clear. */
import { type Fleet, parseFleet } from "../config";
import { report } from "../config/mistake";
import type { PlainConfig } from "./oracle/credentials";
import { projectFolder, projectName, readStackConfig } from "./stack";

/** The fleet a stack's file describes, or what is wrong with it. Throws naming the stacks there are. */
export function verdictOf(stack: string, folder = projectFolder): ReturnType<typeof parseFleet> {
    const prefix = `${projectName}:`;
    const sections = Object.entries(readStackConfig(stack, folder))
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, { value }]) => [key.slice(prefix.length), value]);
    return parseFleet(Object.fromEntries(sections));
}

/**
 * The fleet a stack's file describes.
 *
 * @throws Error with every mistake of it, or naming the stacks there are.
 */
export function fleetOf(stack: string, folder = projectFolder): Fleet {
    const verdict = verdictOf(stack, folder);
    if ("mistakes" in verdict) {
        throw new Error(report(stack, verdict.mistakes));
    }
    return verdict.fleet;
}

/** The values of a stack's file that are text and not encrypted, e.g. `oci:region`. */
export function plainValues(stack: string, folder = projectFolder): PlainConfig {
    return Object.fromEntries(
        Object.entries(readStackConfig(stack, folder)).flatMap(([key, { value }]) =>
            typeof value === "string" ? [[key, value]] : [],
        ),
    );
}
