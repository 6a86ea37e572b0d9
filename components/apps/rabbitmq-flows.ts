import { clusterDns, dnsPorts, type NetworkFlow, type Pods } from "../cni/network-flow";

export interface RabbitMqFlowsArgs {
    /** Name of the StatefulSet: the label its pods carry. */
    readonly cluster: string;
    readonly namespace: string;
    readonly replicas: number;
    /** Namespaces whose pods may speak AMQP to the broker. */
    readonly clientNamespaces: readonly string[];
}

/** Port of AMQP 0-9-1 and 1.0. */
export const amqpPort = 5672;

/** Port of the Erlang port mapper: tells one broker on which port the other one listens. */
export const epmdPort = 4369;

/** Port of Erlang distribution: the AMQP port plus 20000 (RabbitMQ, "Networking"). */
export const distributionPort = amqpPort + 20_000;

/** Labels of the broker's pods. */
export function brokerLabels(cluster: string): Readonly<Record<string, string>> {
    return { "app.kubernetes.io/name": "rabbitmq", "app.kubernetes.io/instance": cluster };
}

/**
 * What a RabbitMQ cluster needs of the network. Not the API server: since 4.1 peer discovery on Kubernetes derives the
 * first node's name from its own (RabbitMQ, "New Kubernetes Peer Discovery Mechanism"), and DNS does the rest.
 */
export function rabbitmqFlows(args: RabbitMqFlowsArgs): readonly NetworkFlow[] {
    const pods: Pods = { kind: "pods", namespace: args.namespace, labels: brokerLabels(args.cluster) };
    return [
        { name: "rabbitmq: brokers to DNS", key: "rabbitmq-dns", from: pods, to: clusterDns, ports: dnsPorts },
        ...(args.replicas > 1
            ? ([
                  {
                      name: "rabbitmq: peer to peer port mapper",
                      key: "rabbitmq-epmd",
                      from: pods,
                      to: pods,
                      ports: [{ port: epmdPort, protocol: "TCP" }],
                  },
                  {
                      name: "rabbitmq: peer to peer",
                      key: "rabbitmq-peers",
                      from: pods,
                      to: pods,
                      ports: [{ port: distributionPort, protocol: "TCP" }],
                  },
              ] satisfies NetworkFlow[])
            : []),
        ...args.clientNamespaces.map(
            (client): NetworkFlow => ({
                name: `rabbitmq: clients in ${client} to broker`,
                key: `rabbitmq-from-${client}`,
                from: { kind: "pods", namespace: client },
                to: pods,
                ports: [{ port: amqpPort, protocol: "TCP" }],
            }),
        ),
    ];
}
