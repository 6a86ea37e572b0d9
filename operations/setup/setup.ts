/** Phase 0 of a stack: what it needs is found, asked for or made. Run twice, it asks nothing and changes nothing. */
import type { Fleet } from "../../config";
import type { Prompter } from "./prompter";
import type { StackConfigStore } from "./stack-config";

/** What became of one thing. */
export type Outcome = "found" | "asked" | "made" | "written" | "checked";

/** What a step did, one line. */
export interface Told {
    readonly step: string;
    readonly outcome: Outcome;
    readonly said: string;
}

/** What every step works with. */
export interface Setting {
    readonly stack: string;
    /** The project's folder. */
    readonly folder: string;
    /** The person's home folder. */
    readonly home: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly fleet: Fleet;
    readonly prompter: Prompter;
    readonly config: StackConfigStore;
    /** Config in clear as it is now; steps read it and keep it up to date through `keep`. */
    readonly values: Map<string, string>;
    readonly tell: (told: Told) => void;
}

/** One step of phase 0. */
export interface Step {
    /** As the document names it. */
    readonly name: string;
    readonly run: (setting: Setting) => Promise<void>;
}

/** Keeps a value in the stack's config unless it is there already. */
export async function keep(
    { config, values }: Setting,
    key: string,
    value: string,
    secret: boolean,
): Promise<"found" | "written"> {
    if (values.get(key) === value) {
        return "found";
    }
    await config.write(key, value, secret);
    values.set(key, value);
    return "written";
}

/**
 * A secret of the config: the one that is there, else the environment's, else the answer to a question. It is kept.
 *
 * @param variable Environment variable the provider reads it from: what stands there needs no copy.
 * @param before Shown above the question.
 * @returns true where it was asked for.
 */
export async function secretOf(
    setting: Setting,
    step: string,
    key: string,
    message: string,
    variable?: string,
    before?: string,
): Promise<boolean> {
    const { values, environment, prompter, tell } = setting;
    if (values.has(key)) {
        tell({ step, outcome: "found", said: `${key} is in the stack's config` });
    } else if (variable !== undefined && (environment[variable] ?? "") !== "") {
        tell({ step, outcome: "found", said: `${variable} is in the environment` });
    } else {
        const asked = { message, secret: true, ...(before === undefined ? {} : { before }) };
        await keep(setting, key, await prompter(asked), true);
        tell({ step, outcome: "asked", said: `${key} is kept, encrypted` });
        return true;
    }
    return false;
}

/** Runs the steps one after the other; the first that cannot be done says so, and those before it stay done. */
export async function setup(setting: Setting, steps: readonly Step[]): Promise<void> {
    for (const { run } of steps) {
        await run(setting);
    }
}
