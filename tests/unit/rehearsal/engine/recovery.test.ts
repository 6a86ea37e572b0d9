import { describe, expect, test } from "vitest";
import { disagreements, settleAccount } from "../../../../rehearsal/engine/convergence";
import type { DeployedResource, Deployment } from "../../../../rehearsal/engine/deployment";
import { isInterrupted, recover, withAdopted } from "../../../../rehearsal/engine/recovery";
import { Inventory } from "../../../../rehearsal/protocol/inventory";

const resource = (name: string, more: Partial<DeployedResource> = {}): DeployedResource => ({
    urn: `urn:pulumi:s::p::t:i:T::${name}`,
    type: "t:i:T",
    custom: true,
    inputs: { name },
    ...more,
});

const interrupted: Deployment = {
    version: 3,
    deployment: {
        manifest: { magic: "kept" },
        resources: [resource("made", { id: "id-made" })],
        pending_operations: [
            { type: "creating", resource: resource("vm") },
            { type: "creating", resource: resource("password") },
            { type: "creating", resource: resource("never") },
            { type: "updating", resource: resource("made", { id: "id-made" }) },
        ],
    },
};

/** A stack whose refresh finds only what really stands. */
function stackOf(deployment: Deployment, standing: readonly string[]) {
    const calls: string[] = [];
    let state = deployment;
    return {
        calls,
        state: () => state,
        cancel: async () => {
            calls.push("cancel");
        },
        export: async () => state,
        import: async (next: Deployment) => {
            calls.push("import");
            state = next;
        },
        refresh: async () => {
            calls.push("refresh");
            const resources = (state.deployment.resources ?? []).filter(({ id }) => standing.includes(id ?? ""));
            state = { ...state, deployment: { ...state.deployment, resources } };
        },
    };
}

const knownId = ({ inputs }: DeployedResource) => (inputs?.name === "password" ? undefined : `id-${inputs?.name}`);

describe("a stack whose engine died", () => {
    test("is told from one that is whole", () => {
        expect(isInterrupted(interrupted)).toBe(true);
        expect(isInterrupted({ version: 3, deployment: {} })).toBe(false);
    });

    test("is unlocked, gets what is there into its state, and forgets the rest", async () => {
        const stack = stackOf(interrupted, ["id-made", "id-vm"]);
        const report = await recover(stack, knownId);
        expect(stack.calls).toEqual(["cancel", "import", "refresh"]);
        expect(stack.state().deployment).toEqual({
            manifest: { magic: "kept" },
            resources: [resource("made", { id: "id-made" }), resource("vm", { id: "id-vm", outputs: {} })],
            pending_operations: [],
        });
        expect(report.resources.map(({ fate }) => fate)).toEqual(["adopted", "made-again", "made-again"]);
        expect(report.sentences).toEqual([
            "The engine died in the middle of an operation; the lock it left was removed.",
            "'vm' was being made when the engine died; it is there as 'id-vm' and was adopted.",
            "'password' was being made when the engine died; it has no id known beforehand and will be made again.",
            "'never' was to be made when the engine died; it is not there and will be made.",
        ]);
    });

    test("is not refreshed where nothing was adopted", async () => {
        const stack = stackOf(interrupted, ["id-made"]);
        await recover(stack, () => undefined);
        expect(stack.calls).toEqual(["cancel", "import"]);
    });

    test("keeps, for deletion, the old one of a replacement that was under way", () => {
        const deployment: Deployment = {
            version: 3,
            deployment: { resources: [resource("vm", { id: "old" }), resource("after", { id: "x" })] },
        };
        const next = withAdopted(deployment, [resource("vm", { id: "new", outputs: {} })]);
        expect(next.deployment.resources).toEqual([
            resource("vm", { id: "new", outputs: {} }),
            resource("vm", { id: "old", delete: true }),
            resource("after", { id: "x" }),
        ]);
    });
});

describe("state and world disagree", () => {
    const standing = (name: string, id: string) => ({ urn: resource(name).urn, type: "t:i:T", id, findable: true });
    const state = (...resources: DeployedResource[]): Deployment => ({ version: 3, deployment: { resources } });

    test("not where each has what the other has", () => {
        expect(disagreements(state(resource("a", { id: "1" })), [standing("a", "1")])).toEqual([]);
    });

    test("where something was made twice", () => {
        expect(disagreements(state(resource("a", { id: "2" })), [standing("a", "1"), standing("a", "2")])).toEqual([
            "'a' was made twice: '1' stands beside the one in the state.",
        ]);
    });

    test("where the state lost something", () => {
        expect(disagreements(state(), [standing("a", "1")])).toEqual(["'a' stands as '1', but the state has lost it."]);
    });

    test("where the state has what is not there", () => {
        expect(disagreements(state(resource("a", { id: "1" })), [])).toEqual([
            "The state has 'a' as '1', but there is no such thing.",
        ]);
    });

    test("not about what went along with something else that is gone, however long the chain", () => {
        const inventory = new Inventory();
        inventory.made(standing("kept", "1"));
        inventory.made(standing("pod", "2"));
        inventory.made(standing("node", "3"));
        inventory.made(standing("note", "4"));
        settleAccount(
            state(
                resource("vm", { id: "0" }),
                resource("kept", { id: "1" }),
                resource("node", { id: "3", deletedWith: resource("vm").urn }),
                resource("pod", { id: "2", deletedWith: resource("node").urn }),
                resource("note", { id: "4", deletedWith: resource("kept").urn }),
            ),
            inventory,
        );
        expect(inventory.standing.map(({ id }) => id)).toEqual(["1", "4"]);
    });

    test("not about components, providers and what was only looked up", () => {
        const others = [
            resource("component", { custom: false }),
            resource("provider", { type: "pulumi:providers:t", id: "x" }),
            resource("looked-up", { external: true, id: "y" }),
        ];
        expect(disagreements(state(...others), [])).toEqual([]);
    });
});
