import { expect, test } from "vitest";
import type { Properties, Value } from "../../../../rehearsal/world/value";
import { deployment, restrictedPod } from "./manifests";
import { Stage } from "./stage";

const policies = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";

const policy = (name: string, spec: Properties): Properties => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumNetworkPolicy",
    metadata: { name, namespace: "apps" },
    spec,
});
const denyAll = policy("deny-all", { endpointSelector: {}, ingress: [{}], egress: [{}] });
const toServer = (ports: Value): Properties =>
    policy("to-server", {
        endpointSelector: { matchLabels: { app: "client" } },
        egress: [{ toEndpoints: [{ matchLabels: { app: "server" } }], toPorts: [{ ports }] }],
    });
const fromClient = (selector: Properties): Properties =>
    policy("from-client", {
        endpointSelector: { matchLabels: { "k8s:app": "server" } },
        ingress: [{ fromEndpoints: [selector], toPorts: [{ ports: [{ port: "8080", protocol: "TCP" }] }] }],
    });
const port = [{ port: "8080", protocol: "TCP" }];

/** A server behind a service, under the given policies; the client comes last and calls it. */
async function call(given: readonly Properties[]): Promise<void> {
    const stage = new Stage();
    await stage.cilium();
    await stage.namespace("apps", "restricted");
    for (const each of given) {
        await stage.create(
            String(each.apiVersion) === "cilium.io/v2" ? policies : "kubernetes:networking.k8s.io/v1:NetworkPolicy",
            each,
        );
    }
    await stage.create("kubernetes:apps/v1:Deployment", deployment("apps", "server"));
    await stage.create("kubernetes:core/v1:Service", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "server", namespace: "apps" },
        spec: { selector: { app: "server" }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    const environment = { env: [{ name: "SERVER", value: "http://server.apps.svc:80/" }] };
    await stage.create("kubernetes:apps/v1:Deployment", deployment("apps", "client", { container: environment }));
    expect(stage.kubernetes.audit()).toEqual([]);
}

const denied = 'flow "apps/client to service apps/server (TCP 8080)" is denied by';

test("without policies everything passes", () => call([]));
test("what both sides allow passes", () =>
    call([denyAll, toServer(port), fromClient({ matchLabels: { app: "client" } })]));
test("an empty list of rules isolates nothing", () => call([policy("none", { endpointSelector: {}, ingress: [] })]));
test("ports in a range and of any protocol pass", () =>
    call([
        denyAll,
        toServer([{ port: "8000", endPort: 8090, protocol: "ANY" }]),
        fromClient({ matchLabels: { "any:app": "client" } }),
    ]));
test("the labels of a namespace select its pods", () =>
    call([
        denyAll,
        toServer(port),
        fromClient({ matchLabels: { "k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name": "apps" } }),
    ]));

test.each([
    ["nothing is allowed out", [denyAll, fromClient({ matchLabels: { app: "client" } })], "egress of apps/client"],
    ["nothing is allowed in", [denyAll, toServer(port)], "ingress of apps/server"],
    [
        "the service's port is allowed in the pod's place",
        [denyAll, toServer([{ port: "80", protocol: "TCP" }]), fromClient({ matchLabels: { app: "client" } })],
        "egress of apps/client",
    ],
    [
        "another protocol is allowed",
        [denyAll, toServer([{ port: "8080", protocol: "UDP" }]), fromClient({ matchLabels: { app: "client" } })],
        "egress",
    ],
    ["another client is allowed", [denyAll, toServer(port), fromClient({ matchLabels: { app: "other" } })], "ingress"],
    [
        "another namespace is allowed",
        [denyAll, toServer(port), fromClient({ matchLabels: { "k8s:io.kubernetes.pod.namespace": "elsewhere" } })],
        "ingress",
    ],
    [
        "a deny rule takes it back",
        [toServer(port), policy("no", { endpointSelector: {}, ingressDeny: [{ fromEntities: ["cluster"] }] })],
        "ingress of apps/server (CiliumNetworkPolicy apps/no)",
    ],
] as const)("where %s the flow is denied", async (_what, given, words) => {
    await expect(call(given)).rejects.toThrow(denied);
    await expect(call(given)).rejects.toThrow(words);
});

const kubernetesPolicy = (spec: Properties): Properties => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "k", namespace: "apps" },
    spec,
});

