import { beforeEach, expect, test } from "vitest";
import { address, applyType, kubeconfigType, Stage } from "./stage";

const bootstrapType = "talos:machine/bootstrap:Bootstrap";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("a bootstrap that an engine did not live to note is found again, one that did not happen is not", async () => {
    await stage.configure("c0");
    const inputs = { node: address("c0"), clientConfiguration: stage.client };
    const behaviour = stage.actor.behaviour(bootstrapType);
    const operation = stage.actor.operation(bootstrapType, "bootstrap", {});
    const id = behaviour.deterministicId?.(inputs) ?? "";
    expect(await behaviour.read(id, {}, inputs, operation)).toBeUndefined();
    await stage.actor.bootstrap(stage.secrets, address("c0"));
    expect(await behaviour.read(id, {}, inputs, operation)).toMatchObject({
        id: "machine_bootstrap",
        outputs: { endpoint: address("c0") },
    });
});

test("what the provider cannot read stays as the state says", async () => {
    for (const type of [applyType, bootstrapType, kubeconfigType, "talos:machine/secrets:Secrets"]) {
        const state = { node: "10.10.0.140", said: true };
        const read = await stage.actor
            .behaviour(type)
            .read("an-id", state, { node: "10.10.0.140" }, stage.actor.operation(type, "x", {}));
        expect(read).toEqual({ id: "an-id", outputs: state, inputs: { node: "10.10.0.140" } });
    }
});
