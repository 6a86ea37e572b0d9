/** Which machines form which cluster of Talos, whether its control plane answers, and who has joined it. */
import type { ClusterNode } from "./cluster-birth";
import type { Network } from "./network";
import { clusterNode } from "./talos-cluster";
import { textAt } from "./talos-config";
import { type TalosNode, talosPorts } from "./talos-node";

/** All clusters; one is named by the certificate of its Kubernetes authority, base64. */
export class TalosMembership {
    /** @param nodes Every node there is by its machine's id, now and later. */
    constructor(
        private readonly nodes: ReadonlyMap<string, TalosNode>,
        private readonly network: Network,
    ) {}

    /** Machines configured for a cluster. */
    members(cluster: string): readonly TalosNode[] {
        return [...this.nodes.values()].filter((node) => node.config !== undefined && node.cluster === cluster);
    }

    /** True where the control plane of that cluster answers. */
    answers(cluster: string): boolean {
        const members = [...this.nodes.values()].filter((node) => node.cluster === cluster && node.etcd);
        const up = members.filter((node) => node.serving && node.machine.poweredOn);
        return up.length * 2 > members.length;
    }

    /** Lets a control plane join the etcd of its cluster, once there is one. */
    join(node: TalosNode): void {
        if (node.role === "controlplane" && this.answers(node.cluster)) {
            node.etcd = true;
            node.serving = true;
        }
    }

    /** Machines that have joined: they run, and their endpoint is one the cluster answers at. */
    joined(cluster: string): readonly ClusterNode[] {
        if (!this.answers(cluster)) {
            return [];
        }
        const members = this.members(cluster).filter((node) => node.machine.poweredOn);
        const planes = members.filter((node) => node.role === "controlplane");
        const endpoints = new Set(planes.flatMap((node) => [...node.machine.addresses, node.sharedAddress ?? ""]));
        return members.flatMap((node) => {
            const endpoint = textAt(node.config, "cluster.controlPlane.endpoint") ?? "";
            const joined = URL.canParse(endpoint) && endpoints.has(new URL(endpoint).hostname);
            const address = node.nodeAddress;
            return joined && address !== undefined ? [clusterNode(node, address)] : [];
        });
    }

    /** Shared addresses answer while a control plane of their cluster does, and not before it is bootstrapped. */
    settleSharedAddresses(): void {
        for (const node of this.nodes.values()) {
            const shared = node.sharedAddress;
            if (shared === undefined) {
                continue;
            }
            const name = `shared address of ${textAt(node.config, "cluster.clusterName") ?? ""}`;
            if (this.answers(node.cluster)) {
                const listens = (port: number) => port === talosPorts.kubernetes || port === talosPorts.apid;
                this.network.attach(shared, { name, listens });
            } else if (this.network.takenBy(shared) === name) {
                this.network.release(shared);
            }
        }
    }

    /** Machines that were configured and have not joined a cluster that answers, one sentence each. */
    audit(): string[] {
        return [...this.nodes.values()].flatMap((node) => {
            if (node.config === undefined || !node.machine.poweredOn || !this.answers(node.cluster)) {
                return [];
            }
            const isMember = this.joined(node.cluster).some(({ machine }) => machine === node.machine);
            const endpoint = textAt(node.config, "cluster.controlPlane.endpoint") ?? "";
            return isMember ? [] : [`${node.name} (${node.hostname}) has not joined its cluster through ${endpoint}`];
        });
    }
}
