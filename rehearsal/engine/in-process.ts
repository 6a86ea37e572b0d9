/**
 * The fast path: a program against the world without an engine, in milliseconds. It knows what decides whether a
 * graph is right (order, differences, replacement, faults, a killed engine) and nothing of plans, policies, secrets at
 * rest or parallel limits: those are for the real engine.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Interference } from "../protocol/operations";
import { Operations } from "../protocol/operations";
import type { PackageBehaviour } from "../world/behaviour";
import { World, type WorldOptions } from "../world/world";
import { type ExplicitEdge, type InlineProgram, watchEdges } from "./edges";
import { asked, type InProcessError, InProcessMonitor, type InProcessResource, packageOf } from "./in-process-monitor";
import type { Change, Changes, StackConfig } from "./rehearsal";
import { takeRejections } from "./rejections";

/** A stack without an engine. */
export interface InProcessOptions {
    readonly program: InlineProgram;
    readonly project: string;
    readonly stack: string;
    readonly config: StackConfig;
    readonly site: WorldOptions["site"];
    /** Undefined: the nominal run. */
    readonly seed?: number;
    readonly packages: (world: World) => readonly PackageBehaviour[];
}

/** How one run differs from the plain one. */
export interface RunOptions {
    /** Takes the place of the stack's configuration in this run. */
    readonly config?: StackConfig;
    readonly interference?: Interference;
    /** An explicit edge to leave out. */
    readonly dropEdge?: ExplicitEdge;
}

/** What one run did. */
export interface InProcessRun {
    readonly ok: boolean;
    readonly errors: readonly InProcessError[];
    readonly changes: Changes;
    readonly changed: readonly Change[];
    /** Every explicit `dependsOn` the program stated. */
    readonly edges: readonly ExplicitEdge[];
    /** What the program returned, its outputs resolved where the run went well. */
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** Milliseconds of quiet before world time moves: the program's promises settle within one turn of the event loop. */
const quietMs = 1;

/** Turns of the event loop without a sign of life after which a program that failed will ask for nothing more. */
const turnsToSettle = 20;

/** One stack over several runs: its state and its world stay. */
export class InProcessStack {
    readonly world: World;
    readonly #state = new Map<string, InProcessResource>();
    readonly #packages: readonly PackageBehaviour[];
    #interrupted: readonly Omit<InProcessResource, "id" | "outputs">[] = [];

    constructor(private readonly options: InProcessOptions) {
        const { site, seed } = options;
        this.world = new World({ site, quietMs, ...(seed === undefined ? {} : { seed }) });
        this.#packages = options.packages(this.world);
    }

    /** The state by URN, in the order of creation. */
    get state(): ReadonlyMap<string, InProcessResource> {
        return this.#state;
    }

    /** Runs the program as a preview; the state stays as it is. */
    preview(options: RunOptions = {}): Promise<InProcessRun> {
        return this.#run(options, new Map(this.#state), true);
    }

    /** Runs the program; what a killed run left is recovered first, what the program no longer names is deleted. */
    async up(options: RunOptions = {}): Promise<InProcessRun> {
        await this.#recover();
        return await this.#run(options, this.#state, false);
    }

    /** Deletes everything, the last made first. */
    async destroy(options: Pick<RunOptions, "interference"> = {}): Promise<InProcessRun> {
        await this.#recover();
        const changed: Change[] = [];
        const errors: InProcessError[] = [];
        await this.#delete([...this.#state.values()], this.#operations(options.interference), changed, errors);
        return finished(errors, changed, 0, [], {});
    }

    /** Stops an interrupted run where it is: nothing is recorded from now on. Set while a run goes on. */
    kill: () => void = () => {};

    #operations(interference: Interference = {}): Operations {
        return new Operations(this.world, this.options.seed, interference);
    }

