/** A tiny package of providers and programs over it, for the tests of the engine's side. */
import * as pulumi from "@pulumi/pulumi";
import type { PackageBehaviour, ResourceBehaviour } from "../../../rehearsal/world/behaviour";
import { PartialFailure, Refusal } from "../../../rehearsal/world/refusal";
import type { Site } from "../../../rehearsal/world/site";
import type { Properties } from "../../../rehearsal/world/value";

/** A site with nothing on it. */
export const emptySite: Site = { proxmox: [], networks: {}, talosVersions: [], kubernetesByTalos: {} };

/** What stands in the tiny world. */
export type Shelf = Map<string, Properties>;

/**
 * The package `tiny`: `Box`, whose id is its `label`, and `Dice`, whose id and secret `result` are drawn at creation.
 * A box that is taken is refused; a box labelled `cracked` is half made until its `glue` is given.
 */
export function tinyPackage(shelf: Shelf = new Map()): PackageBehaviour {
    let drawn = 0;
    const shared: Pick<ResourceBehaviour, "read" | "delete"> = {
        read: async (id, _state, inputs) => {
            const outputs = shelf.get(id);
            return outputs === undefined
                ? undefined
                : { id, outputs, inputs: Object.keys(inputs).length > 0 ? inputs : outputs };
        },
        delete: async (id) => {
            shelf.delete(id);
        },
    };
    const box: ResourceBehaviour = {
        ...shared,
        replaceOn: ["label"],
        deterministicId: (inputs) => `box-${String(inputs.label)}`,
        check: (inputs) => ({
            inputs,
            failures: inputs.label === "" ? [{ property: "label", reason: "a box has a label" }] : [],
        }),
        create: async (inputs, operation) => {
            const id = `box-${String(inputs.label)}`;
            if (shelf.has(id)) {
                throw new Refusal(`${id} is taken`, "this test");
            }
            if (typeof inputs.takes === "string") {
                await operation.takes(inputs.takes);
            }
            const outputs = { ...inputs, made: true };
            shelf.set(id, outputs);
            if (inputs.label === "cracked" && inputs.glue === undefined) {
                throw new PartialFailure(`${id} is cracked`, "this test", id, outputs);
            }
            return { id, outputs };
        },
        update: async (id, _old, inputs, operation) => {
            if (typeof inputs.takes === "string") {
                await operation.takes(inputs.takes);
            }
            const outputs = { ...inputs, made: true };
            shelf.set(id, outputs);
            return outputs;
        },
    };
    const dice: ResourceBehaviour = {
        ...shared,
        secretOutputs: ["result"],
        create: async (inputs) => {
            const id = `dice-${++drawn}`;
            const outputs = { ...inputs, result: `Drawn#${drawn}-of-many-sides` };
            shelf.set(id, outputs);
            return { id, outputs };
        },
        update: async (id, old, inputs) => {
            const outputs = { ...old, ...inputs };
            shelf.set(id, outputs);
            return outputs;
        },
    };
    const resources: Record<string, ResourceBehaviour> = { "tiny:index:Box": box, "tiny:index:Dice": dice };
    return {
        name: "tiny",
        resource: (type) => resources[type],
        function: (token) => (token === "tiny:index:echo" ? async (args) => ({ said: args.say ?? null }) : undefined),
    };
}

/** What a box may be given. */
export interface BoxArgs {
    readonly label: pulumi.Input<string>;
    readonly takes?: string;
    readonly glue?: pulumi.Input<string>;
    readonly holds?: pulumi.Input<unknown>;
    readonly weight?: pulumi.Input<string>;
}

/** A thing whose id is known beforehand. */
export class Box extends pulumi.CustomResource {
    declare readonly label: pulumi.Output<string>;
    declare readonly made: pulumi.Output<boolean>;

    constructor(name: string, args: BoxArgs, opts?: pulumi.CustomResourceOptions) {
        super("tiny:index:Box", name, { ...args, made: undefined }, opts);
    }
}

/** A thing whose id and result are drawn when it is made. */
export class Dice extends pulumi.CustomResource {
    declare readonly result: pulumi.Output<string>;

    constructor(name: string, args: { readonly sides: pulumi.Input<number> }, opts?: pulumi.CustomResourceOptions) {
        super("tiny:index:Dice", name, { ...args, result: undefined }, opts);
    }
}
