/** The explicit `dependsOn` edges of a program: which there are, and how the program is without one of them. */
import * as pulumi from "@pulumi/pulumi";

/** A function that is a whole program. */
export type InlineProgram = () => Promise<Record<string, unknown> | undefined>;

/** One explicit edge: `resource` was told to wait for `dependsOn`. Both as `type::name`. */
export interface ExplicitEdge {
    readonly resource: string;
    readonly dependsOn: string;
}

/** True for the same edge. */
export function sameEdge(a: ExplicitEdge, b: ExplicitEdge): boolean {
    return a.resource === b.resource && a.dependsOn === b.dependsOn;
}

/** What a resource is called before the engine gave it a URN. */
interface Named {
    readonly __name?: string;
    readonly __pulumiType?: string;
}

function label(resource: pulumi.Resource): string {
    // The SDK keeps both on every resource, but only for itself; the URN would have to be waited for.
    const { __name, __pulumiType } = resource as pulumi.Resource & Named;
    return `${__pulumiType ?? ""}::${__name ?? ""}`;
}

/** What a resource was explicitly told to wait for. Throws where that is not a plain resource or list of them. */
function dependenciesOf(what: string, dependsOn: pulumi.ResourceOptions["dependsOn"]): readonly pulumi.Resource[] {
    if (dependsOn === undefined) {
        return [];
    }
    const list: readonly unknown[] = Array.isArray(dependsOn) ? dependsOn : [dependsOn];
    return list.map((one) => {
        if (!pulumi.Resource.isInstance(one)) {
            throw new Error(
                `'${what}' depends on a promise of resources: dependsOn must be a plain list of resources.`,
            );
        }
        return one;
    });
}

/**
 * The same program, watched: each explicit edge goes to `onEdge`, and the edge `drop`, where given, is left out.
 *
 * @param drop Left out wherever the program states it.
 */
export function watchEdges(
    program: InlineProgram,
    onEdge: (edge: ExplicitEdge) => void,
    drop?: ExplicitEdge,
): InlineProgram {
    return async () => {
        pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
            const resource = `${type}::${name}`;
            const kept = dependenciesOf(resource, opts.dependsOn).filter((dependency) => {
                const edge = { resource, dependsOn: label(dependency) };
                onEdge(edge);
                return drop === undefined || !sameEdge(edge, drop);
            });
            return { props, opts: { ...opts, dependsOn: [...kept] } };
        });
        return await program();
    };
}
