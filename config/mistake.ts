/** What is wrong with a stack's config, and how it is said. */
import type { z } from "zod";

/** One mistake: the key, the value it has, what was expected; or a key that is none. */
export type Mistake =
    | {
          /** e.g. `strata:machines.c0.address`. */
          readonly key: string;
          readonly value: unknown;
          /** Ends the sentence "... expected". */
          readonly expected: string;
      }
    /** Its value is shown to nobody: under a mistyped key stands whatever belongs to another, a secret as well. */
    | {
          readonly key: string;
          /** Ends the sentence "... is no". */
          readonly no: string;
      };

/** One sentence naming key, value and expectation. */
export function sentence(mistake: Mistake): string {
    if ("no" in mistake) {
        return `${mistake.key} is no ${mistake.no}.`;
    }
    const { key, value, expected } = mistake;
    return value === undefined
        ? `${key} is missing, expected ${expected}.`
        : `${key} is ${shown(value)}, expected ${expected}.`;
}

/** JSON has no word for a number without end. */
function shown(value: unknown): string {
    return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** All mistakes of a stack at once, one line each. */
export function report(stack: string, mistakes: readonly string[]): string {
    const many = mistakes.length === 1 ? "one mistake" : `${mistakes.length} mistakes`;
    return [`Pulumi.${stack}.yaml has ${many}:`, ...mistakes.map((mistake) => `  ${mistake}`)].join("\n");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
    return path.reduce<unknown>(
        (value, step) =>
            typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined,
        root,
    );
}

const nouns: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a map",
    record: "a map",
};

/** What an issue of the schema expected, in words. */
function expectation(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return nouns[issue.expected] ?? issue.expected;
        case "too_small":
            return issue.origin === "array" || issue.origin === "string"
                ? `at least ${issue.minimum} ${issue.origin === "array" ? "entries" : "characters"}`
                : `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
        case "too_big":
            return `at most ${issue.maximum}`;
        case "invalid_format":
            return issue.message.replace(/^expected /, "");
        case "invalid_value":
            return `one of ${issue.values.map(String).join(", ")}`;
        default:
            // The sections' own checks say what they expect.
            return issue.message.replace(/^expected /, "");
    }
}

/** The mistakes a schema found in a section, each under its full key. */
export function mistakesOf(section: string, raw: unknown, issues: readonly z.core.$ZodIssue[]): Mistake[] {
    const keyOf = (path: readonly PropertyKey[]) => [`strata:${section}`, ...path.map(String)].join(".");
    return issues.flatMap((issue): Mistake[] => {
        if (issue.code === "unrecognized_keys") {
            return issue.keys.map((key) => ({
                key: keyOf([...issue.path, key]),
                no: "key of this section: see docs/configuration.md for those there are",
            }));
        }
        if (issue.code === "invalid_key") {
            return issue.issues.map((inner) => ({
                key: keyOf(issue.path),
                value: issue.path.at(-1),
                expected: expectation(inner),
            }));
        }
        return [{ key: keyOf(issue.path), value: valueAt(raw, issue.path), expected: expectation(issue) }];
    });
}
