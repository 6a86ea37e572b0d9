import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { Mesh } from "../../../components/mesh/mesh";
import { MeshRoutes } from "../../../components/mesh/mesh-routes";
import { meshPolicy, policyText, tagsOf } from "../../../components/mesh/policy";
import { listed, named, synth } from "../../harness/synth";

const shape = {
    tag: "tag:strata",
    devices: { "ampere-1": "100.64.0.1", bastion: "100.64.0.4", router: undefined },
    ownsPolicy: true,
    routes: ["10.0.1.0/24", "10.20.0.0/24"],
};

/** What the release of Tailscale's operator says of tags. */
interface OperatorValues {
    readonly operatorConfig: { readonly defaultTags: readonly string[] };
    readonly proxyConfig: { readonly defaultTags: string };
}

const mesh = { ...shape, replacesPolicy: false };

test("each device of a fixed address has a pool of that one address, by a tag of its own", () => {
    expect(meshPolicy(shape).nodeAttrs).toEqual([
        { target: ["tag:strata-ampere-1"], ipPool: ["100.64.0.1/32"] },
        { target: ["tag:strata-bastion"], ipPool: ["100.64.0.4/32"] },
    ]);
    expect(tagsOf(shape, "bastion")).toEqual(["tag:strata", "tag:strata-bastion"]);
    expect(tagsOf(shape, "router")).toEqual(["tag:strata"]);
});

test("every tag a key carries has an owner in the policy, which the stack's own credentials are", () => {
    const owners = meshPolicy(shape).tagOwners as Record<string, string[]>;
    for (const device of Object.keys(shape.devices)) {
        for (const tag of tagsOf(shape, device)) {
            expect(owners[tag]).toContain(tag === "tag:strata" ? "autogroup:admin" : "tag:strata");
        }
    }
});

test("the cluster's operator may tag itself and the proxies it makes, as its release asks, and members reach those", () => {
    const file = path.join(__dirname, "../../../gitops/base/tailscale/release.yaml");
    const { values } = (parse(fs.readFileSync(file, "utf8")) as { readonly spec: { readonly values: OperatorValues } })
        .spec;
    const [operator = "", ...others] = values.operatorConfig.defaultTags;
    const proxies = values.proxyConfig.defaultTags.split(",");
    const { tagOwners, grants } = meshPolicy(shape) as {
        readonly tagOwners: Readonly<Record<string, readonly string[]>>;
        readonly grants: readonly { readonly src: readonly string[]; readonly dst: readonly string[] }[];
    };
    expect(others).toEqual([]);
    expect(tagOwners[operator]).toEqual(["autogroup:admin"]);
    for (const proxy of proxies) {
        expect(tagOwners[proxy]).toContain(operator);
        const reaching = grants.filter(({ dst }) => dst.includes(proxy)).flatMap(({ src }) => src);
        expect(reaching).toEqual(["autogroup:member"]);
    }
});

test("the networks behind devices are approved for them alone, and only members and devices reach anything", () => {
    const { autoApprovers, grants } = meshPolicy(shape) as {
        readonly autoApprovers: { readonly routes: Record<string, string[]> };
        readonly grants: readonly { readonly src: string[] }[];
    };
    expect(autoApprovers.routes).toEqual({ "10.0.1.0/24": ["tag:strata"], "10.20.0.0/24": ["tag:strata"] });
    expect(grants.flatMap(({ src }) => src).sort()).toEqual(["autogroup:member", "tag:strata"]);
});

test("a key joins one machine, is asked for with the device's tags after the policy knows them, and never again", async () => {
    const graph = await synth(() => void new Mesh("mesh", mesh));
    const key = named(graph, "mesh-bastion");
    expect(key.inputs).toMatchObject({
        reusable: false,
        ephemeral: false,
        preauthorized: true,
        recreateIfInvalid: "never",
        tags: ["tag:strata", "tag:strata-bastion"],
    });
    expect(key.dependencies).toEqual(["mesh-policy"]);
    expect(key.secretOutputs).toContain("key");
});

