import type * as http from "node:http";
import * as net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkMeshDevices } from "../../../operations/mesh-devices";
import { fleetOf } from "../../../operations/stack-fleet";
import type { TailnetAccess } from "../../../operations/tailnet";
import type { DeployedResource } from "../../../rehearsal/engine/deployment";
import { type JsonServer, serveJson } from "../../harness/json-server";

const client = { "tailscale:oauthClientId": "kTest", "tailscale:oauthClientSecret": "tskey-client-hidden" };
const lastSeen = "2026-11-20T10:00:00Z";
const page = "https://login.tailscale.com/admin/machines";

let server: JsonServer;
/** What was asked, with what stood in the body and in the header that says who asks. */
let asked: { line: string; body: string; authorization: string | undefined }[];
let devices: Record<string, unknown>[];
let token: readonly [number, unknown];
let listing: number;
let warned: string[];

beforeEach(async () => {
    asked = [];
    warned = [];
    devices = [];
    token = [200, { access_token: "short-lived", token_type: "Bearer" }];
    listing = 200;
    server = await serveJson((request: http.IncomingMessage, url: URL, body: string) => {
        const line = `${request.method} ${url.pathname}${url.search}`;
        asked.push({ line, body, authorization: request.headers.authorization });
        if (line === "POST /api/v2/oauth/token") {
            return token;
        }
        return line === "GET /api/v2/tailnet/-/devices" ? [listing, { devices }] : [404, {}];
    });
});

afterEach(() => server.stop());

const device = (hostname: string, address: string, more: Record<string, unknown> = {}) => ({
    id: "1",
    hostname,
    addresses: [address, "fd7a:115c:a1e0::1"],
    lastSeen,
    connectedToControl: false,
    ...more,
});

/** Looks before a deployment of a stack that has some instances already. */
const look = (
    stack = "oci-free-2026",
    deployed: readonly string[] = [],
    config: Record<string, string> = client,
    environment: NodeJS.ProcessEnv = {},
    reach: TailnetAccess = {},
) =>
    checkMeshDevices({
        stack,
        fleet: fleetOf(stack),
        config: async () => config,
        resources: deployed.map(
            (displayName): DeployedResource => ({
                urn: `urn::${displayName}`,
                type: "oci:Core/instance:Instance",
                custom: true,
                id: "ocid1.instance",
                inputs: { displayName },
            }),
        ),
        reach: { endpoint: server.address, environment, ...reach },
        warn: (sentence) => warned.push(sentence),
    });

test("a device that has the name of the stack's machine stops the first deployment, and is named with its address and day", async () => {
    devices = [device("laptop", "100.101.102.103"), device("bastion", "100.99.0.7")];
    await expect(look()).rejects.toThrow(
        `The tailnet has bastion (100.99.0.7, last seen ${lastSeen}) already, and the first device of a name is taken for the stack's own: remove it on ${page} if it is left over, or give the machine of oci-free-2026 another name (strata:cloud.bastion.name).`,
    );
    expect(warned).toEqual([]);
});

test("one that is connected now is said to be, and its name is compared as DNS does", async () => {
    devices = [device("Bastion", "100.99.0.7", { connectedToControl: true })];
    await expect(look()).rejects.toThrow("The tailnet has Bastion (100.99.0.7, connected now) already");
});

test("all that are left of a stack that was destroyed are named in one sentence", async () => {
    devices = [device("ampere-2", "100.99.0.2"), device("oci-proxmox-tailscale", "100.101.0.1")];
    await expect(look("oci-free")).rejects.toThrow(
        /^The tailnet has ampere-2 \(.*\), oci-proxmox-tailscale \(.*\) already, .*: remove them on .* \(strata:cloud\.instances\.ampere-2, strata:proxmoxCluster\.clusterName\)\.$/,
    );
});

test("an address the stack pins, held by a device of another name, stops it as well", async () => {
    devices = [device("laptop", "100.64.0.1")];
    await expect(look()).rejects.toThrow(
        `The tailnet has laptop (100.64.0.1, last seen ${lastSeen}), which holds an address the stack gives its own machine: remove it on ${page} if it is left over, or give oci-free-2026 another pool (strata:mesh.pool).`,
    );
});

