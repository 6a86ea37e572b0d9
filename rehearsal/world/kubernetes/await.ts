/** What the Kubernetes provider waits for, and what it says when that does not come. */
import { isProperties, list, type Properties, text, type Value } from "../value";
import { annotationsOf, type KubeObject } from "./objects";

/** True where the program asked the provider not to wait. */
export function skipsAwait(manifest: Properties): boolean {
    return annotationsOf(manifest)["pulumi.com/skipAwait"] === "true";
}

/** What the program asked the provider to wait for; undefined where it did not ask. All of them must hold. */
export function waitedFor(manifest: Properties): readonly string[] | undefined {
    const asked = annotationsOf(manifest)["pulumi.com/waitFor"];
    if (asked === undefined) {
        return undefined;
    }
    if (!asked.trim().startsWith("[")) {
        return [asked];
    }
    const parsed: unknown = JSON.parse(asked);
    return Array.isArray(parsed) ? parsed.map(String) : [asked];
}

/** Why an expression is none the provider reads; undefined where it is one. */
export function malformed(expression: string): string | undefined {
    return /^condition=[A-Za-z0-9_.-]+(=\w+)?$/.test(expression) || /^jsonpath=\{\.[^}]+\}(=.+)?$/.test(expression)
        ? undefined
        : `expected a "jsonpath=" or "condition=" prefix, got "${expression}"`;
}

/** Whether an object fulfils an expression. */
export function holds(expression: string, object: Properties): boolean {
    const condition = /^condition=([A-Za-z0-9_.-]+)(?:=(\w+))?$/.exec(expression);
    if (condition !== null) {
        const [, type = "", wanted = "True"] = condition;
        return list(object, "status.conditions").some(
            (entry) =>
                text(entry, "type")?.toLowerCase() === type.toLowerCase() &&
                text(entry, "status")?.toLowerCase() === wanted.toLowerCase(),
        );
    }
    const path = /^jsonpath=\{\.([^}]+)\}(?:=(.+))?$/.exec(expression);
    if (path === null) {
        return false;
    }
    const [, steps = "", wanted] = path;
    const found = walk(object, steps);
    return (
        found !== undefined &&
        found !== null &&
        (wanted === undefined || String(found) === wanted.replace(/^["']|["']$/g, ""))
    );
}

function walk(object: Properties, steps: string): Value | undefined {
    let current: Value | undefined = object;
    for (const step of steps.split(/\.|(?=\[)/).filter((each) => each !== "")) {
        const index = /^\[(\d+)\]$/.exec(step);
        if (index !== null) {
            current = Array.isArray(current) ? (current as readonly Value[])[Number(index[1])] : undefined;
        } else {
            current = isProperties(current) ? current[step] : undefined;
        }
    }
    return current;
}

/** The provider's words for an object that is stored and does not become ready. */
export function notReady(object: KubeObject, id: string, problems: readonly string[]): string {
    return [
        `the Kubernetes API server reported that "${id}" failed to fully initialize or become live: '${object.name}' timed out waiting to be Ready`,
        ...problems.map((problem) => `\t* ${problem}`),
    ].join("\n");
}
