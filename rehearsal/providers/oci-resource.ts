/** What the provider of Oracle does to a resource: checks its inputs, plans its changes, passes on what the API says. */
import type { CheckFailure, ResourceBehaviour } from "../world/behaviour";
import type { OracleType, Thing } from "../world/oracle/type";
import { at, isProperties, type Properties, UNKNOWN } from "../world/value";
import type { World } from "../world/world";
import { difference, same } from "./properties";

/** Refusals of inputs that are missing (Terraform SDK: Required), in the bridge's words. */
function missing(type: OracleType, inputs: Properties, name: string): CheckFailure[] {
    return type.required
        .filter((key) => inputs[key] === undefined || inputs[key] === null)
        .map((property) => ({
            property,
            reason: `Missing required property '${property}'. Examine values at '${name}.${property}'.`,
        }));
}

/** True where only a new one can change a top-level input. */
function replaces(type: OracleType, key: string, before: Properties, after: Properties): boolean {
    const inner = type.replaceOnInner?.[key];
    if (after[key] === UNKNOWN && inner !== undefined) {
        return true;
    }
    return (
        type.replaceOn.includes(key) || (inner ?? []).some((step) => !same(at(before[key], step), at(after[key], step)))
    );
}

/** Properties as the program sees them: what was asked, and what Oracle adds to what was left open. */
function outputs({ inputs, computed }: Thing): Properties {
    const merged: Record<string, Properties[string]> = { ...computed };
    for (const [key, value] of Object.entries(inputs)) {
        const added = computed[key];
        merged[key] = isProperties(value) && isProperties(added) ? { ...added, ...value } : value;
    }
    return merged;
}

/** A behaviour of one type. */
export function ociResource(world: World, type: OracleType): ResourceBehaviour {
    const found = (id: string): Thing | undefined => world.oracle.find(type.kind, id);
    return {
        check: (inputs, _old, { name }) => ({ inputs, failures: missing(type, inputs, name) }),
        replaceOn: type.replaceOn,
        diff: (before, after) => difference(before, after, (key) => replaces(type, key, before, after)),
        ...(type.id === undefined ? {} : { deterministicId: type.id }),
        findId: (inputs) => {
            // Names and places only: what is secret is not readable in the state of an engine that died.
            const plain = Object.entries(inputs).filter(([, value]) => typeof value === "string");
            const made = world.oracle.all(type.kind).filter(({ owned }) => owned);
            return made.find((thing) => plain.every(([key, value]) => thing.inputs[key] === value))?.id;
        },
        create: async (inputs, operation) => {
            const thing = await world.oracle.create(type, inputs, operation);
            return { id: thing.id, outputs: outputs(thing) };
        },
        read: async (id, _state, inputs) => {
            const thing = found(id);
            return thing === undefined
                ? undefined
                : { id, outputs: outputs(thing), inputs: Object.keys(inputs).length > 0 ? inputs : thing.inputs };
        },
        update: async (id, old, inputs) => {
            const thing = found(id);
            if (thing === undefined) {
                return old;
            }
            world.oracle.change(thing, inputs);
            return outputs(thing);
        },
        delete: async (id) => {
            const thing = found(id);
            if (thing !== undefined) {
                world.oracle.remove(thing);
            }
        },
    };
}
