/** One Pulumi stack in a scratch folder, and the commands a rehearsal runs on it. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { stringify } from "yaml";
import type { Deployment } from "./deployment";
import type { StackConfig } from "./rehearsal";
import { takeRejections } from "./rejections";
import type { Scratch } from "./scratch";
import { removeTornAttributes } from "./state-folder";

/** What names and feeds a stack. */
export interface StackSpec {
    readonly project: string;
    readonly stack: string;
    readonly config: StackConfig;
}

/** How a command is run. */
export interface CommandOptions {
    readonly parallel: number;
    readonly policyPack?: string;
    readonly onEvent: (event: EngineEvent) => void;
    readonly onText: (text: string) => void;
    /** True while neither the engine nor the world does anything. */
    readonly atRest: () => boolean;
}

/** How a command ended. */
export interface CommandResult {
    readonly ok: boolean;
    /** What the engine wrote where it failed. */
    readonly error?: string;
}

/** A program of this process; undefined for one that a language host runs. */
export type StackProgram = PulumiFn | undefined;

/** Where the engine finds what it would otherwise start itself. */
export interface Attachments {
    /** See `ProviderServer`. */
    readonly providers: string;
    /** See `LanguageHost`; undefined for a program of this process. */
    readonly language?: string;
}

/** A stack to run commands on. */
export interface ScratchStack {
    /** Tells the engine of the providers, and of the language host, it is to attach to. */
    attach(attachments: Attachments): void;
    /** Writes the configuration anew. */
    configure(config: StackConfig): Promise<void>;
    preview(program: StackProgram, options: CommandOptions): Promise<CommandResult>;
    up(program: StackProgram, options: CommandOptions): Promise<CommandResult>;
    refresh(options: CommandOptions): Promise<CommandResult>;
    destroy(options: CommandOptions): Promise<CommandResult>;
    /** Tries a destroy without destroying anything. */
    previewDestroy(options: CommandOptions): Promise<CommandResult>;
    /** The state with its secrets encrypted; what the Automation API exports shows them. */
    export(): Promise<Deployment>;
    import(deployment: Deployment): Promise<void>;
    /** Removes a lock that a dead engine left, and what it was writing. */
    cancel(): Promise<void>;
    /** Takes the protection off every resource, as a human must before destroying them. */
    unprotect(): Promise<void>;
}

/** Makes the stack and configures it. */
export async function openStack(scratch: Scratch, spec: StackSpec): Promise<ScratchStack> {
    writeFileSync(
        join(scratch.project, "Pulumi.yaml"),
        stringify({ name: spec.project, runtime: "nodejs", description: "A rehearsal" }),
    );
    const pulumiCommand = await PulumiCommand.get({ root: scratch.root, skipVersionCheck: true });
    const workspace = await LocalWorkspace.create({
        workDir: scratch.project,
        pulumiCommand,
        envVars: { ...scratch.environment },
        secretsProvider: "passphrase",
    });
    const stack = await Stack.create(spec.stack, workspace);
    // After each command the Automation API runs the engine three times more for outputs and history; the state file
    // tells the outputs, and nobody asks for the history.
    stack.outputs = async () => ({});
    stack.info = async () => undefined;
    const configure = (config: StackConfig) => stack.setAllConfigJson(configJson(config));
    await configure(spec.config);
    return {
        attach: ({ providers, language }) => {
            workspace.envVars.PULUMI_DEBUG_PROVIDERS = providers;
            if (language !== undefined) {
                workspace.envVars.PULUMI_DEBUG_LANGUAGES = language;
            }
        },
        configure,
        preview: (program, options) => settle(options, (common) => stack.preview({ ...inline(program), ...common })),
        up: (program, options) => settle(options, (common) => stack.up({ ...inline(program), ...common })),
        refresh: (options) => settle(options, ({ policyPacks: _, ...common }) => stack.refresh(common)),
        destroy: (options) => settle(options, ({ policyPacks: _, ...common }) => stack.destroy(common)),
        previewDestroy: (options) =>
            settle(options, ({ policyPacks: _, ...common }) => stack.destroy({ ...common, previewOnly: true })),
        export: async () => readState(join(scratch.state, ".pulumi", "stacks", spec.project, `${spec.stack}.json`)),
        import: (deployment) => stack.importStack({ version: deployment.version, deployment: deployment.deployment }),
        cancel: () => {
            removeTornAttributes(scratch.state, spec);
            return stack.cancel();
        },
        unprotect: async () => {
            await promisify(execFile)(
                join(scratch.root, "bin", "pulumi"),
                ["state", "unprotect", "--all", "--yes", "--non-interactive", "--stack", spec.stack],
                { cwd: scratch.project, env: { ...process.env, ...workspace.envVars } },
            );
        },
    };
}

