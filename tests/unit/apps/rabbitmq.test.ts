import { expect, test } from "vitest";
import { AppNamespaces } from "../../../components/apps/namespaces";
import { RabbitMq } from "../../../components/apps/rabbitmq";
import { configurationChecksum, enabledPlugins, rabbitmqConf } from "../../../components/apps/rabbitmq-configuration";
import { rabbitmqFlows } from "../../../components/apps/rabbitmq-flows";
import { brokerPod } from "../../../components/apps/rabbitmq-pod";
import { through } from "../../../components/kubernetes/edge";
import { home, listed, named, recorded, stand, withoutSecrets } from "../kubernetes/recorded";

const image = "rabbitmq:4.2.3-management";

const broker = (replicas = 1) =>
    recorded(() => {
        const inside = home();
        const namespaces = new AppNamespaces("apps", { home: inside, namespaces: ["messaging"] });
        new RabbitMq("rabbitmq", {
            home: inside,
            namespace: namespaces.names.messaging ?? "",
            namespaceName: "messaging",
            cluster: "rabbitmq",
            image,
            replicas,
            user: "blockchain",
            storageGiB: 10,
            storageClass: through(stand("storage-class"), "ceph-block"),
            memoryMiB: 1024,
            cpuMillis: 250,
        });
    });

test("brokers, their names, their secrets and their configuration, and nothing else", async () => {
    expect(listed(await broker())).toEqual([
        "strata:apps:AppNamespaces apps",
        "kubernetes:core/v1:Namespace apps-messaging",
        "strata:apps:RabbitMq rabbitmq",
        "kubernetes:core/v1:ServiceAccount rabbitmq-account",
        "kubernetes:apps/v1:StatefulSet rabbitmq-brokers",
        "kubernetes:core/v1:Service rabbitmq-clients",
        "kubernetes:core/v1:ConfigMap rabbitmq-configuration",
        "random:index/randomPassword:RandomPassword rabbitmq-cookie",
        "kubernetes:core/v1:Secret rabbitmq-credentials",
        "kubernetes:policy/v1:PodDisruptionBudget rabbitmq-disruptions",
        "kubernetes:core/v1:Secret rabbitmq-erlang-cookie",
        "kubernetes:core/v1:Service rabbitmq-nodes",
        "random:index/randomPassword:RandomPassword rabbitmq-password",
    ]);
});

test("the brokers come after everything their pods mount, and only they wait for storage", async () => {
    const resources = await broker();
    expect(named(resources, "rabbitmq-brokers").dependencies).toEqual([
        "apps-messaging",
        "rabbitmq-account",
        "rabbitmq-configuration",
        "rabbitmq-credentials",
        "rabbitmq-erlang-cookie",
        "rabbitmq-nodes",
        "storage-class",
    ]);
    const waiting = resources.filter(({ dependencies }) => dependencies.includes("storage-class"));
    expect(waiting.map(({ name }) => name)).toEqual(["rabbitmq-brokers"]);
});

test("each broker claims its own volume of the class", async () => {
    expect(named(await broker(), "rabbitmq-brokers").inputs.spec).toMatchObject({
        serviceName: "rabbitmq-nodes",
        podManagementPolicy: "Parallel",
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
        volumeClaimTemplates: [
            {
                metadata: { name: "data" },
                spec: {
                    accessModes: ["ReadWriteOnce"],
                    storageClassName: "ceph-block",
                    resources: { requests: { storage: "10Gi" } },
                },
            },
        ],
    });
});

test("protection covers the brokers and the namespace that holds their claims, and nothing else", async () => {
    const kept = (await broker()).filter(({ protect }) => protect);
    expect(kept.map(({ name }) => name)).toEqual(["apps-messaging", "rabbitmq-brokers"]);
});

test("brokers have names before they are ready: they need them to become so", async () => {
    expect(named(await broker(), "rabbitmq-nodes").inputs.spec).toMatchObject({
        clusterIP: "None",
        publishNotReadyAddresses: true,
    });
});

test("password and Erlang cookie reach the API as secrets", async () => {
    const resources = await broker();
    expect(named(resources, "rabbitmq-credentials").inputs.stringData).toEqual({
        secret: { username: "blockchain", password: "drawn-rabbitmq-password" },
    });
    expect(named(resources, "rabbitmq-erlang-cookie").inputs.stringData).toEqual({
        secret: { cookie: "drawn-rabbitmq-cookie" },
    });
    expect(withoutSecrets(resources)).not.toContain("drawn-");
    expect(Object.keys(named(resources, "rabbitmq").outputs).sort()).toEqual(["address", "facts"]);
});

test("an upgrade takes one broker at a time", async () => {
    expect(named(await broker(3), "rabbitmq-disruptions").inputs.spec).toMatchObject({ maxUnavailable: 1 });
});

