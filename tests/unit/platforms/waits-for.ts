/** What a resource waits for in a recorded graph, directly or through others. */
import type { Graph } from "../../harness/synth";

/** Names of everything a resource waits for. */
export function waitsFor({ resources }: Graph): { readonly waits: (name: string) => readonly string[] } {
    const dependencies = new Map(resources.map((each) => [each.name, each.dependencies]));
    return {
        waits: (name) => {
            const seen = new Set<string>();
            const visit = (from: string): void => {
                for (const next of dependencies.get(from) ?? []) {
                    if (!seen.has(next)) {
                        seen.add(next);
                        visit(next);
                    }
                }
            };
            visit(name);
            return [...seen].sort();
        },
    };
}
