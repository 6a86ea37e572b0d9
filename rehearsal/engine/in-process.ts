/**
 * The fast path: a program against the world without an engine, in milliseconds. It knows what decides whether a
 * graph is right (order, differences, replacement, faults, a killed engine) and nothing of plans, policies, secrets at
 * rest or parallel limits: those are for the real engine.
 */
import type { Interference } from "../protocol/operations";
import { Operations } from "../protocol/operations";
import type { PackageBehaviour } from "../world/behaviour";
import { World, type WorldOptions } from "../world/world";
import { type ExplicitEdge, type InlineProgram, watchEdges } from "./edges";
import { type InProcessError, InProcessMonitor, packageOf } from "./in-process-monitor";
import { configTexts, runProgram } from "./in-process-program";
import { asked, type InProcessResource, type WantedResource } from "./in-process-steps";
import type { Change, Changes, StackConfig } from "./rehearsal";

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

/** One stack over several runs: its state and its world stay. */
export class InProcessStack {
    readonly world: World;
    readonly #state = new Map<string, InProcessResource>();
    readonly #packages: readonly PackageBehaviour[];
    #interrupted: readonly WantedResource[] = [];

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
            monitor.steps.dead = true;
        };
        const edges: ExplicitEdge[] = [];
        const watched = watchEdges(program, (edge) => edges.push(edge), options.dropEdge);
        const outcome = await runProgram(watched, monitor, { project, stack, preview, config });
        await operations.settled();
        const changed = [...monitor.steps.changed];
        const errors = [...monitor.errors, ...outcome.errors];
        if (monitor.steps.dead) {
            this.#interrupted = [...monitor.steps.creating.values()];
            return finished([...errors, { message: "The engine was killed." }], changed, monitor.steps.same, edges, {});
        }
        if (errors.length === 0 && !preview) {
            const gone = [...state.values()].filter(({ urn }) => !monitor.registered.has(urn));
            await this.#delete(gone, operations, changed, errors);
        }
        return finished(errors, changed, monitor.steps.same, edges, outcome.outputs);
    }

    /** Adopts what an interrupted run made and has an id known beforehand; forgets the rest. */
    async #recover(): Promise<void> {
        const operations = this.#operations();
        for (const pending of this.#interrupted) {
            const behaviour = this.#behaviour(pending.type);
            const id = behaviour?.deterministicId?.(pending.inputs) ?? behaviour?.findId?.(pending.inputs);
            if (behaviour === undefined || id === undefined) {
                behaviour?.lapses?.(pending.inputs);
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
