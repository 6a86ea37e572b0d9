/** What a run without an engine does to the world, resource by resource, and what it keeps of it. */
import { differenceOf } from "../protocol/difference";
import type { Asked, Operations } from "../protocol/operations";
import { type Secrets, secretsOfResult } from "../protocol/values";
import type { ProviderInstance, ResourceBehaviour } from "../world/behaviour";
import { PartialFailure } from "../world/refusal";
import type { Properties } from "../world/value";
import { withIgnored } from "./ignore-changes";
import type { Change } from "./rehearsal";

/** One resource of an in-process state. */
export interface InProcessResource {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly custom: boolean;
    /** Empty for components. */
    readonly id: string;
    readonly parent: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    readonly secrets: Secrets;
    /** URNs of everything it waited for. */
    readonly dependencies: readonly string[];
    /** Input property to the URNs its value comes from. */
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
    readonly protect: boolean;
    /** Paths of inputs whose changes the program ignores. */
    readonly ignoreChanges: readonly string[];
    readonly provider: ProviderInstance;
    /** The provider it names, `urn::id` as the engine's state has it; empty where it names none. */
    readonly providerReference: string;
    /** True for what was made only in part: the next run updates it. */
    readonly broken?: boolean;
}

/** A resource as the program wants it, before anything is done about it. */
export type WantedResource = Omit<InProcessResource, "id" | "outputs">;

/** What the program is told of a resource. */
export type Taken = Pick<InProcessResource, "id" | "outputs" | "secrets">;

/** What the steps work with; the state is changed in place. */
export interface StepsOptions {
    readonly preview: boolean;
    readonly operations: Operations;
    readonly state: Map<string, InProcessResource>;
}

/** The steps of one run. */
export class Steps {
    readonly changed: Change[] = [];
    /** Creates that run: what an engine that dies now would leave pending. */
    readonly creating = new Map<string, WantedResource>();
    /** Resources that needed nothing. */
    same = 0;
    /** Set when nothing must be recorded any more: an engine that died. */
    dead = false;

    constructor(private readonly options: StepsOptions) {}

    /** Notes what became of a resource; undefined where nothing did. */
    note(operation: Change["operation"] | undefined, urn: string): void {
        if (operation === undefined) {
            this.same++;
        } else {
            this.changed.push({ urn, operation, properties: [] });
        }
    }

    /** Does what a wanted resource needs: to be made, updated, replaced, or nothing. Throws where it is refused. */
    async take(base: WantedResource, behaviour: ResourceBehaviour): Promise<Taken> {
        const { urn, type, name, provider } = base;
        const old = this.options.state.get(urn);
        const asks = old === undefined ? base.inputs : withIgnored(base.inputs, old.inputs, base.ignoreChanges);
        const checked = behaviour.check?.(asks, old?.inputs, { urn, type, name, provider }) ?? {
            inputs: asks,
            failures: [],
        };
        if (checked.failures.length > 0) {
            throw new Error(checked.failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
        }
        const inputs = checked.inputs;
        const secrets = secretsOfResult(inputs, [{ value: base.inputs, secrets: base.secrets }]);
        const wanted = { ...base, inputs, secrets };
        if (this.options.preview) {
            this.note(old === undefined ? "create" : previewed(behaviour, old, inputs), urn);
            return { id: old?.id ?? "", outputs: { ...old?.outputs, ...inputs }, secrets };
        }
        if (old === undefined) {
            return await this.#create(behaviour, wanted);
        }
        const difference = differenceOf(behaviour, old.inputs, inputs, old.outputs);
        if (difference.replaces.length > 0) {
            return await this.#replace(behaviour, wanted, old, difference.deleteBeforeReplace ?? false);
        }
        if (difference.changes.length > 0 || old.broken === true) {
            return await this.#update(behaviour, wanted, old);
        }
        this.note(undefined, urn);
        return this.#keep({ ...old, ...wanted, secrets: old.secrets });
    }

    async #create(behaviour: ResourceBehaviour, wanted: WantedResource): Promise<Taken> {
        this.creating.set(wanted.urn, wanted);
        const source = { value: wanted.inputs, secrets: wanted.secrets };
        try {
            const made = await this.options.operations.run(asked("create", wanted), wanted.inputs, (operation) =>
                behaviour.create(wanted.inputs, operation),
            );
            const secrets = secretsOfResult(made.outputs, [source], behaviour.secretOutputs);
            this.note("create", wanted.urn);
            return this.#keep({ ...wanted, id: made.id, outputs: made.outputs, secrets });
        } catch (error) {
            if (error instanceof PartialFailure) {
                this.#keep({ ...wanted, id: error.id, outputs: error.outputs, broken: true });
            }
            throw error;
        } finally {
            if (!this.dead) {
                this.creating.delete(wanted.urn);
            }
        }
    }

    async #update(behaviour: ResourceBehaviour, wanted: WantedResource, old: InProcessResource): Promise<Taken> {
        const outputs = await this.options.operations.run(asked("update", wanted), wanted.inputs, (operation) =>
            behaviour.update(old.id, old.outputs, wanted.inputs, operation),
        );
        const sources = [{ value: wanted.inputs, secrets: wanted.secrets }];
        const secrets = secretsOfResult(outputs, sources, behaviour.secretOutputs);
        this.note("update", wanted.urn);
        return this.#keep({ ...wanted, id: old.id, outputs, secrets, broken: false });
    }

    async #replace(
        behaviour: ResourceBehaviour,
        wanted: WantedResource,
        old: InProcessResource,
        deleteFirst: boolean,
    ): Promise<Taken> {
        const remove = () =>
            this.options.operations.run(asked("delete", old), old.outputs, (operation) =>
                behaviour.delete(old.id, old.outputs, operation),
            );
        if (deleteFirst) {
            await remove();
        }
        const made = await this.#create(behaviour, wanted);
        if (!deleteFirst) {
            await remove();
        }
        this.changed.pop();
        this.note("replace", wanted.urn);
        return made;
    }

    #keep(resource: InProcessResource): Taken {
        if (!this.dead) {
            this.options.state.set(resource.urn, resource);
        }
        return resource;
    }
}

/** What an `up` would do to a resource that is there; undefined for nothing. */
function previewed(
    behaviour: ResourceBehaviour,
    old: InProcessResource,
    inputs: Properties,
): "update" | "replace" | undefined {
    const { changes, replaces } = differenceOf(behaviour, old.inputs, inputs, old.outputs);
    return replaces.length > 0 ? "replace" : changes.length > 0 ? "update" : undefined;
}

/** An operation on a resource. */
export function asked(
    kind: Asked["kind"],
    { urn, type, name, provider }: Pick<InProcessResource, "urn" | "type" | "name" | "provider">,
): Asked {
    return { kind, urn, type, name, provider };
}
