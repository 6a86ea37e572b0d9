/** What a rule is: data about itself, and a pure function from resources and settings to findings. */

import type { AcceptedRisk } from "./facts";
import type { AccountType, Allowance } from "./free-tier/allowances";
import type { Graph, Resource } from "./graph";

/** How strongly a rule speaks, in CrossGuard's words. `remediate` only lets a rule see secretness; see the README. */
export type Level = "advisory" | "mandatory" | "remediate" | "disabled";

/** What a rule does when it meets a value that cannot be known: fail, report it beside the others, or pass over it. */
export type OnUnknown = "fail" | "warn" | "ignore";

/** What a stack claims to be. */
export type Profile = "free" | "ha";

/** One thing a rule has to say. */
export interface Finding {
    /** Complete sentence: what is wrong, where, and what to do. */
    readonly message: string;
    /** The resource it is about; absent where it is about the stack. */
    readonly urn?: string;
    /** `unknown` where the rule could not judge. Default `violation`. */
    readonly kind?: "violation" | "unknown";
}

/** What a stack declares, and what the caller says of the day. */
export interface Settings {
    /** The day of judgement, ISO date. Injected, so that no result depends on the machine's clock. */
    readonly today: string;
    /** Profiles the stack claims; empty where it claims none. */
    readonly profiles: readonly Profile[];
    readonly acceptedRisks: readonly AcceptedRisk[];
    /** The allowance that limits are taken from. */
    readonly allowance: Allowance;
    readonly accountType: AccountType;
    /** Mistakes in the stack's own declarations, one sentence each. */
    readonly mistakes: readonly string[];
    /** The rule's own configuration over its defaults. */
    readonly options: Readonly<Record<string, unknown>>;
}

/** One option of a rule, in the words of JSON schema. */
export interface Option {
    readonly type: "string" | "number" | "integer" | "boolean" | "array" | "object";
    readonly description: string;
    readonly default?: unknown;
    readonly enum?: readonly string[];
    /** Type of the elements of a list. */
    readonly items?: { readonly type: "string" | "number" | "object" };
}

/** What a rule says about itself; the documentation is made of it. */
export interface About {
    /** Name of the policy, unique in the pack. */
    readonly id: string;
    readonly title: string;
    readonly family: "free-tier" | "spof" | "hygiene";
    readonly level: Level;
    readonly severity: "low" | "medium" | "high" | "critical";
    /** What goes wrong without it. */
    readonly why: string;
    /** The limit it holds to and where that comes from. */
    readonly limit: string;
    /** How to make a violation go away. */
    readonly fix: string;
    /** What it does with what it cannot know, unless configured otherwise. */
    readonly onUnknown: OnUnknown;
    readonly options?: Readonly<Record<string, Option>>;
}

/** Judges one resource by what the program asks for. */
export interface ResourceRule extends About {
    readonly scope: "resource";
    /** Cheap test by type, so that most resources cost nothing. */
    readonly appliesTo: (type: string) => boolean;
    readonly judge: (resource: Resource, settings: Settings) => readonly Finding[];
}

/** Judges the whole stack. */
export interface StackRule extends About {
    readonly scope: "stack";
    readonly judge: (graph: Graph, settings: Settings) => readonly Finding[];
}

/** Either kind. */
export type Rule = ResourceRule | StackRule;

/** The options every rule has, and the rule's own. */
export function optionsOf(rule: About): Readonly<Record<string, Option>> {
    return {
        onUnknown: {
            type: "string",
            enum: ["fail", "warn", "ignore"],
            default: rule.onUnknown,
            description:
                "What to do with a value that cannot be known yet: `fail` reports it at this rule's level, `warn` reports it through the advisory rule `unknown-values`, `ignore` passes over it.",
        },
        ...rule.options,
    };
}

/** The rule's options as they are without any configuration. */
export function defaultsOf(rule: About): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(optionsOf(rule)).map(([name, option]) => [name, option.default]));
}

/** A finding that says which property of which resource could not be known. */
export function cannotKnow(resource: Resource, path: string, what: string): Finding {
    return {
        kind: "unknown",
        urn: resource.urn,
        message: `${resource.name} (${resource.type}): cannot know ${path}, so ${what} cannot be judged. Give it a plain value, or set onUnknown of this rule.`,
    };
}
