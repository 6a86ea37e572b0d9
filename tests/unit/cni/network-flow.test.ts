import * as k8s from "@pulumi/kubernetes";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clusterDns, denyAll, dnsPorts, type NetworkFlow, policiesFor } from "../../../components/cni/network-flow";
import { NetworkPolicies } from "../../../components/cni/network-policies";
import { home, listed, named, recorded, stand } from "../kubernetes/recorded";

const database = { kind: "pods", namespace: "data", labels: { app: "db" } } as const;
const shop = { kind: "pods", namespace: "shop" } as const;
const flow: NetworkFlow = {
    name: "shop: pages to database",
    key: "shop-db",
    from: shop,
    to: database,
    ports: [{ port: 5432, protocol: "TCP" }],
};

test("a flow into an isolated namespace is one policy there, for the pods it names", () => {
    expect(policiesFor([flow], ["data"])).toEqual([
        {
            name: "shop-db-in",
            namespace: "data",
            description: "shop: pages to database",
            spec: {
                description: "shop: pages to database",
                endpointSelector: { matchLabels: { app: "db" } },
                ingress: [
                    {
                        fromEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "shop" } }],
                        toPorts: [{ ports: [{ port: "5432", protocol: "TCP" }] }],
                    },
                ],
            },
        },
    ]);
});

test("a flow between two isolated namespaces is let out of one and into the other", () => {
    expect(policiesFor([flow], ["data", "shop"]).map(({ name, namespace }) => `${namespace}/${name}`)).toEqual([
        "shop/shop-db-out",
        "data/shop-db-in",
    ]);
});

test("a flow among the pods of one isolated namespace is let out and in", () => {
    const peers: NetworkFlow = { ...flow, key: "peers", from: database };
    expect(policiesFor([peers], ["data"]).map(({ name }) => name)).toEqual(["peers-out", "peers-in"]);
});

test("the way to the API server is an entity, never an address", () => {
    const api: NetworkFlow = { ...flow, key: "api", from: database, to: { kind: "api-server" } };
    expect(policiesFor([api], ["data"]).map(({ spec }) => spec)).toEqual([
        {
            description: flow.name,
            endpointSelector: { matchLabels: { app: "db" } },
            egress: [{ toEntities: ["kube-apiserver"], toPorts: [{ ports: [{ port: "5432", protocol: "TCP" }] }] }],
        },
    ]);
    const webhook: NetworkFlow = { ...flow, key: "webhook", from: { kind: "api-server" } };
    expect(policiesFor([webhook], ["data"])[0]?.spec.ingress?.[0]?.fromEntities).toEqual(["kube-apiserver"]);
});

test("a flow that touches no isolated namespace is refused: its policy would isolate another one", () => {
    expect(() => policiesFor([flow], ["elsewhere"])).toThrow(
        'The network flow "shop: pages to database" neither leaves nor enters an isolated namespace (elsewhere): remove it.',
    );
});

test("whatever the flows, no policy lets through a port or a peer its flow does not name", () => {
    const namespaces = fc.constantFrom("a", "b", "c");
    const flows = fc.array(fc.record({ from: namespaces, to: namespaces, port: fc.integer({ min: 1, max: 65_535 }) }), {
        maxLength: 8,
    });
    fc.assert(
        fc.property(flows, (drawn) => {
            const stated = drawn.map(
                ({ from, to, port }, turn): NetworkFlow => ({
                    name: `flow ${turn}`,
                    key: `flow-${turn}`,
                    from: { kind: "pods", namespace: from },
                    to: { kind: "pods", namespace: to, labels: { app: to } },
                    ports: [{ port, protocol: "TCP" }],
                }),
            );
            const isolated = ["a", "b", "c"];
            const policies = policiesFor(stated, isolated);
            expect(policies).toHaveLength(2 * stated.length);
            expect(new Set(policies.map(({ name }) => name)).size).toBe(policies.length);
            for (const { description, spec } of policies) {
                const own = stated.find(({ name }) => name === description);
                const rules = [...(spec.ingress ?? []), ...(spec.egress ?? [])];
                expect(rules).toHaveLength(1);
                expect(rules[0]?.toPorts).toEqual([
                    { ports: own?.ports.map(({ port }) => ({ port: String(port), protocol: "TCP" })) },
                ]);
            }
        }),
    );
});

const policies = () =>
    recorded(() => {
        new NetworkPolicies("policies", {
            home: home(),
            cilium: stand("cilium"),
            isolated: { data: "data", queue: "queue" },
            flows: [flow, { name: "data: DNS", key: "data-dns", from: database, to: clusterDns, ports: dnsPorts }],
        });
    });

test("each isolated namespace denies everything, and each side of a flow is one object", async () => {
    expect(listed(await policies())).toEqual([
        "strata:cni:NetworkPolicies policies",
        "kubernetes:cilium.io/v2:CiliumNetworkPolicy policies-data-deny-all",
        "kubernetes:cilium.io/v2:CiliumNetworkPolicy policies-data-dns-out",
        "kubernetes:cilium.io/v2:CiliumNetworkPolicy policies-queue-deny-all",
        "kubernetes:cilium.io/v2:CiliumNetworkPolicy policies-shop-db-in",
    ]);
});

test("policies come after Cilium, which brings their definition, and say which flow they are for", async () => {
    const { inputs, dependencies } = named(await policies(), "policies-shop-db-in");
    expect(dependencies).toEqual(["cilium"]);
    expect(inputs).toMatchObject({
        metadata: { name: "shop-db-in", namespace: "data" },
        spec: { description: "shop: pages to database" },
    });
});

test("deny-all allows nothing in either direction", async () => {
    expect(named(await policies(), "policies-data-deny-all").inputs.spec).toEqual(denyAll());
    expect(denyAll()).toMatchObject({ endpointSelector: {}, ingress: [{}], egress: [{}] });
});

test("what is put into an isolated namespace comes after all of its policies and no other's", async () => {
    const resources = await recorded(() => {
        const inside = home();
        const of = new NetworkPolicies("policies", {
            home: inside,
            cilium: stand("cilium"),
            isolated: { data: "data", queue: "queue" },
            flows: [flow],
        });
        new k8s.core.v1.ConfigMap("put", { metadata: { namespace: of.enforced("data") } });
    });
    const { inputs, dependencies } = named(resources, "put");
    expect(dependencies).toEqual(["policies-data-deny-all", "policies-shop-db-in"]);
    expect(inputs.metadata).toEqual({ namespace: "data" });
});
