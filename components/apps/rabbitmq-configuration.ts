/** The broker's own configuration files: pure text, so that a change of it is a change of the pods' checksum. */

import { createHash } from "node:crypto";

/** Plugins the broker starts with: cluster formation, the management API and its page, and figures for Prometheus. */
export const enabledPlugins = "[rabbitmq_peer_discovery_k8s,rabbitmq_management,rabbitmq_prometheus].\n";

/**
 * The broker's configuration.
 *
 * @param replicas how many brokers the cluster is meant to have
 */
export function rabbitmqConf(replicas: number): string {
    return [
        "cluster_formation.peer_discovery_backend = k8s",
        `cluster_formation.target_cluster_size_hint = ${replicas}`,
        // The side with fewer brokers stops instead of going its own way.
        "cluster_partition_handling = pause_minority",
        // Queues are replicated by Raft unless a client asks for another kind by name.
        "default_queue_type = quorum",
        // Below this the broker stops taking messages rather than filling its volume.
        "disk_free_limit.absolute = 1GB",
        "",
    ].join("\n");
}

/** A checksum of the configuration: pods that carry it restart when the files change. */
export function configurationChecksum(replicas: number): string {
    return createHash("sha256").update(enabledPlugins).update(rabbitmqConf(replicas)).digest("hex");
}
