import { expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { deployment } from "./manifests";
import { Stage } from "./stage";

const pools = "kubernetes:cilium.io/v2:CiliumLoadBalancerIPPool";
const announcements = "kubernetes:cilium.io/v2alpha1:CiliumL2AnnouncementPolicy";
const services = "kubernetes:core/v1:Service";

const pool = (
    blocks: Properties["blocks"] = [{ start: "10.10.0.70", stop: "10.10.0.80" }],
    name = "lan",
): Properties => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumLoadBalancerIPPool",
    metadata: { name },
    spec: { blocks: blocks ?? null },
});
const announcement = (spec: Properties = {}): Properties => ({
    apiVersion: "cilium.io/v2alpha1",
    kind: "CiliumL2AnnouncementPolicy",
    metadata: { name: "lan" },
    spec: { loadBalancerIPs: true, ...spec },
});
const service = (name: string, address?: string): Properties => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: {
        name,
        namespace: "default",
        annotations: address === undefined ? {} : { "lbipam.cilium.io/ips": address },
    },
    spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
});

async function stage(values: Properties = {}, options = {}): Promise<Stage> {
    const made = new Stage(options);
    await made.cilium(values);
    await made.create("kubernetes:apps/v1:Deployment", deployment("default", "web"));
    return made;
}

test.each([
    ["no blocks", null, "spec.blocks: Required value"],
    [
        "a block of both kinds",
        [{ cidr: "10.0.0.0/24", start: "10.0.0.1" }],
        "a block has either a cidr, or a start and a stop",
    ],
    ["a block that ends before it begins", [{ start: "10.10.0.80", stop: "10.10.0.70" }], "not a range of addresses"],
    ["a network that is none", [{ cidr: "10.10.0.0/99" }], "not a range of addresses"],
] as const)("a pool with %s is refused", async (_what, blocks, words) => {
    const made = await stage();
    await expect(made.create(pools, { ...pool(), spec: { blocks } })).rejects.toThrow(words);
});

test("two pools do not overlap", async () => {
    const made = await stage();
    await made.create(pools, pool());
    await expect(made.create(pools, pool([{ cidr: "10.10.0.64/28" }], "other"))).rejects.toThrow(
        "their ranges overlap",
    );
});

test("an announcement's switches are switches", async () => {
    const made = await stage();
    await expect(made.create(announcements, announcement({ loadBalancerIPs: "yes" }))).rejects.toThrow(
        "must be of type boolean",
    );
});

test("a service gets an address of the pool, announces it, and gives it back", async () => {
    const made = await stage();
    await made.create(pools, pool());
    await made.create(announcements, announcement());
    const web = await made.create(services, service("web", "10.10.0.75"));
    expect(web.outputs.status).toEqual({ loadBalancer: { ingress: [{ ip: "10.10.0.75", ipMode: "VIP" }] } });
    expect((await made.create(services, service("second"))).outputs.status).toMatchObject({
        loadBalancer: { ingress: [{ ip: "10.10.0.70" }] },
    });
    expect(made.network.takenBy("10.10.0.75")).toBe("service default/web");
    await made.delete(services, "default/web");
    expect(made.network.takenBy("10.10.0.75")).toBeUndefined();
});

test.each([
    ["no pool", { pool: false }, "no_pool"],
    ["no announcement", { announcement: false }, "no CiliumL2AnnouncementPolicy selects the service"],
    [
        "announcements switched off",
        { values: { l2announcements: { enabled: false } } },
        "l2announcements.enabled is not true",
    ],
    ["an address outside the pool", { address: "10.10.0.99" }, "no pool contains the requested address 10.10.0.99"],
    ["an address that answers already", { address: "10.10.0.79" }, "the address already answers on the network"],
    [
        "nodes kept out of balancing",
        { options: { labels: { "node.kubernetes.io/exclude-from-external-load-balancers": "" } } },
        "a node that may announce it",
    ],
] as const)(
    "with %s a service gets no address",
    async (_what, how: {
        readonly pool?: boolean;
        readonly announcement?: boolean;
        readonly values?: Properties;
        readonly address?: string;
        readonly options?: object;
    }, words) => {
        const made = await stage(how.values, how.options);
        if (how.pool !== false) {
            await made.create(pools, pool());
        }
        if (how.announcement !== false) {
            await made.create(announcements, announcement());
        }
        await expect(made.create(services, service("web", how.address))).rejects.toThrow(words);
    },
);

test("two services do not share an address, and a pool has an end", async () => {
    const made = await stage();
    await made.create(pools, pool([{ start: "10.10.0.70", stop: "10.10.0.70" }]));
    await made.create(announcements, announcement());
    await made.create(services, service("web", "10.10.0.70"));
    await expect(made.create(services, service("second", "10.10.0.70"))).rejects.toThrow("already_allocated");
    await expect(made.create(services, service("third"))).rejects.toThrow("out_of_ips");
});

test("a service that selects no pod is never ready", async () => {
    const made = await stage();
    const empty = { ...service("web"), spec: { selector: { app: "none" }, ports: [{ port: 80 }] } };
    await expect(made.create(services, empty)).rejects.toThrow("Service does not target any Pods");
});
