/**
 * The resource graph that rules judge: plain values only. What stands in it comes from a preview, from an update or
 * from a saved state; a rule does not know which.
 */

/** Stands where a value cannot be known yet (an output of something that does not exist). */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** Properties by name; any leaf may be `UNKNOWN`. */
export type Properties = Readonly<Record<string, unknown>>;

/** One resource as a caller describes it, for example from `pulumi stack export`. */
export interface PlainResource {
    readonly urn: string;
    /** Type token, e.g. `oci:Core/instance:Instance`. */
    readonly type: string;
    readonly name: string;
    /** What is known of it: its outputs, and its inputs where `inputs` is not given. */
    readonly props: Properties;
    /** What the program asked for, where the caller knows it. */
    readonly inputs?: Properties;
    /** URN of the parent. */
    readonly parent?: string;
    /** URNs it depends on. */
    readonly dependencies: readonly string[];
    /** URNs each property depends on. */
    readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
    /** Whether deletion is refused. Default false. */
    readonly protect?: boolean;
}

/** One resource in the graph. */
export interface Resource {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** What the program asked for; empty where only the outcome is known. */
    readonly inputs: Properties;
    /** What the resource became; empty under a provider that is not configured yet. */
    readonly outputs: Properties;
    readonly parent: string | undefined;
    readonly dependencies: readonly string[];
    readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
    readonly protect: boolean;
    /** Paths of inputs that arrived as secrets, or undefined where secretness was not visible. */
    readonly secretPaths: ReadonlySet<string> | undefined;
}

/** All resources of a stack, with the ways to walk between them. */
export interface Graph {
    readonly resources: readonly Resource[];
    readonly byUrn: ReadonlyMap<string, Resource>;
}

/**
 * Builds the graph. Resources are put into the order of their URNs, so that no result depends on the order in which
 * the engine happened to register them.
 */
export function graphOf(resources: readonly Resource[]): Graph {
    const sorted = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
    return { resources: sorted, byUrn: new Map(sorted.map((resource) => [resource.urn, resource])) };
}

/** A graph from plain resources, for instance those of an exported state. */
export function graphOfPlain(resources: readonly PlainResource[]): Graph {
    return graphOf(resources.map(resourceOf));
}

/** One resource of the graph from its plain description. */
export function resourceOf(plain: PlainResource): Resource {
    return {
        urn: plain.urn,
        type: plain.type,
        name: plain.name,
        inputs: plain.inputs ?? {},
        outputs: plain.props,
        parent: plain.parent,
        dependencies: plain.dependencies,
        propertyDependencies: plain.propertyDependencies ?? {},
        protect: plain.protect ?? false,
        secretPaths: undefined,
    };
}

/** The resource and everything above it, nearest first. */
export function lineage(graph: Graph, resource: Resource): Resource[] {
    const line: Resource[] = [];
    const visited = new Set<string>();
    let current: Resource | undefined = resource;
    while (current !== undefined && !visited.has(current.urn)) {
        visited.add(current.urn);
        line.push(current);
        current = current.parent === undefined ? undefined : graph.byUrn.get(current.parent);
    }
    return line;
}

/** URNs of everything that waits for one of some resources, directly or not: by dependency, or through its parent. */
export function everythingAfter(graph: Graph, sources: readonly Resource[]): ReadonlySet<string> {
    const waiting = new Map<string, string[]>();
    for (const resource of graph.resources) {
        const before = [
            ...resource.dependencies,
            ...Object.values(resource.propertyDependencies).flat(),
            ...(resource.parent === undefined ? [] : [resource.parent]),
        ];
        for (const urn of before) {
            const list = waiting.get(urn);
            if (list === undefined) {
                waiting.set(urn, [resource.urn]);
            } else {
                list.push(resource.urn);
            }
        }
    }
    const after = new Set<string>();
    const open = sources.map((source) => source.urn);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
        for (const urn of waiting.get(next) ?? []) {
            if (!after.has(urn)) {
                after.add(urn);
                open.push(urn);
            }
        }
    }
    return after;
}