test("the tailnet's policy is replaced only where it is Tailscale's default, and put back at destroy", async () => {
    const graph = await synth(() => void new Mesh("mesh", mesh));
    expect(named(graph, "mesh-policy").inputs).toMatchObject({
        overwriteExistingContent: false,
        resetAclOnDestroy: true,
    });
});

test("where the stack says so, whatever policy the tailnet has is replaced, by the text a person can paste", async () => {
    const graph = await synth(() => void new Mesh("mesh", { ...mesh, replacesPolicy: true }));
    expect(named(graph, "mesh-policy").inputs).toMatchObject({
        acl: policyText(shape),
        overwriteExistingContent: true,
        resetAclOnDestroy: true,
    });
});

test("a policy of somebody else's is left alone: no policy, and only the tag it knows", async () => {
    const graph = await synth(() => void new Mesh("mesh", { ...mesh, ownsPolicy: false }));
    expect(listed(graph).filter((each) => each.includes("acl"))).toEqual([]);
    expect(named(graph, "mesh-bastion").inputs).toMatchObject({ tags: ["tag:strata"] });
    expect(named(graph, "mesh").outputs).toMatchObject({
        facts: { domains: [{ name: "provider/tailscale", kind: "provider" }] },
    });
});

test("a key is secret, and one that was never asked for is one sentence", async () => {
    const found: { secret?: boolean; thrown?: unknown } = {};
    await synth(async () => {
        const made = new Mesh("mesh", mesh);
        found.secret = await pulumi.isSecret(made.authKey("bastion"));
        try {
            made.authKey("bastoin");
        } catch (error) {
            found.thrown = error;
        }
    });
    expect(found.secret).toBe(true);
    expect(String(found.thrown)).toContain(
        'the mesh has no device "bastoin": it must be one of ampere-1, bastion, router',
    );
});

/** The look-ups of a program in which what makes the device join has, or has not, an id yet. */
async function lookUps(joined: boolean): Promise<unknown[]> {
    const calls: unknown[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => ({ id: name === "join" && !joined ? "" : `${name}-id`, state: inputs }),
            call: ({ token, inputs }) => {
                calls.push([token, inputs]);
                return { nodeId: "n1" };
            },
        },
        "strata",
        "test",
        true,
    );
    await pulumi.runtime.runInPulumiStack(async () => {
        class Joined extends pulumi.ComponentResource {
            constructor() {
                super("test:index:Joined", "joined");
                new random.RandomId("join", { byteLength: 1 }, { parent: this });
                this.registerOutputs({});
            }
        }
        new MeshRoutes("routes", { hostname: "router", routes: shape.routes, after: new Joined() });
    });
    await pulumi.runtime.disconnect();
    return calls;
}

afterAll(() => pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }));

test("a first preview asks for no device: what makes it join does not exist", async () => {
    expect(await lookUps(false)).toEqual([]);
});

test("a device is asked for once it can have joined, and waited for", async () => {
    expect(await lookUps(true)).toEqual([
        ["tailscale:index/getDevice:getDevice", { hostname: "router", waitFor: "600s" }],
    ]);
});

test("what a device advertises is approved by its id", async () => {
    const graph = await synth(
        () => {
            const after = new random.RandomId("join", { byteLength: 1 });
            const { ready } = new MeshRoutes("routes", { hostname: "router", routes: shape.routes, after });
            return void new random.RandomId("user", { byteLength: 1 }, { dependsOn: [ready] });
        },
        { preview: false, answered: () => ({ nodeId: "n1" }) },
    );
    expect(named(graph, "routes-routes").inputs).toEqual({ deviceId: "n1", routes: shape.routes });
    expect(named(graph, "routes-routes").dependencies).toContain("join");
    expect(named(graph, "user").dependencies).toEqual(["routes-routes"]);
});
