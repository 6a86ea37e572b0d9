/**
 * A stack as the engine shows it to a policy pack: properties behind the SDK's own proxy, parents and dependencies as
 * the same objects, and no inputs in stack rules. Resource rules run first, as they do in a preview.
 */

import {
    type PolicyResource,
    type PolicyResourceOptions,
    type ResourceValidationArgs,
    UnknownValueError,
    unknownCheckingProxy,
} from "@pulumi/policy";
import { policiesOf } from "../../../policy/crossguard";
import type { Rule } from "../../../policy/rule";
import { type Declarations, settingsFrom } from "../../../policy/settings";

/** The value the engine sends where a text is not known yet. */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The value the engine sends where a number is not known yet. */
export const UNKNOWN_NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421";

/** One resource of a test stack. */
export interface Declared {
    readonly type: string;
    readonly name: string;
    /** What the program asks for. */
    readonly inputs?: Readonly<Record<string, unknown>>;
    /** What the engine says it became. Default: the inputs, as in an ordinary preview. */
    readonly outputs?: Readonly<Record<string, unknown>>;
    /** Name of the parent. */
    readonly parent?: string;
    /** Names of what it depends on. */
    readonly after?: readonly string[];
    /** Names of what a property comes from. */
    readonly from?: Readonly<Record<string, readonly string[]>>;
    readonly protect?: boolean;
}

/** URN of a resource of a test stack. */
export function urnOf({ type, name }: Pick<Declared, "type" | "name">): string {
    return `urn:pulumi:test::stack::${type}::${name}`;
}

/** A message of the pack. */
export interface Said {
    readonly rule: string;
    readonly message: string;
    /** Name of the resource it is about. */
    readonly resource: string | undefined;
    readonly level: string;
}

/** What a run is told besides the resources. */
export interface Circumstances extends Declarations {
    readonly today?: string;
    /** Options by rule. */
    readonly config?: Readonly<Record<string, object>>;
}

/** The day on which test stacks are judged unless they say otherwise. */
export const TODAY = "2026-09-01";

/** Runs rules over a stack through the adapter that CrossGuard calls. */
export async function judged(
    rules: readonly Rule[],
    declared: readonly Declared[],
    { today = TODAY, config = {}, ...declarations }: Circumstances = {},
): Promise<Said[]> {
    const said: Said[] = [];
    // As CrossGuard does: what is disabled does not run, unless the configuration gives it a level.
    const policies = policiesOf(rules, () => settingsFrom(declarations, today)).filter(
        ({ name, enforcementLevel }) => enforcementLevel !== "disabled" || "enforcementLevel" in (config[name] ?? {}),
    );
    const byName = new Map(declared.map((each) => [each.name, each]));
    const nameOf = new Map(declared.map((each) => [urnOf(each), each.name]));
    for (const each of declared) {
        for (const policy of policies) {
            const validate = "validateResource" in policy ? policy.validateResource : undefined;
            if (typeof validate !== "function") {
                continue;
            }
            const args = argumentsFor(each, byName, config[policy.name] ?? {});
            await run(policy, said, nameOf, (report) => validate(args, report), urnOf(each));
        }
    }
    for (const policy of policies) {
        if ("validateStack" in policy) {
            const args = {
                resources: resourcesOf(declared),
                stackTags: new Map<string, string>(),
                getConfig: <T extends object>() => (config[policy.name] ?? {}) as T,
                notApplicable,
            };
            await run(policy, said, nameOf, (report) => policy.validateStack(args, report));
        }
    }
    return said;
}

/** The messages of a run, without anything else. */
export async function messages(...args: Parameters<typeof judged>): Promise<string[]> {
    return (await judged(...args)).map(({ message }) => message);
}

type Report = (message: string, urn?: string) => void;

async function run(
    policy: { readonly name: string; readonly enforcementLevel?: string },
    said: Said[],
    nameOf: ReadonlyMap<string, string>,
    call: (report: Report) => unknown,
    urn?: string,
): Promise<void> {
    const level = policy.enforcementLevel ?? "mandatory";
    const say = (message: string, about: string | undefined, as: string): void => {
        said.push({ rule: policy.name, message, resource: nameOf.get(about ?? ""), level: as });
    };
    try {
        await call((message, about) => say(message, urn ?? about, level));
    } catch (error) {
        if (!(error instanceof UnknownValueError)) {
            throw error;
        }
        say(`can't run policy: ${String(error)}`, urn, "advisory");
    }
}

function notApplicable(reason?: string): never {
    throw new Error(reason ?? "not applicable");
}

function optionsFor(declared: Declared, byName: ReadonlyMap<string, Declared>): PolicyResourceOptions {
    const parent = declared.parent === undefined ? undefined : byName.get(declared.parent);
    return {
        protect: declared.protect ?? false,
        ignoreChanges: [],
        aliases: [],
        customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
        additionalSecretOutputs: [],
        ...(parent === undefined ? {} : { parent: urnOf(parent) }),
    };
}

function argumentsFor(
    declared: Declared,
    byName: ReadonlyMap<string, Declared>,
    config: object,
): ResourceValidationArgs {
    return {
        type: declared.type,
        name: declared.name,
        urn: urnOf(declared),
        props: unknownCheckingProxy(declared.inputs ?? {}),
        opts: optionsFor(declared, byName),
        stackTags: new Map(),
        isType: () => false,
        asType: () => undefined,
        getConfig: <T extends object>() => config as T,
        notApplicable,
    };
}

/** The resources of a stack with their edges, as a stack rule is handed them. */
export function resourcesOf(declared: readonly Declared[]): PolicyResource[] {
    const byName = new Map(declared.map((each) => [each.name, each]));
    const resources = new Map(
        declared.map((each): [string, PolicyResource] => [
            each.name,
            {
                type: each.type,
                name: each.name,
                urn: urnOf(each),
                props: unknownCheckingProxy(each.outputs ?? each.inputs ?? {}),
                opts: optionsFor(each, byName),
                dependencies: [],
                propertyDependencies: {},
                isType: () => false,
                asType: () => undefined,
            },
        ]),
    );
    const named = (names: readonly string[]): PolicyResource[] =>
        names.map((name) => {
            const found = resources.get(name);
            if (found === undefined) {
                throw new Error(`the test stack has no resource ${name}`);
            }
            return found;
        });
    for (const each of declared) {
        const resource = resources.get(each.name);
        if (resource === undefined) {
            continue;
        }
        resource.dependencies = named([...(each.after ?? []), ...Object.values(each.from ?? {}).flat()]);
        resource.propertyDependencies = Object.fromEntries(
            Object.entries(each.from ?? {}).map(([key, names]) => [key, named(names)]),
        );
        if (each.parent !== undefined) {
            const [parent] = named([each.parent]);
            if (parent !== undefined) {
                resource.parent = parent;
            }
        }
    }
    return [...resources.values()];
}
