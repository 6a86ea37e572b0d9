import { expect, test } from "vitest";
import type { ExplicitEdge } from "../../../rehearsal/engine/edges";
import { stackInProcess } from "../../harness/rehearsed";

/** World minutes that outlast every deployment. */
const longAfter = 1000;

/** True where the stack fails without an edge though what it waited for comes as late as it can. */
async function isNeeded(stack: string, dropEdge: ExplicitEdge): Promise<boolean> {
    const without = stackInProcess(stack);
    const late = ({ type, name }: { readonly type: string; readonly name: string }) =>
        `${type}::${name}` === dropEdge.dependsOn ? longAfter : 0;
    const up = await without.up({ dropEdge, interference: { late } });
    const fine = up.ok && without.world.audit().length === 0 && (await without.destroy()).ok;
    return !fine || without.world.remains().length > 0;
}

/** Edges without which nothing fails in the world, and why they are there. */
const cautious: readonly (readonly [edge: RegExp, why: string])[] = [
    [/::cost-guard-quota waits for .*::cost-guard-budget$/, "What watches stands before what it watches."],
    [/^oci:Core.*Instance::.* waits for .*::cost-guard-quota$/, "The hard stop stands before the first instance."],
    [
        /::proxmox-cluster-create-monitor-.* waits for .*::proxmox-cluster-create-monitor-/,
        "Proxmox waits 10 s for its lock on ceph.conf, and a monitor takes longer (pve-manager: PVE/API2/Ceph/MON.pm).",
    ],
    [
        /::proxmox-cluster-test-migration-ampere-1 waits for .*::proxmox-cluster-route-machines-ampere-3$/,
        "Machines of a node without a gateway could not download; the world does not follow what Talos downloads.",
    ],
    [
        /::machine-(cp-\d)-boot waits for .*::machine-\1$/,
        "To be replaced with the machine waits for it as well; only this tells the engine, which deletes in that order.",
    ],
];

test.each(["homelab", "homelab-ha", "oci-free", "oci-free-2026"])(
    "every explicit dependsOn of %s earns its place: without it the stack fails where what it waits for is late",
    async (stack) => {
        const { ok, edges } = await stackInProcess(stack).up();
        expect(ok).toBe(true);
        expect(edges.length).toBeGreaterThan(4);
        const idle: string[] = [];
        for (const edge of edges) {
            const told = `${edge.resource} waits for ${edge.dependsOn}`;
            if (!cautious.some(([pattern]) => pattern.test(told)) && !(await isNeeded(stack, edge))) {
                idle.push(told);
            }
        }
        expect(idle).toEqual([]);
    },
    300_000,
);
