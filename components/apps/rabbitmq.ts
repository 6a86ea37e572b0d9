import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Facts } from "../../policy/facts";
import { type Home, inside, spread } from "../kubernetes/cluster";
import { through } from "../kubernetes/edge";
import { enabledPlugins, rabbitmqConf } from "./rabbitmq-configuration";
import { amqpPort, brokerLabels, distributionPort, epmdPort } from "./rabbitmq-flows";
import { brokerPod, dataVolume } from "./rabbitmq-pod";

export interface RabbitMqArgs {
    readonly home: Home;
    /** Namespace, which carries the edges to its network policies. */
    readonly namespace: pulumi.Input<string>;
    /** The same name, plain: the brokers' names are made of it. */
    readonly namespaceName: string;
    /** Name of the StatefulSet and of the Service clients use. */
    readonly cluster: string;
    /** Official image with a full version, 4.1 or newer, e.g. `rabbitmq:4.2.3-management`. */
    readonly image: string;
    /** Odd, so that a majority outlives the loss of one broker. */
    readonly replicas: number;
    /** User clients log in with. Read once, when the first broker starts. */
    readonly user: string;
    /** GiB of each broker's claim. */
    readonly storageGiB: number;
    /** StorageClass of the claims, which carries the edge to it. */
    readonly storageClass: pulumi.Input<string>;
    /** MiB a broker asks for and may not exceed; it stops taking messages at six tenths of it. */
    readonly memoryMiB: number;
    /** Thousandths of a CPU a broker asks for. */
    readonly cpuMillis: number;
}

/** Services stand before the brokers behind them, whose readiness the StatefulSet is awaited for. */
const notAwaited = { "pulumi.com/skipAwait": "true" };

/** The image is large and brokers join one by one. */
const timeouts = { create: "20m", update: "30m", delete: "10m" };

/**
 * A RabbitMQ cluster whose queues are replicated by Raft unless a client asks otherwise.
 *
 * A StatefulSet of the official image rather than the cluster operator: that operator is published as a manifest
 * without a chart, and a manifest fetched by URL is an unpinned program with rights over the whole cluster. Brokers
 * find each other by the ordinal in their names, which needs no right at all. The brokers are protected: their claims go
 * with them.
 */
export class RabbitMq extends pulumi.ComponentResource {
    static readonly type = "strata:apps:RabbitMq";

    /** Where clients inside the cluster reach a broker, e.g. `rabbitmq.messaging.svc.cluster.local:5672`. */
    readonly address: string;
    /** Password of the user. Secret. */
    readonly password: pulumi.Output<string>;

    constructor(name: string, args: RabbitMqArgs, opts?: pulumi.ComponentResourceOptions) {
        super(RabbitMq.type, name, {}, opts);
        const own = inside(args.home, this);
        const labels = brokerLabels(args.cluster);
        const headless = `${args.cluster}-nodes`;
        const named = (object: string) => ({ name: object, namespace: args.namespace, labels });

        const password = new random.RandomPassword(
            `${name}-password`,
            { length: 32, special: false },
            { parent: this },
        );
        const cookie = new random.RandomPassword(`${name}-cookie`, { length: 40, special: false }, { parent: this });
        this.password = pulumi.secret(password.result);

        const credentials = new k8s.core.v1.Secret(
            `${name}-credentials`,
            {
                metadata: named(`${args.cluster}-credentials`),
                type: "kubernetes.io/basic-auth",
                stringData: { username: args.user, password: this.password },
            },
            own,
        );
        const erlangCookie = new k8s.core.v1.Secret(
            `${name}-erlang-cookie`,
            {
                metadata: named(`${args.cluster}-erlang-cookie`),
                type: "Opaque",
                stringData: { cookie: pulumi.secret(cookie.result) },
            },
            own,
        );
        const configuration = new k8s.core.v1.ConfigMap(
            `${name}-configuration`,
            {
                metadata: named(`${args.cluster}-configuration`),
                data: { "rabbitmq.conf": rabbitmqConf(args.replicas), enabled_plugins: enabledPlugins },
            },
            own,
        );
        const account = new k8s.core.v1.ServiceAccount(
            `${name}-account`,
            { metadata: named(args.cluster), automountServiceAccountToken: false },
            own,
        );
        const nodes = new k8s.core.v1.Service(
            `${name}-nodes`,
            {
                metadata: { ...named(headless), annotations: notAwaited },
                spec: {
                    clusterIP: "None",
                    publishNotReadyAddresses: true,
                    selector: labels,
                    ports: [
                        { name: "epmd", port: epmdPort, targetPort: "epmd" },
                        { name: "distribution", port: distributionPort, targetPort: "distribution" },
                    ],
                },
            },
            own,
        );

        new k8s.apps.v1.StatefulSet(
            `${name}-brokers`,
            {
                metadata: named(args.cluster),
                spec: {
                    serviceName: through(nodes, headless),
                    replicas: args.replicas,
                    // All at once: after an outage of all, each waits for peers that an ordered start would hold back.
                    podManagementPolicy: "Parallel",
                    // A claim left behind would hold its volume, the volume the pool, and the pool the whole of Ceph.
                    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
                    selector: { matchLabels: labels },
                    template: brokerPod({
                        ...args,
                        headless,
                        serviceAccount: through(account, args.cluster),
                        configMap: through(configuration, `${args.cluster}-configuration`),
                        credentials: through(credentials, `${args.cluster}-credentials`),
                        cookie: through(erlangCookie, `${args.cluster}-erlang-cookie`),
                    }),
                    volumeClaimTemplates: [
                        {
                            metadata: { name: dataVolume },
                            spec: {
                                accessModes: ["ReadWriteOnce"],
                                storageClassName: args.storageClass,
                                resources: { requests: { storage: `${args.storageGiB}Gi` } },
                            },
                        },
                    ],
                },
            },
            inside(args.home, this, { customTimeouts: timeouts, protect: true }),
        );

        new k8s.core.v1.Service(
            `${name}-clients`,
            {
                metadata: { ...named(args.cluster), annotations: notAwaited },
                spec: {
                    selector: labels,
                    ports: [{ name: "amqp", port: amqpPort, targetPort: "amqp" }],
                },
            },
            own,
        );
        new k8s.policy.v1.PodDisruptionBudget(
            `${name}-disruptions`,
            { metadata: named(args.cluster), spec: { maxUnavailable: 1, selector: { matchLabels: labels } } },
            own,
        );

        this.address = `${args.cluster}.${args.namespaceName}.svc.cluster.local:${amqpPort}`;
        this.registerOutputs({ address: this.address, facts: facts(args) });
    }
}

/** Queues follow the majority of their replicas; the messages themselves lie on Ceph. */
function facts(args: RabbitMqArgs): Facts {
    const brokers = Array.from({ length: args.replicas }, (_, ordinal) => `${args.cluster}-${ordinal}`);
    return {
        services: [
            {
                name: "rabbitmq",
                title: "RabbitMQ",
                redundancy: { rule: "majority" },
                members: spread(brokers, args.home.nodes),
                needs: ["ceph-data"],
                ...(args.replicas > 2 ? { mitigation: "Quorum queues keep a majority on the other nodes." } : {}),
            },
        ],
    };
}
