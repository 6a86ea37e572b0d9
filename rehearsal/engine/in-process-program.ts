/** Runs a program of this process against a monitor of this process, as the SDK's own Automation API runs one. */
import * as pulumi from "@pulumi/pulumi";
import type { InlineProgram } from "./edges";
import type { InProcessError, InProcessMonitor } from "./in-process-monitor";
import type { StackConfig } from "./rehearsal";
import { takeRejections } from "./rejections";

/** Turns of the event loop without a sign of life after which a program that failed will ask for nothing more. */
const turnsToSettle = 20;

/** Configuration as a program reads it: text by full key. */
export interface ConfigTexts {
    readonly values: ReadonlyMap<string, string>;
    readonly secretKeys: readonly string[];
}

/** A stack's configuration as a program reads it. */
export function configTexts(config: StackConfig): ConfigTexts {
    const entries = Object.entries(config);
    return {
        values: new Map(
            entries.map(([key, { value }]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
        ),
        secretKeys: entries.filter(([, { secret }]) => secret === true).map(([key]) => key),
    };
}

/** The parts of the SDK's run-time that its types leave out: they are how its own Automation API runs a program. */
interface RuntimeState {
    withLocalStorage<T>(act: () => Promise<T>): Promise<T>;
    getStore(): Record<string, unknown>;
}
interface RuntimeSettings {
    setMockOptions(monitor: InProcessMonitor, project: string, stack: string, preview: boolean): void;
}
const runtimeState: RuntimeState = require("@pulumi/pulumi/runtime/state");
const runtimeSettings: RuntimeSettings = require("@pulumi/pulumi/runtime/settings");

/** Under what names and values a program runs. */
export interface ProgramRun {
    readonly project: string;
    readonly stack: string;
    readonly preview: boolean;
    readonly config: ConfigTexts;
}

/** Runs a program to its end, or to where it can go no further because something failed. */
export function runProgram(
    program: InlineProgram,
    monitor: InProcessMonitor,
    { project, stack, preview, config }: ProgramRun,
): Promise<{ readonly errors: readonly InProcessError[]; readonly outputs: Readonly<Record<string, unknown>> }> {
    return runtimeState.withLocalStorage(async () => {
        runtimeSettings.setMockOptions(monitor, project, stack, preview);
        Object.assign(runtimeState.getStore(), {
            supportsSecrets: true,
            supportsDeletedWith: true,
            supportsAliasSpecs: true,
            supportsParameterization: true,
        });
        pulumi.runtime.setAllConfig(Object.fromEntries(config.values), [...config.secretKeys]);
        const thrown: InProcessError[] = [];
        const onThrown = (error: unknown): void => {
            const message = error instanceof Error ? error.message : String(error);
            if (!thrown.some((known) => known.message === message)) {
                thrown.push({ message });
            }
        };
        const release = takeRejections(onThrown);
        // The SDK notes a stack for every output it makes, which is most of what a run costs.
        const traceLimit = Error.stackTraceLimit;
        Error.stackTraceLimit = 0;
        try {
            let result: Record<string, unknown> | undefined;
            const whole = (async () => {
                await pulumi.runtime.runInPulumiStack(async () => {
                    // Caught here, where it is thrown: further out it would be told once for each promise it passes.
                    result = await program().catch((error: unknown) => {
                        onThrown(error);
                        return undefined;
                    });
                    return result;
                });
                await pulumi.runtime.disconnect();
            })();
            const ended = new AbortController();
            await Promise.race([whole, stuck(monitor, thrown, ended.signal)]).finally(() => ended.abort());
            if (monitor.errors.length > 0 || thrown.length > 0 || monitor.steps.dead) {
                whole.catch(() => {});
                return { errors: thrown, outputs: {} };
            }
            return { errors: [], outputs: await resolved(result ?? {}) };
        } catch (error) {
            onThrown(error);
            return { errors: thrown, outputs: {} };
        } finally {
            // An error passes from promise to promise: each that nobody waits for tells it once more, a turn later.
            await turns(thrown.length > 0 ? turnsToSettle : 0);
            release();
            Error.stackTraceLimit = traceLimit;
        }
    });
}

/** Returns when something failed and nothing goes on any more. It keeps the process alive, since nothing else may. */
async function stuck(monitor: InProcessMonitor, thrown: readonly InProcessError[], ended: AbortSignal): Promise<void> {
    let quiet = 0;
    while (quiet < turnsToSettle && !ended.aborted) {
        await new Promise((next) => setTimeout(next, 1));
        const failed = monitor.errors.length > 0 || monitor.steps.dead || thrown.length > 0;
        quiet = failed && !monitor.busy ? quiet + 1 : 0;
    }
}

/** Lets the event loop turn so often. */
async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
        await new Promise((next) => setTimeout(next, 1));
    }
}

async function resolved(outputs: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> {
    return await new Promise((done) => {
        pulumi.output(outputs).apply((values) => done(values));
        // At a preview a part may be unknown, and then nothing comes.
        setTimeout(() => done({}), 50);
    });
}
