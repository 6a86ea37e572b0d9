import { beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { text } from "../../../../rehearsal/world/value";
import { machinePatch } from "../homelab-world";
import { address, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("a configuration for an address where nothing has booted is refused", async () => {
    const config = await stage.actor.config(stage.secrets, "c0");
    await expect(stage.actor.apply(stage.secrets, "10.10.0.141", config)).rejects.toThrow(
        'Error applying configuration: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.10.0.141:50000: connect: no route to host"',
    );
});

test("a client of another cluster is turned away by a configured machine, and not by one in maintenance", async () => {
    const others = await stage.actor.secrets();
    const config = await stage.actor.config(stage.secrets, "c0", [machinePatch("c0", 140)]);
    await stage.actor.apply(others, address("c0"), config);
    await expect(stage.actor.apply(others, address("c0"), config)).rejects.toThrow(
        "x509: certificate signed by unknown authority",
    );
    await expect(stage.actor.apply(stage.secrets, address("c0"), config)).resolves.toBeDefined();
});

test("the client configuration names endpoints and nodes", async () => {
    const made = await stage.actor.invoke("talos:client/getConfiguration:getConfiguration", {
        clusterName: "homelab",
        clientConfiguration: stage.client,
        endpoints: ["10.10.0.140"],
        nodes: ["10.10.0.140", "10.10.0.150"],
    });
    const config = parse(text(made, "talosConfig") ?? "");
    expect(config.context).toBe("homelab");
    expect(config.contexts.homelab).toMatchObject({
        endpoints: ["10.10.0.140"],
        nodes: ["10.10.0.140", "10.10.0.150"],
    });
});

test("an endpoint passes a request on only to a node that answers", async () => {
    await stage.configure("c0");
    const config = await stage.actor.config(stage.secrets, "w0", [machinePatch("w0", 150)]);
    await expect(stage.actor.apply(stage.secrets, "10.10.0.155", config, { endpoint: address("c0") })).rejects.toThrow(
        "dial tcp 10.10.0.155:50000: connect: no route to host",
    );
    await expect(
        stage.actor.apply(stage.secrets, address("w0"), config, { endpoint: address("c0") }),
    ).resolves.toBeDefined();
});

test("what listens at Talos's port without being Talos is no node", async () => {
    stage.actor.world.network.claim("10.10.0.77", "a web server");
    await expect(
        stage.actor.apply(stage.secrets, "10.10.0.77", await stage.actor.config(stage.secrets, "c0")),
    ).rejects.toThrow("authentication handshake failed: EOF");
});
