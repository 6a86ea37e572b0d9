import { expect, test } from "vitest";
import { appsMistakes, appsSection } from "../../../config/apps";

const parsed = (more: object = {}) => appsSection.parse(more);

test("an empty section is the homelab's database and broker", () => {
    expect(parsed()).toEqual({
        postgresql: {
            operatorVersion: "0.29.0",
            image: "ghcr.io/cloudnative-pg/postgresql:16.11-system-trixie",
            namespace: "blockchain",
            cluster: "postgresql",
            database: "blockchain_db",
            owner: "blockchain",
            instances: 1,
            storageGiB: 10,
            memoryMiB: 1024,
            cpuMillis: 250,
            clientNamespaces: [],
        },
        rabbitmq: {
            image: "rabbitmq:4.2.3-management",
            namespace: "messaging",
            cluster: "rabbitmq",
            user: "blockchain",
            replicas: 1,
            storageGiB: 10,
            memoryMiB: 1024,
            cpuMillis: 250,
            clientNamespaces: [],
        },
    });
});

test.each([
    ["an image without a version", { postgresql: { image: "postgres:latest" } }],
    ["a database name PostgreSQL would have to quote", { postgresql: { database: "Blockchain-DB" } }],
    ["a claim of nothing", { postgresql: { storageGiB: 0 } }],
    ["a RabbitMQ that asks the API server for its peers", { rabbitmq: { image: "rabbitmq:4.0.9-management" } }],
    ["a RabbitMQ of the third generation", { rabbitmq: { image: "rabbitmq:3.13.7" } }],
    ["an even number of brokers", { rabbitmq: { replicas: 2 } }],
    ["a key that does not exist", { rabbitmq: { replica: 3 } }],
])("fails on %s", (_, more) => {
    expect(appsSection.safeParse(more).success).toBe(false);
});

test("more pods than nodes to keep them apart fail, in one sentence each", () => {
    const apps = parsed({ postgresql: { instances: 3 }, rabbitmq: { replicas: 3 } });
    expect(appsMistakes(apps, 3)).toEqual([]);
    expect(appsMistakes(apps, 2)).toEqual([
        "strata:apps.postgresql.instances is 3, expected at most 2, the nodes for workloads: no two share one.",
        "strata:apps.rabbitmq.replicas is 3, expected at most 2, the nodes for workloads: no two share one.",
    ]);
});
