import { beforeEach, expect, test } from "vitest";
import { homelab } from "../../../../rehearsal/sites/homelab";
import type { Site } from "../../../../rehearsal/world/site";
import { type Properties, UNKNOWN } from "../../../../rehearsal/world/value";
import { Actor, imageArgs, proxmoxConfig } from "../homelab-world";
import { fileType, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[string, Properties, string]>([
    [
        "a wrong token",
        { ...proxmoxConfig, apiToken: "strata@pve!deploy=wrong" },
        "received an HTTP 401 response - Reason: invalid token value!",
    ],
    ["a token that is none", { ...proxmoxConfig, apiToken: "secret" }, "must provide a valid API token"],
    [
        "no token at all",
        { endpoint: "https://10.10.0.10:8006/" },
        "must provide either user credentials, an API token, or a ticket",
    ],
    [
        "an endpoint that nobody has",
        { ...proxmoxConfig, endpoint: "https://10.10.0.9:8006/" },
        "dial tcp 10.10.0.9:8006: connect: no route to host",
    ],
    [
        "a port nobody listens on",
        { ...proxmoxConfig, endpoint: "https://10.10.0.10:8007/" },
        "dial tcp 10.10.0.10:8007: connect: connection refused",
    ],
    ["no endpoint", { apiToken: proxmoxConfig.apiToken ?? "" }, "you must specify a virtual environment endpoint"],
])("a provider with %s reaches nothing", async (_, config, words) => {
    const site: Site = {
        ...homelab,
        proxmox: homelab.proxmox.map((one) => ({ ...one, apiToken: String(proxmoxConfig.apiToken) })),
    };
    const strict = new Actor({ site });
    await expect(strict.create(fileType, "image", imageArgs(strict.world.factory.submit("")), config)).rejects.toThrow(
        words,
    );
});

test("an endpoint without a host is refused before anything is asked; an unknown one is not", () => {
    const { proxmoxve } = stage.actor.packages;
    expect(proxmoxve?.checkConfig?.({ endpoint: "10.10.0.10" })).toHaveLength(1);
    expect(proxmoxve?.checkConfig?.({ endpoint: UNKNOWN })).toEqual([]);
    expect(proxmoxve?.checkConfig?.(proxmoxConfig)).toEqual([]);
});

test("a type of the package that nobody described is a stranger", async () => {
    const type = "proxmoxve:metrics/server:Server";
    expect(stage.actor.behaviour(type).generic).toBe(true);
    await stage.actor.create(type, "metrics", { server: "10.10.0.5" }, proxmoxConfig);
    expect([...stage.actor.world.strangers]).toEqual([type]);
});

test("what listens at an endpoint without being Proxmox answers nothing", async () => {
    stage.actor.world.network.claim("10.10.0.77", "a web server");
    const elsewhere = { ...proxmoxConfig, endpoint: "https://10.10.0.77:8006/" };
    await expect(
        stage.actor.create(fileType, "image", imageArgs(stage.actor.world.factory.submit("")), elsewhere),
    ).rejects.toThrow('Get "https://10.10.0.77:8006/api2/json/version": EOF');
    const none = { ...proxmoxConfig, endpoint: "pve" };
    await expect(
        stage.actor.create(fileType, "image", imageArgs(stage.actor.world.factory.submit("")), none),
    ).rejects.toThrow("failed to create API client: 'pve' is not a valid URL");
});
