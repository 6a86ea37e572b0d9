import { apiServerPorts, clusterDns, dnsPorts, type NetworkFlow, type Pods } from "../cni/network-flow";
import { operatorLabels, operatorNamespace } from "./cloudnative-pg";

export interface PostgreSqlFlowsArgs {
    /** Name of the cluster: the label its pods carry. */
    readonly cluster: string;
    readonly namespace: string;
    readonly instances: number;
    /** Namespaces whose pods may ask the database. */
    readonly clientNamespaces: readonly string[];
}

/** Port of PostgreSQL. */
export const postgresqlPort = 5432;

/** Port on which an instance tells the operator how it is, and takes its orders (CloudNativePG, "Networking"). */
export const statusPort = 8000;

/**
 * What a CloudNativePG cluster needs of the network, and nothing more: the operator reaches every pod on 8000 and 5432,
 * and the pods of a cluster reach each other (CloudNativePG, "Networking").
 */
export function postgresqlFlows(args: PostgreSqlFlowsArgs): readonly NetworkFlow[] {
    const pods: Pods = {
        kind: "pods",
        namespace: args.namespace,
        labels: { "cnpg.io/cluster": args.cluster },
    };
    const operator: Pods = { kind: "pods", namespace: operatorNamespace, labels: operatorLabels };
    return [
        {
            // The instance manager reads its own Cluster and writes its status; so do the jobs that make an instance.
            name: "postgresql: instance manager to API server",
            key: "postgresql-api",
            from: pods,
            to: { kind: "api-server" },
            ports: apiServerPorts,
        },
        {
            // Instances find each other, and whatever else they are told to, by the names of Services.
            name: "postgresql: instances to DNS",
            key: "postgresql-dns",
            from: pods,
            to: clusterDns,
            ports: dnsPorts,
        },
        {
            name: "postgresql: operator to instance status",
            key: "postgresql-status",
            from: operator,
            to: pods,
            ports: [{ port: statusPort, protocol: "TCP" }],
        },
        {
            name: "postgresql: operator to database",
            key: "postgresql-operator",
            from: operator,
            to: pods,
            ports: [{ port: postgresqlPort, protocol: "TCP" }],
        },
        ...(args.instances > 1
            ? ([
                  {
                      name: "postgresql: replica to primary",
                      key: "postgresql-replication",
                      from: pods,
                      to: pods,
                      ports: [{ port: postgresqlPort, protocol: "TCP" }],
                  },
                  {
                      // A primary that reaches neither the API server nor any other instance stops itself.
                      name: "postgresql: instance to instance status",
                      key: "postgresql-peer-status",
                      from: pods,
                      to: pods,
                      ports: [{ port: statusPort, protocol: "TCP" }],
                  },
              ] satisfies NetworkFlow[])
            : []),
        ...args.clientNamespaces.map(
            (client): NetworkFlow => ({
                name: `postgresql: clients in ${client} to database`,
                key: `postgresql-from-${client}`,
                from: { kind: "pods", namespace: client },
                to: pods,
                ports: [{ port: postgresqlPort, protocol: "TCP" }],
            }),
        ),
    ];
}