test("a tailnet without them lets it begin, asked by a token nobody but Tailscale sees", async () => {
    devices = [device("laptop", "100.101.102.103")];
    await look();
    expect(asked.map(({ line }) => line)).toEqual(["POST /api/v2/oauth/token", "GET /api/v2/tailnet/-/devices"]);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
        grant_type: "client_credentials",
        client_id: "kTest",
        client_secret: "tskey-client-hidden",
    });
    expect(asked[1]?.authorization).toBe("Bearer short-lived");
    expect(warned).toEqual([]);
});

test.each<[string, Record<string, string>, NodeJS.ProcessEnv]>([
    ["the stack's API key", { "tailscale:apiKey": "tskey-api-hidden" }, {}],
    ["the environment's", {}, { TAILSCALE_API_KEY: "tskey-api-hidden" }],
])("%s asks without a token", async (_, config, environment) => {
    devices = [device("bastion", "100.99.0.7")];
    await expect(look("oci-free-2026", [], config, environment)).rejects.toThrow("The tailnet has bastion");
    expect(asked.map(({ authorization }) => authorization)).toEqual(["Bearer tskey-api-hidden"]);
});

test("the tailnet asked is the provider's", async () => {
    await look("oci-free-2026", [], { ...client, "tailscale:tailnet": "example.org" });
    expect(asked[1]?.line).toBe("GET /api/v2/tailnet/example.org/devices");
});

test("a stack that is deployed in part is never refused for its own devices", async () => {
    devices = [device("bastion", "100.64.0.1")];
    await look("oci-free-2026", ["bastion"]);
    await look("oci-free-2026", ["ampere-1"]);
    expect(warned).toEqual([
        `The tailnet has bastion (100.64.0.1, last seen ${lastSeen}), and oci-free-2026 has no instance of that name: unless it is about to come back, remove it on ${page}, or the next machine of that name is not found.`,
    ]);
});

test.each<[string, () => void, string]>([
    [
        "lists no devices for this client",
        () => (listing = 403),
        "Tailscale answered 403 (the scope Devices / Core (read) is missing",
    ],
    ["takes no such credentials", () => (token = [401, { message: "API token invalid" }]), "Tailscale answered 401"],
    ["answers nonsense", () => (token = [200, "<html>"]), "is not what its API answers"],
    ["says nothing of devices", () => (listing = 500), "Tailscale answered 500"],
])("where Tailscale %s, that is told and the deployment goes on", async (_, spoil, why) => {
    spoil();
    await look();
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(
        /^Whether the tailnet has a device of oci-free-2026's machines' names already cannot be told: /,
    );
    expect(warned[0]).toContain(why);
    expect(warned[0]).toContain(`look for bastion on ${page}`);
    expect(warned[0]).not.toContain("hidden");
});

test("where Tailscale does not answer at all, likewise", async () => {
    await server.stop();
    await look();
    expect(warned[0]).toContain("ECONNREFUSED");
    expect(warned[0]).not.toContain("hidden");
    server = await serveJson(() => [200, {}]);
});

test("nor is it waited for long where it takes the question and says nothing", async () => {
    const mute = net.createServer();
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const { port } = mute.address() as net.AddressInfo;
    await look("oci-free-2026", [], client, {}, { endpoint: `http://127.0.0.1:${port}`, patienceMs: 200 });
    expect(warned[0]).toContain("aborted due to timeout");
    mute.close();
});

test("without credentials that can be asked with, likewise", async () => {
    await look("oci-free-2026", [], { "tailscale:identityToken": "jwt" });
    expect(warned[0]).toContain("neither an OAuth client's secret nor an API key");
    expect(asked).toEqual([]);
});

test("a stack without a mesh asks nobody", async () => {
    await look("homelab");
    expect([asked, warned]).toEqual([[], []]);
});