    async #run(options: RunOptions, state: Map<string, InProcessResource>, preview: boolean): Promise<InProcessRun> {
        const { project, stack, program } = this.options;
        const config = configTexts(options.config ?? this.options.config);
        const operations = this.#operations(options.interference);
        const monitor = new InProcessMonitor({
            project,
            stack,
            preview,
            config: config.values,
            packages: this.#packages,
            operations,
            state,
            onActivity: () => this.world.clock.touch(),
        });
        this.kill = () => {
            monitor.dead = true;
        };
        const edges: ExplicitEdge[] = [];
        const watched = watchEdges(program, (edge) => edges.push(edge), options.dropEdge);
        const outcome = await runProgram(watched, monitor, { project, stack, preview, config });
        await operations.settled();
        const changed = [...monitor.changed];
        const errors = [...monitor.errors, ...outcome.errors];
        if (monitor.dead) {
            this.#interrupted = [...monitor.creating.values()];
            return finished([...errors, { message: "The engine was killed." }], changed, monitor.same, edges, {});
        }
        if (errors.length === 0 && !preview) {
            const gone = [...state.values()].filter(({ urn }) => !monitor.registered.has(urn));
            await this.#delete(gone, operations, changed, errors);
        }
        return finished(errors, changed, monitor.same, edges, outcome.outputs);
    }

    /** Adopts what an interrupted run made and has an id known beforehand; forgets the rest. */
    async #recover(): Promise<void> {
        const operations = this.#operations();
        for (const pending of this.#interrupted) {
            const behaviour = this.#behaviour(pending.type);
            const id = behaviour?.deterministicId?.(pending.inputs);
            if (behaviour === undefined || id === undefined) {
                continue;
            }
            const found = await operations.run(asked("read", pending), pending.inputs, (operation) =>
                behaviour.read(id, {}, pending.inputs, operation),
            );
            if (found !== undefined) {
                this.#state.set(pending.urn, { ...pending, ...found, inputs: pending.inputs });
            }
        }
        this.#interrupted = [];
    }

    async #delete(
        resources: readonly InProcessResource[],
        operations: Operations,
        changed: Change[],
        errors: InProcessError[],
    ): Promise<void> {
        for (const resource of resources.toReversed()) {
            const { urn, type, id, outputs, custom } = resource;
            try {
                if (custom && !type.startsWith("pulumi:")) {
                    await operations.run(asked("delete", resource), outputs, async (operation) =>
                        this.#behaviour(type)?.delete(id, outputs, operation),
                    );
                }
            } catch (error) {
                errors.push({ urn, message: error instanceof Error ? error.message : String(error) });
                return;
            }
            this.#state.delete(urn);
            if (custom) {
                changed.push({ urn, operation: "delete", properties: [] });
            }
        }
    }

    #behaviour(type: string) {
        return this.#packages.find(({ name }) => name === packageOf(type))?.resource(type);
    }
}

/** Configuration as a program reads it: text by full key. */
interface ConfigTexts {
    readonly values: ReadonlyMap<string, string>;
    readonly secretKeys: readonly string[];
}

function configTexts(config: StackConfig): ConfigTexts {
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

interface ProgramRun {
    readonly project: string;
    readonly stack: string;
    readonly preview: boolean;
    readonly config: ConfigTexts;
}

/** Runs a program to its end, or to where it can go no further because something failed. */
function runProgram(
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
            await Promise.race([whole, stuck(monitor, thrown)]);
            if (monitor.errors.length > 0 || thrown.length > 0 || monitor.dead) {
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
        }
    });
}

/** Returns when something failed and nothing goes on any more. */
async function stuck(monitor: InProcessMonitor, thrown: readonly InProcessError[]): Promise<void> {
    let quiet = 0;
    while (quiet < turnsToSettle) {
        await new Promise((next) => setTimeout(next, 1).unref());
        const failed = monitor.errors.length > 0 || monitor.dead || thrown.length > 0;
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

function finished(
    errors: readonly InProcessError[],
    changed: readonly Change[],
    same: number,
    edges: readonly ExplicitEdge[],
    outputs: Readonly<Record<string, unknown>>,
): InProcessRun {
    const count = (operation: Change["operation"]) => changed.filter((change) => change.operation === operation).length;
    const changes = {
        create: count("create"),
        update: count("update"),
        replace: count("replace"),
        delete: count("delete"),
        same,
    };
    return { ok: errors.length === 0, errors, changes, changed, edges, outputs };
}