function inline(program: StackProgram): { readonly program?: PulumiFn } {
    return program === undefined ? {} : { program };
}

/** The options every command takes, as the Automation API wants them. */
interface CommonOptions {
    readonly parallel: number;
    readonly color: "never";
    readonly policyPacks?: string[];
    readonly onEvent: (event: EngineEvent) => void;
    readonly onOutput: (text: string) => void;
    readonly signal: AbortSignal;
    readonly onError: (text: string) => void;
}

async function settle(
    { parallel, policyPack, onEvent, onText, atRest }: CommandOptions,
    run: (common: CommonOptions) => Promise<unknown>,
): Promise<CommandResult> {
    const stop = new AbortController();
    let watch: NodeJS.Timeout | undefined;
    // What the program throws is told to the engine by the SDK; it must not end this process. But where it is thrown
    // in an output, the SDK then waits for ever for what that output was to become part of.
    const release = takeRejections(() => {
        watch ??= whenAtRest(atRest, () => stop.abort());
    });
    const policyPacks = policyPack === undefined ? {} : { policyPacks: [policyPack] };
    try {
        await run({
            parallel,
            color: "never",
            ...policyPacks,
            onEvent,
            onOutput: onText,
            onError: onText,
            signal: stop.signal,
        });
        return { ok: true };
    } catch (error) {
        return { ok: false, error: essence(error) };
    } finally {
        clearInterval(watch);
        release();
    }
}

/** How often to look whether nothing goes on any more, in milliseconds, and how many looks in a row must say so. */
const look = { everyMs: 250, times: 6 };

/** Acts once nothing has gone on for a while. */
function whenAtRest(atRest: () => boolean, act: () => void): NodeJS.Timeout {
    let seen = 0;
    const timer = setInterval(() => {
        seen = atRest() ? seen + 1 : 0;
        if (seen === look.times) {
            clearInterval(timer);
            act();
        }
    }, look.everyMs);
    return timer;
}

/** What a failed command said on its standard error, without the command line and the output before it. */
function essence(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    const [, said] = /\n stderr: ([\s\S]*?)\n err\?: /.exec(message) ?? [];
    return (said ?? message)
        .split("\n")
        .filter((line) => !line.startsWith("Command "))
        .join("\n")
        .trim();
}

/** Reads the file backend's checkpoint of a stack. */
function readState(path: string): Deployment {
    const { version, checkpoint } = JSON.parse(readFileSync(path, "utf8")) as {
        readonly version: number;
        readonly checkpoint: { readonly latest?: Deployment["deployment"] };
    };
    return { version, deployment: checkpoint.latest ?? {} };
}

/** Configuration in the form `pulumi config set-all --json` reads. */
function configJson(config: StackConfig): string {
    const entries = Object.entries(config).map(([key, { value, secret = false }]) => {
        const structured = typeof value === "object" && value !== null;
        const text = typeof value === "string" ? value : JSON.stringify(value);
        return [key, { value: text, secret, ...(structured ? { objectValue: value } : {}) }] as const;
    });
    return JSON.stringify(Object.fromEntries(entries));
}
