import { expect, test } from "vitest";
import { CloudNativePg } from "../../../components/apps/cloudnative-pg";
import { AppNamespaces } from "../../../components/apps/namespaces";
import { clusterSpec, PostgreSql } from "../../../components/apps/postgresql";
import { postgresqlFlows } from "../../../components/apps/postgresql-flows";
import { home, listed, named, recorded, stand, withoutSecrets } from "../kubernetes/recorded";

const size = { storageGiB: 10, memoryMiB: 1024, cpuMillis: 250 };

/** The homelab's database, or more instances of it. */
const database = (instances = 1) =>
    recorded(() => {
        const inside = home();
        const namespaces = new AppNamespaces("apps", { home: inside, namespaces: ["blockchain"] });
        const operator = new CloudNativePg("cnpg", { home: inside, cilium: stand("cilium"), version: "0.29.0" });
        new PostgreSql("postgresql", {
            home: inside,
            operator: operator.release,
            namespace: namespaces.names.blockchain ?? "",
            namespaceName: "blockchain",
            cluster: "postgresql",
            image: "ghcr.io/cloudnative-pg/postgresql:16.11-system-trixie",
            database: "blockchain_db",
            owner: "blockchain",
            instances,
            storageClass: "ceph-block",
            ...size,
        });
    });

test("a namespace, the operator in its own, a password, its secret and the cluster, and nothing else", async () => {
    expect(listed(await database())).toEqual([
        "strata:apps:AppNamespaces apps",
        "kubernetes:core/v1:Namespace apps-blockchain",
        "strata:apps:CloudNativePg cnpg",
        "kubernetes:helm.sh/v3:Release cnpg-chart",
        "kubernetes:core/v1:Namespace cnpg-namespace",
        "strata:apps:PostgreSql postgresql",
        "kubernetes:postgresql.cnpg.io/v1:Cluster postgresql-cluster",
        "kubernetes:core/v1:Secret postgresql-owner",
        "random:index/randomPassword:RandomPassword postgresql-password",
    ]);
});

test("protection covers the database and the namespace that holds its claims, and nothing else", async () => {
    const kept = (await database()).filter(({ protect }) => protect);
    expect(kept.map(({ name }) => name)).toEqual(["apps-blockchain", "postgresql-cluster"]);
});

test("both namespaces admit only restricted pods", async () => {
    const resources = await database();
    for (const name of ["apps-blockchain", "cnpg-namespace"]) {
        expect(named(resources, name).inputs.metadata).toMatchObject({
            labels: { "pod-security.kubernetes.io/enforce": "restricted" },
        });
    }
});

test("the operator needs the network and no storage", async () => {
    const { inputs, dependencies } = named(await database(), "cnpg-chart");
    expect(dependencies).toEqual(["cilium", "cnpg-namespace"]);
    expect(inputs).toMatchObject({
        chart: "cloudnative-pg",
        namespace: "cnpg-system",
        version: "0.29.0",
        repositoryOpts: { repo: "https://cloudnative-pg.github.io/charts" },
    });
});

test("the cluster comes after the operator, its namespace and the owner's secret", async () => {
    const { inputs, dependencies } = named(await database(), "postgresql-cluster");
    expect(dependencies).toEqual(["apps-blockchain", "cnpg-chart", "postgresql-owner"]);
    expect(inputs.metadata).toEqual({
        name: "postgresql",
        namespace: "blockchain",
        labels: { "app.kubernetes.io/managed-by": "cloudnative-pg" },
        annotations: { "pulumi.com/waitFor": "condition=Ready" },
    });
});

test("the database, its owner, its claim and its image are the homelab's", async () => {
    expect(named(await database(), "postgresql-cluster").inputs.spec).toEqual({
        instances: 1,
        imageName: "ghcr.io/cloudnative-pg/postgresql:16.11-system-trixie",
        primaryUpdateStrategy: "unsupervised",
        enableSuperuserAccess: false,
        seccompProfile: { type: "RuntimeDefault" },
        bootstrap: {
            initdb: {
                database: "blockchain_db",
                owner: "blockchain",
                secret: { name: "postgresql-owner" },
                dataChecksums: true,
            },
        },
        storage: { size: "10Gi", storageClass: "ceph-block" },
        affinity: {
            enablePodAntiAffinity: true,
            podAntiAffinityType: "required",
            topologyKey: "kubernetes.io/hostname",
        },
        resources: { requests: { cpu: "250m", memory: "1024Mi" }, limits: { memory: "1024Mi" } },
    });
});

test.each([
    [1, undefined],
    [2, undefined],
    [3, { synchronous: { method: "any", number: 1 } }],
])("with %i instances the writes wait for %o", (instances, postgresql) => {
    const spec = clusterSpec(
        { instances, image: "i:1.0", database: "d", owner: "o", storageClass: "c", ...size },
        "secret",
    );
    expect(spec.postgresql).toEqual(postgresql);
});

test("the generated password reaches the API as a secret and no one as text", async () => {
    const resources = await database();
    expect(named(resources, "postgresql-password").inputs).toMatchObject({ length: 32, special: false });
    const { inputs, dependencies } = named(resources, "postgresql-owner");
    expect(inputs.type).toBe("kubernetes.io/basic-auth");
    expect(inputs.stringData).toEqual({
        secret: { username: "blockchain", password: "drawn-postgresql-password" },
    });
    expect(withoutSecrets(resources)).not.toContain("drawn-");
    expect(dependencies).toEqual(["apps-blockchain", "postgresql-password"]);
    expect(Object.keys(named(resources, "postgresql").outputs).sort()).toEqual(["address", "facts"]);
});

test("its address is the Service of the primary", async () => {
    expect(named(await database(), "postgresql").outputs.address).toBe(
        "postgresql-rw.blockchain.svc.cluster.local:5432",
    );
});

test("its facts put instances on different nodes for workloads and rest on Ceph", async () => {
    expect(named(await database(2), "postgresql").outputs.facts).toEqual({
        services: [
            {
                name: "postgresql",
                title: "PostgreSQL",
                redundancy: { rule: "any-of" },
                members: { "postgresql-1": "machine/w0", "postgresql-2": "machine/w1" },
                needs: ["ceph-data"],
                mitigation: "The operator promotes a replica on another node.",
            },
        ],
    });
});

const flows = (instances: number, clientNamespaces: readonly string[] = []) =>
    postgresqlFlows({ cluster: "postgresql", namespace: "blockchain", instances, clientNamespaces });

test("a single instance speaks to the API server and DNS, and the operator to it", () => {
    expect(flows(1).map(({ name, ports }) => `${name} ${ports.map(({ port }) => port)}`)).toEqual([
        "postgresql: instance manager to API server 6443",
        "postgresql: instances to DNS 53,53",
        "postgresql: operator to instance status 8000",
        "postgresql: operator to database 5432",
    ]);
});

test("replicas speak to their primary, and a client where the stack says so", () => {
    expect(
        flows(3, ["shop"])
            .slice(4)
            .map(({ name, ports }) => `${name} ${ports.map(({ port }) => port)}`),
    ).toEqual([
        "postgresql: replica to primary 5432",
        "postgresql: instance to instance status 8000",
        "postgresql: clients in shop to database 5432",
    ]);
});
