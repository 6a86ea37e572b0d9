/** How the world answers for one provider: the contract between the wire and the world. */
import type { Refusal } from "./refusal";
import type { Properties } from "./value";

/** A property the provider refuses before anything is made, in the provider's own words. */
export interface CheckFailure {
    readonly property: string;
    readonly reason: string;
}

/** What changes between what is and what is asked. Empty lists mean no difference. */
export interface Difference {
    /** Top-level properties that differ. */
    readonly changes: readonly string[];
    /** Those of them that the real provider can only change by making the thing anew. */
    readonly replaces: readonly string[];
    readonly deleteBeforeReplace?: boolean;
}

/** One configured provider of the program, e.g. the Kubernetes provider that holds a cluster's kubeconfig. */
export interface ProviderInstance {
    /** e.g. `kubernetes`. */
    readonly package: string;
    /** Its configuration as the engine configured it; nested values arrive parsed, not as JSON text. */
    readonly config: Properties;
}

/** What an operation knows of itself and may ask of the world's clock. */
export interface Operation {
    readonly urn: string;
    readonly type: string;
    /** Logical name of the resource in the program. */
    readonly name: string;
    readonly provider: ProviderInstance;
    /**
     * Lets the declared time of a step pass. The first argument is a key of `world/durations.ts`; the world stretches
     * the time where a seed says so, and writes it to the ledger for the timeline.
     *
     * @param share How much of the step happens, where it is cut off. Default 1: all of it.
     */
    takes(step: string, share?: number): Promise<void>;
}

/**
 * A fault that strikes in the middle of an operation, in its place: lets the time until then pass, leaves in the world
 * what the real thing leaves, and ends with the real provider's words.
 *
 * @param properties Inputs of a create or update, the state of a delete.
 */
export type Cut = (properties: Properties, operation: Operation) => Promise<never>;

/** What a thing is once made or read. `outputs` are all its properties, inputs that stay visible included. */
export interface State {
    readonly id: string;
    readonly outputs: Properties;
}

/**
 * One resource type of a provider. Methods throw `Refusal` with the real system's words. `check` sees unknown values
 * at preview and must not refuse because of them; `create`, `update` and `delete` see known values only and are never
 * called at preview.
 */
export interface ResourceBehaviour {
    /** Refuses inputs as the real provider does before anything is made; may complete them with its defaults. */
    check?(
        inputs: Properties,
        old: Properties | undefined,
        operation: Omit<Operation, "takes">,
    ): { readonly inputs: Properties; readonly failures: readonly CheckFailure[] };
    /** Top-level input properties that the real provider can only change by replacement. */
    readonly replaceOn?: readonly string[];
    /** Overrides the ordinary comparison of old and new inputs. Unknown new values count as changed. */
    diff?(oldInputs: Properties, newInputs: Properties, oldOutputs: Properties): Difference;
    create(inputs: Properties, operation: Operation): Promise<State>;
    /** What is there now; undefined where it is gone. `inputs` as the engine stored them. */
    read(
        id: string,
        state: Properties,
        inputs: Properties,
        operation: Operation,
    ): Promise<(State & { readonly inputs: Properties }) | undefined>;
    update(id: string, oldOutputs: Properties, newInputs: Properties, operation: Operation): Promise<Properties>;
    delete(id: string, state: Properties, operation: Operation): Promise<void>;
    /** True for what stands in for a type that nobody described: a rehearsal names such types. Default false. */
    readonly generic?: boolean;
    /** Output properties the real provider's schema marks secret. An output equal to a secret input stays secret anyway. */
    readonly secretOutputs?: readonly string[];
    /**
     * The id this thing has whenever it is made from these inputs (a VM id, a namespaced name): what an interrupted
     * create is adopted by. Undefined where the id is drawn at creation and the thing has no effect outside the state.
     */
    deterministicId?(inputs: Properties): string | undefined;
    /**
     * The id of a thing that stands and was made from these inputs, looked up by its names: what an interrupted create
     * is adopted by where the service draws ids. Undefined where none stands.
     */
    findId?(inputs: Properties): string | undefined;
    /**
     * Told where an interrupted create is given up: what it made nobody can use, and it runs out by itself. Default:
     * nothing was made, or the next create finds it.
     */
    lapses?(inputs: Properties): void;
}

/** A function call of a provider (an invoke). */
export type FunctionBehaviour = (args: Properties, provider: ProviderInstance) => Promise<Properties>;

/** Everything one package answers. */
export interface PackageBehaviour {
    /** e.g. `proxmoxve`. */
    readonly name: string;
    /** Refuses a provider's configuration; called at preview with unknowns. */
    checkConfig?(config: Properties): readonly CheckFailure[];
    /** Behaviour by type token; a function where types cannot be listed (custom resources). Undefined: no such type. */
    resource(type: string): ResourceBehaviour | undefined;
    /** Behaviour by function token. Undefined: no such function. */
    function(token: string): FunctionBehaviour | undefined;
    /**
     * What a fault does that strikes an operation on a type: the system's everyday failure, e.g. a launch without room,
     * said before anything happens, or a cut in its middle. Undefined: a connection that breaks before anything happens.
     */
    fault?(kind: "create" | "update" | "delete", type: string): Refusal | Cut | undefined;
    /** Secret outputs of a function, by token. */
    readonly secretResults?: Readonly<Record<string, readonly string[]>>;
}
