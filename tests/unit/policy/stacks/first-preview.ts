/** A stack of this project as the pack sees it at its first preview, before anything exists. */
import program from "../../../../index";
import { rehearsedConfig } from "../../../../operations/stack";
import { UNKNOWN } from "../../../../policy/graph";
import type { PlainResource } from "../../../../policy/report";
import { siteOf } from "../../../../rehearsal/sites";
import { synth } from "../../../harness/synth";
import { unknown } from "../../../harness/wire-value";
import { oracleAnswers } from "../../platforms/oracle-answers";

/** A value with the pack's own mark where something is not known yet. */
function marked(value: unknown): unknown {
    if (value === unknown) {
        return UNKNOWN;
    }
    if (Array.isArray(value)) {
        return value.map(marked);
    }
    return typeof value === "object" && value !== null ? markedAll(value) : value;
}

function markedAll(values: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, marked(value)]));
}

/** The resources of a stack at its first preview. The provider of a cluster that is not there yet tells no outcome. */
export async function firstPreview(stack: string): Promise<PlainResource[]> {
    const values = Object.entries(rehearsedConfig(stack, siteOf(stack))).map(([key, { value }]) => [key, value]);
    const { resources } = await synth(program, {
        ...oracleAnswers(),
        preview: true,
        computed: () => ({}),
        config: Object.fromEntries(values),
        stack,
    });
    const urns = new Map(resources.map(({ name, urn }) => [name, urn]));
    return resources.map(({ type, name, urn, parent, inputs, outputs, dependencies, protect }) => {
        const asked = markedAll(inputs);
        const isComponent = type.startsWith("strata:");
        const above = urns.get(parent);
        return {
            urn,
            type,
            name,
            inputs: asked,
            props: isComponent ? markedAll(outputs) : type.startsWith("kubernetes:") ? {} : asked,
            dependencies: dependencies.flatMap((each) => urns.get(each) ?? []),
            protect,
            ...(above === undefined ? {} : { parent: above }),
        };
    });
}
