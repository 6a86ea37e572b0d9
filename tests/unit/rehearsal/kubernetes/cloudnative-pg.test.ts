import { expect, test } from "vitest";
import { at, type Properties } from "../../../../rehearsal/world/value";
import { releaseType, Stage } from "./stage";

const clusters = "kubernetes:postgresql.cnpg.io/v1:Cluster";

const database = (spec: Properties = {}): Properties => ({
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "db", namespace: "apps", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
    spec: {
        instances: 1,
        storage: { size: "10Gi" },
        bootstrap: { initdb: { database: "app", owner: "app", secret: { name: "owner" } } },
        ...spec,
    },
});
const secret = (more: Properties = {}): Properties => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "owner", namespace: "apps" },
    type: "kubernetes.io/basic-auth",
    stringData: { username: "app", password: "word" },
    ...more,
});

async function stage(owner: Properties | undefined = secret()): Promise<Stage> {
    const made = new Stage();
    await made.ceph();
    await made.cloudNativePg();
    await made.namespace("apps", "restricted");
    if (owner !== undefined) {
        await made.create("kubernetes:core/v1:Secret", owner);
    }
    return made;
}

test.each([
    ["no instance", { instances: 0 }, "spec.instances in body should be greater than or equal to 1"],
    ["no size", { storage: {} }, "Size not configured"],
    ["a size that is none", { storage: { size: "big" } }, "Size value isn't valid"],
    [
        "a database without an owner",
        { bootstrap: { initdb: { database: "app" } } },
        "You need to specify both the database and the owner",
    ],
    [
        "two ways to begin",
        { bootstrap: { initdb: {}, recovery: {} } },
        "Only one bootstrap method can be specified at a time",
    ],
    [
        "an image without a version",
        { imageName: "ghcr.io/cloudnative-pg/postgresql:latest" },
        "Can't use just the image sha or tag latest",
    ],
    [
        "a parameter that is a number",
        { postgresql: { parameters: { max_connections: 100 } } },
        "spec.postgresql.parameters.max_connections",
    ],
] as const)("the webhook refuses a cluster with %s", async (_what, spec, words) => {
    const made = await stage();
    await expect(made.create(clusters, database(spec))).rejects.toThrow(words);
});

test.each([
    [
        "a class that is not there",
        database({ storage: { size: "1Gi", storageClass: "fast" } }),
        secret(),
        'storageclass.storage.k8s.io "fast" not found',
    ],
    ["a secret of another type", database(), secret({ type: "Opaque" }), "expected kubernetes.io/basic-auth"],
    [
        "a secret of another user",
        database(),
        secret({ stringData: { username: "other", password: "w" } }),
        'holds username "other", the owner is "app"',
    ],
    [
        "a secret that is not there",
        database(),
        secret({ metadata: { name: "other", namespace: "apps" } }),
        'secrets "owner" not found',
    ],
    [
        "more instances than nodes that keep them apart",
        database({ instances: 3, affinity: { podAntiAffinityType: "required" } }),
        secret(),
        "didn't match pod anti-affinity rules",
    ],
] as const)("a cluster with %s never gets ready", async (_what, cluster, owner, words) => {
    const made = await stage(owner);
    await expect(made.create(clusters, cluster)).rejects.toThrow(words);
});

test("a cluster before its operator is refused", async () => {
    const made = new Stage();
    await made.cilium();
    await made.namespace("apps");
    await expect(made.create(clusters, database())).rejects.toThrow(
        'no matches for kind "Cluster" in version "postgresql.cnpg.io/v1"',
    );
});

test("without its operator's pods the webhook answers nobody", async () => {
    const made = await stage();
    await made.delete(releaseType, "cnpg-system/cloudnative-pg");
    await expect(made.create(clusters, database())).rejects.toThrow(
        'no endpoints available for service "cnpg-webhook-service"',
    );
});

test("a cluster brings services and secrets, and takes them along", async () => {
    const made = await stage();
    const cluster = await made.create(clusters, database());
    expect(at(cluster.outputs, "status.writeService")).toBe("db-rw");
    const left = () => made.kubernetes.remains().filter((line) => line.includes(" apps/db"));
    expect(left()).toContain("cluster stage: Service apps/db-rw");
    await made.delete(clusters, "apps/db");
    expect(left()).toEqual([]);
});

test.each([
    ["shrinks", { storage: { size: "5Gi" } }, "can't shrink existing storage"],
    ["begins in another way", { bootstrap: { initdb: { database: "b", owner: "b" } } }, "bootstrap is immutable"],
] as const)("an update that %s is refused", async (_what, spec, words) => {
    const made = await stage();
    await made.create(clusters, database());
    await expect(
        made.behaviour(clusters).update("apps/db", {}, database(spec), made.operation(clusters)),
    ).rejects.toThrow(words);
});

test("an expression that is never true is waited for in vain, one that is none is said so", async () => {
    const made = await stage();
    const waiting = (expression: string) => ({
        ...database(),
        metadata: { name: "db", namespace: "apps", annotations: { "pulumi.com/waitFor": expression } },
    });
    await expect(made.create(clusters, waiting("jsonpath={.status.phase}=Ready"))).rejects.toThrow(
        "Waiting for jsonpath={.status.phase}=Ready",
    );
    await made.delete(clusters, "apps/db");
    await expect(made.create(clusters, waiting("phase is ready"))).rejects.toThrow(
        'expected a "jsonpath=" or "condition=" prefix',
    );
});

test("a visitor of the site needs its flow", async () => {
    const visited = { visitors: [{ name: "orders", namespace: "shop", service: "apps/db-rw", port: 5432 }] };
    const made = new Stage({ site: visited });
    await made.ceph();
    await made.cloudNativePg();
    await made.namespace("apps", "restricted");
    await made.create("kubernetes:core/v1:Secret", secret());
    await made.create(clusters, database());
    expect(made.kubernetes.audit()).toEqual([]);
    const only = {
        endpointSelector: { matchLabels: { "cnpg.io/cluster": "db" } },
        ingress: [{ fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "cnpg-system" } }] }],
    };
    await made.create("kubernetes:cilium.io/v2:CiliumNetworkPolicy", {
        apiVersion: "cilium.io/v2",
        kind: "CiliumNetworkPolicy",
        metadata: { name: "p", namespace: "apps" },
        spec: only,
    });
    expect(made.kubernetes.audit()).toEqual([
        'cluster stage: flow "orders to service apps/db-rw (TCP 5432)" is denied by ingress of apps/db (CiliumNetworkPolicy apps/p)',
    ]);
});
