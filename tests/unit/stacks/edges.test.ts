import { expect, test } from "vitest";
import type { ExplicitEdge } from "../../../rehearsal/engine/edges";
import { stackInProcess } from "../../harness/rehearsed";

/** Seeds tried until one notices; undefined is the nominal run. */
const seeds = [undefined, 1, 2, 3, 4, 5] as const;

/** The first seed by which the stack fails without an edge, "none" where it never does. */
async function noticedBy(stack: string, dropEdge: ExplicitEdge): Promise<string> {
    for (const seed of seeds) {
        const without = stackInProcess(stack, seed);
        const up = await without.up({ dropEdge });
        const destroyed = up.ok && without.world.audit().length === 0 && (await without.destroy()).ok;
        if (!destroyed || without.world.remains().length > 0) {
            return `seed ${seed ?? "nominal"}`;
        }
    }
    return "none";
}

test.each(["homelab", "homelab-ha"])(
    "every explicit dependsOn of %s earns its place: without it some seed fails",
    async (stack) => {
        const { ok, edges } = await stackInProcess(stack).up();
        expect(ok).toBe(true);
        expect(edges.length).toBeGreaterThan(5);
        const idle: string[] = [];
        for (const edge of edges) {
            if ((await noticedBy(stack, edge)) === "none") {
                idle.push(`${edge.resource} waits for ${edge.dependsOn}`);
            }
        }
        expect(idle).toEqual([]);
    },
    300_000,
);
