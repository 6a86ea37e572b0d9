/** The pod of a RabbitMQ broker, and how pods of it are kept apart. */

import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { configurationChecksum } from "./rabbitmq-configuration";
import { amqpPort, brokerLabels, distributionPort, epmdPort } from "./rabbitmq-flows";

export interface BrokerPodArgs {
    readonly cluster: string;
    readonly namespaceName: string;
    readonly image: string;
    readonly replicas: number;
    readonly memoryMiB: number;
    readonly cpuMillis: number;
    /** Name of the Service that gives each pod a DNS name of its own. */
    readonly headless: string;
    readonly serviceAccount: pulumi.Input<string>;
    readonly configMap: pulumi.Input<string>;
    /** Secret with `username` and `password`. */
    readonly credentials: pulumi.Input<string>;
    /** Secret with `cookie`. */
    readonly cookie: pulumi.Input<string>;
}

/** User and group of the broker in the official image (docker-library/rabbitmq, Dockerfile: uid and gid 999). */
const rabbitmqUser = 999;

/** Where the broker keeps its messages; also its home, where Erlang looks for the cookie. */
const home = "/var/lib/rabbitmq";

/** Seconds a broker gets to hand its leaderships over and stop. */
const terminationGraceSeconds = 180;

const containerSecurity = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    runAsNonRoot: true,
    seccompProfile: { type: "RuntimeDefault" },
};

/** Name of the claim each broker gets. */
export const dataVolume = "data";

/** The pod template of the StatefulSet. */
export function brokerPod(args: BrokerPodArgs): k8s.types.input.core.v1.PodTemplateSpec {
    const labels = brokerLabels(args.cluster);
    const data = { name: dataVolume, mountPath: home };
    return {
        metadata: { labels, annotations: { "checksum/configuration": configurationChecksum(args.replicas) } },
        spec: {
            serviceAccountName: args.serviceAccount,
            // Peer discovery asks the API server nothing, so the pod gets no token for it.
            automountServiceAccountToken: false,
            terminationGracePeriodSeconds: terminationGraceSeconds,
            securityContext: {
                runAsNonRoot: true,
                runAsUser: rabbitmqUser,
                runAsGroup: rabbitmqUser,
                fsGroup: rabbitmqUser,
                fsGroupChangePolicy: "OnRootMismatch",
                seccompProfile: { type: "RuntimeDefault" },
            },
            // One broker a node: two on one node would be one failure for the quorum.
            topologySpreadConstraints: [
                {
                    maxSkew: 1,
                    topologyKey: "kubernetes.io/hostname",
                    whenUnsatisfiable: "DoNotSchedule",
                    labelSelector: { matchLabels: labels },
                },
            ],
            initContainers: [
                {
                    name: "erlang-cookie",
                    image: args.image,
                    // Erlang takes a cookie only from a file that its owner alone may read; a mounted secret is not one.
                    command: ["install", "-m", "0600", "/run/secrets/erlang/cookie", `${home}/.erlang.cookie`],
                    securityContext: containerSecurity,
                    resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
                    volumeMounts: [data, { name: "cookie", mountPath: "/run/secrets/erlang", readOnly: true }],
                },
            ],
            containers: [
                {
                    name: "rabbitmq",
                    image: args.image,
                    env: environment(args),
                    ports: [
                        { name: "amqp", containerPort: amqpPort },
                        { name: "management", containerPort: 15672 },
                        { name: "prometheus", containerPort: 15692 },
                        { name: "epmd", containerPort: epmdPort },
                        { name: "distribution", containerPort: distributionPort },
                    ],
                    securityContext: containerSecurity,
                    resources: {
                        requests: { cpu: `${args.cpuMillis}m`, memory: `${args.memoryMiB}Mi` },
                        limits: { memory: `${args.memoryMiB}Mi` },
                    },
                    ...probes,
                    // A rolling restart never takes a broker whose queues would lose their majority with it.
                    ...(args.replicas > 1
                        ? {
                              lifecycle: {
                                  preStop: {
                                      exec: {
                                          command: ["rabbitmq-upgrade", "await_online_quorum_plus_one", "-t", "120"],
                                      },
                                  },
                              },
                          }
                        : {}),
                    volumeMounts: [
                        data,
                        {
                            name: "configuration",
                            mountPath: "/etc/rabbitmq/rabbitmq.conf",
                            subPath: "rabbitmq.conf",
                            readOnly: true,
                        },
                        {
                            name: "configuration",
                            mountPath: "/etc/rabbitmq/enabled_plugins",
                            subPath: "enabled_plugins",
                            readOnly: true,
                        },
                    ],
                },
            ],
            volumes: [
                { name: "configuration", configMap: { name: args.configMap } },
                { name: "cookie", secret: { secretName: args.cookie } },
            ],
        },
    };
}

/** Fully qualified names: the short name of a pod means nothing on another node. */
function environment(args: BrokerPodArgs): k8s.types.input.core.v1.EnvVar[] {
    const fromCredentials = (name: string, key: string) => ({
        name,
        valueFrom: { secretKeyRef: { name: args.credentials, key } },
    });
    return [
        { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
        { name: "RABBITMQ_USE_LONGNAME", value: "true" },
        {
            name: "RABBITMQ_NODENAME",
            value: `rabbit@$(POD_NAME).${args.headless}.${args.namespaceName}.svc.cluster.local`,
        },
        fromCredentials("RABBITMQ_DEFAULT_USER", "username"),
        fromCredentials("RABBITMQ_DEFAULT_PASS", "password"),
    ];
}

/**
 * A broker that joins a cluster or replays a log takes minutes, so starting has a probe of its own; ready is who takes
 * AMQP connections; alive is who answers at all, since restarting a slow broker only makes it slower.
 */
const probes = {
    startupProbe: {
        exec: { command: ["rabbitmq-diagnostics", "-q", "check_running"] },
        periodSeconds: 10,
        timeoutSeconds: 10,
        failureThreshold: 60,
    },
    readinessProbe: { tcpSocket: { port: "amqp" }, periodSeconds: 10, timeoutSeconds: 5 },
    livenessProbe: {
        exec: { command: ["rabbitmq-diagnostics", "-q", "ping"] },
        periodSeconds: 60,
        timeoutSeconds: 30,
        failureThreshold: 5,
    },
} satisfies Partial<k8s.types.input.core.v1.Container>;