test("a policy of Kubernetes allows and denies as well", async () => {
    const ingress = (app: string) =>
        kubernetesPolicy({
            podSelector: { matchLabels: { app: "server" } },
            ingress: [{ from: [{ podSelector: { matchLabels: { app } } }], ports: [{ port: 8080 }] }],
        });
    await call([ingress("client")]);
    await expect(call([ingress("other")])).rejects.toThrow("ingress of apps/server (NetworkPolicy apps/k)");
    await expect(call([kubernetesPolicy({ podSelector: {}, policyTypes: ["Egress"] })])).rejects.toThrow(
        "egress of apps/client",
    );
});

test.each([
    [
        "a port that is a number",
        { endpointSelector: {}, egress: [{ toPorts: [{ ports: [{ port: 53 }] }] }] },
        "must be of type string",
    ],
    [
        "a protocol that is none",
        { endpointSelector: {}, egress: [{ toPorts: [{ ports: [{ port: "53", protocol: "DNS" }] }] }] },
        'Unsupported value: "DNS"',
    ],
    [
        "an entity that is none",
        { endpointSelector: {}, egress: [{ toEntities: ["internet"] }] },
        'Unsupported value: "internet"',
    ],
    ["no selector", { egress: [{}] }, "rule must have one of EndpointSelector or NodeSelector"],
] as const)("a Cilium policy with %s is refused", async (_what, spec, words) => {
    const stage = new Stage();
    await stage.cilium();
    await stage.namespace("apps");
    await expect(stage.create(policies, policy("p", spec))).rejects.toThrow(words);
});

test("a Cilium policy without any spec is refused", async () => {
    const stage = new Stage();
    await stage.cilium();
    await stage.namespace("apps");
    const { spec: _spec, ...bare } = policy("p", {});
    await expect(stage.create(policies, bare)).rejects.toThrow("one of spec and specs must be set");
});

/** Three brokers of a version, with all flows denied but the given. */
async function brokers(version: string, egress: readonly Value[]): Promise<string> {
    const stage = new Stage({ workers: 3 });
    await stage.cilium();
    await stage.namespace("apps", "restricted");
    await stage.create("kubernetes:core/v1:ConfigMap", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "c", namespace: "apps" },
        data: { "rabbitmq.conf": "cluster_formation.peer_discovery_backend = k8s" },
    });
    await stage.create("kubernetes:core/v1:Service", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "nodes", namespace: "apps" },
        spec: { clusterIP: "None", selector: { app: "mq" }, ports: [{ port: 4369 }] },
    });
    await stage.create(policies, policy("mq", { endpointSelector: {}, egress: [{}, ...egress] }));
    const set: Properties = {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { name: "mq", namespace: "apps" },
        spec: {
            replicas: 3,
            serviceName: "nodes",
            selector: { matchLabels: { app: "mq" } },
            template: restrictedPod(
                { app: "mq" },
                { image: `rabbitmq:${version}` },
                { volumes: [{ name: "c", configMap: { name: "c" } }] },
            ),
        },
    };
    return stage.create("kubernetes:apps/v1:StatefulSet", set).then(
        () => "",
        (error: Error) => error.message,
    );
}

const peers = (...ports: string[]) => ({
    toEndpoints: [{ matchLabels: { app: "mq" } }],
    toPorts: [{ ports: ports.map((each) => ({ port: each, protocol: "TCP" })) }],
});
const dns = {
    toEndpoints: [{ matchLabels: { "k8s:io.kubernetes.pod.namespace": "kube-system", "k8s-app": "kube-dns" } }],
    toPorts: [{ ports: [{ port: "53", protocol: "ANY" }] }],
};
const api = { toEntities: ["kube-apiserver"], toPorts: [{ ports: [{ port: "6443", protocol: "TCP" }] }] };

test("brokers need their peers and DNS, and before 4.1 the API server", async () => {
    expect(await brokers("4.1.4", [peers("4369", "25672"), dns])).toBe("");
    expect(await brokers("4.0.9", [peers("4369", "25672"), dns, api])).toBe("");
    expect(await brokers("4.0.9", [peers("4369", "25672"), dns])).toContain(
        'flow "RabbitMQ mq to the API server (TCP 6443)" is denied',
    );
    expect(await brokers("4.1.4", [peers("25672"), dns])).toContain(
        'flow "RabbitMQ mq: peers find each other (epmd) (TCP 4369)" is denied',
    );
    expect(await brokers("4.1.4", [peers("4369"), dns])).toContain("peers speak Erlang distribution");
    expect(await brokers("4.1.4", [peers("4369", "25672")])).toContain('flow "RabbitMQ mq to DNS (UDP 53)" is denied');
});