test("its facts ask for a majority of brokers on different nodes, and rest on Ceph", async () => {
    expect(named(await broker(), "rabbitmq").outputs).toEqual({
        address: "rabbitmq.messaging.svc.cluster.local:5672",
        facts: {
            services: [
                {
                    name: "rabbitmq",
                    title: "RabbitMQ",
                    redundancy: { rule: "majority" },
                    members: { "rabbitmq-0": "machine/w0" },
                    needs: ["ceph-data"],
                },
            ],
        },
    });
});

const pod = (replicas: number) =>
    brokerPod({
        cluster: "rabbitmq",
        namespaceName: "messaging",
        image,
        replicas,
        memoryMiB: 1024,
        cpuMillis: 250,
        headless: "rabbitmq-nodes",
        serviceAccount: "rabbitmq",
        configMap: "rabbitmq-configuration",
        credentials: "rabbitmq-credentials",
        cookie: "rabbitmq-erlang-cookie",
    });

interface Container {
    readonly name: string;
    readonly image: string;
    readonly securityContext: unknown;
    readonly lifecycle?: unknown;
    readonly env?: readonly { readonly name: string; readonly value?: string }[];
}

/** What the template says, as the API would read it. */
const template = (replicas = 1) =>
    JSON.parse(JSON.stringify(pod(replicas))) as {
        readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
        readonly spec: {
            readonly automountServiceAccountToken: boolean;
            readonly securityContext: unknown;
            readonly topologySpreadConstraints: readonly unknown[];
            readonly containers: readonly Container[];
            readonly initContainers: readonly Container[];
        };
    };

test("every container meets the restricted level of pod security", () => {
    const { spec } = template();
    expect(spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        runAsUser: 999,
        fsGroup: 999,
        seccompProfile: { type: "RuntimeDefault" },
    });
    for (const container of [...spec.containers, ...spec.initContainers]) {
        expect(container.securityContext, container.name).toEqual({
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            runAsNonRoot: true,
            seccompProfile: { type: "RuntimeDefault" },
        });
        expect(container.image).toBe(image);
    }
});

test("no pod holds a token for the API server", () => {
    expect(template().spec.automountServiceAccountToken).toBe(false);
});

test("no two brokers share a node", () => {
    expect(template().spec.topologySpreadConstraints).toEqual([
        {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: {
                matchLabels: { "app.kubernetes.io/name": "rabbitmq", "app.kubernetes.io/instance": "rabbitmq" },
            },
        },
    ]);
});

test("a broker's name holds on every node", () => {
    const name = template().spec.containers[0]?.env?.find((each) => each.name === "RABBITMQ_NODENAME");
    expect(name?.value).toBe("rabbit@$(POD_NAME).rabbitmq-nodes.messaging.svc.cluster.local");
});

test("a broker of several waits for its queues' majority before it stops; a single one has none to wait for", () => {
    expect(template(3).spec.containers[0]?.lifecycle).toEqual({
        preStop: { exec: { command: ["rabbitmq-upgrade", "await_online_quorum_plus_one", "-t", "120"] } },
    });
    expect(template(1).spec.containers[0]).not.toHaveProperty("lifecycle");
});

test("queues are quorum queues, and the smaller side of a split stops", () => {
    expect(rabbitmqConf(3).split("\n")).toEqual([
        "cluster_formation.peer_discovery_backend = k8s",
        "cluster_formation.target_cluster_size_hint = 3",
        "cluster_partition_handling = pause_minority",
        "default_queue_type = quorum",
        "disk_free_limit.absolute = 1GB",
        "",
    ]);
    expect(enabledPlugins).toContain("rabbitmq_peer_discovery_k8s");
});

test("pods restart when their configuration changes", () => {
    expect(template(1).metadata.annotations["checksum/configuration"]).toBe(configurationChecksum(1));
    expect(configurationChecksum(1)).not.toBe(configurationChecksum(3));
});

const flows = (replicas: number, clientNamespaces: readonly string[] = []) =>
    rabbitmqFlows({ cluster: "rabbitmq", namespace: "messaging", replicas, clientNamespaces }).map(
        ({ name, ports }) => `${name} ${ports.map(({ port }) => port)}`,
    );

test("a single broker asks DNS and no peer", () => {
    expect(flows(1)).toEqual(["rabbitmq: brokers to DNS 53,53"]);
});

test("several brokers find each other and speak Erlang, and a client speaks AMQP where the stack says so", () => {
    expect(flows(3, ["shop"])).toEqual([
        "rabbitmq: brokers to DNS 53,53",
        "rabbitmq: peer to peer port mapper 4369",
        "rabbitmq: peer to peer 25672",
        "rabbitmq: clients in shop to broker 5672",
    ]);
});
