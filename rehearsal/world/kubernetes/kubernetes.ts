/** All Kubernetes clusters of a world. */
import type { ClusterBirth } from "../cluster-birth";
import { Refusal } from "../refusal";
import { reconcile } from "./api";
import { bornNamespaces, Cluster } from "./cluster";
import { deniedFlows } from "./flows";
import { runDns } from "./helm";
import { readKubeconfig } from "./kubeconfig";
import { idOf } from "./objects";
import type { Surroundings } from "./surroundings";

/** The clusters that were born, dead ones included. */
export class Kubernetes {
    readonly #clusters: Cluster[] = [];

    constructor(private readonly surroundings: Surroundings) {}

    /** Lets a cluster begin: its API has answered for the first time. */
    birth(born: ClusterBirth): Cluster {
        const cluster = new Cluster(born, this.surroundings);
        this.#clusters.push(cluster);
        reconcile(cluster);
        if (born.cni !== "none") {
            runDns(cluster);
        }
        return cluster;
    }

    /** Clusters whose API still answers. */
    get alive(): readonly Cluster[] {
        return this.#clusters.filter((cluster) => cluster.born.alive());
    }

    /** The cluster a kubeconfig leads to, or why a call to it fails. Throws where the text is no kubeconfig. */
    clusterOf(kubeconfig: string): Cluster | Refusal {
        const { server, caCertificate } = readKubeconfig(kubeconfig);
        const { hostname, port } = new URL(server);
        const failed = (words: string): Refusal =>
            new Refusal(
                `configured Kubernetes cluster is unreachable: unable to load schema information from the API server: Get "${server}/openapi/v2?timeout=32s": ${words}`,
                "pulumi-kubernetes: provider/pkg/provider/provider.go",
            );
        const target = Number(port === "" ? 443 : port);
        const unreachable = this.surroundings.network.unreachable(hostname, target);
        if (unreachable !== undefined) {
            return failed(unreachable);
        }
        const cluster = this.#clusters.find(({ born }) => born.caCertificate.trim() === caCertificate.trim());
        if (cluster === undefined) {
            return failed("tls: failed to verify certificate: x509: certificate signed by unknown authority");
        }
        return cluster.born.alive() ? cluster : failed(`dial tcp ${hostname}:${target}: connect: connection refused`);
    }

    /** Nodes of the cluster with this certificate authority: those that are Ready, and why the others are not. */
    nodesReady(caCertificate: string): {
        readonly ready: readonly string[];
        readonly notReady: Readonly<Record<string, string>>;
    } {
        const cluster = this.#clusters.find(({ born }) => born.caCertificate.trim() === caCertificate.trim());
        const nodes = cluster?.nodes() ?? [];
        return {
            ready: nodes.filter((node) => cluster?.nodeProblem(node) === undefined).map((node) => node.name),
            notReady: Object.fromEntries(
                nodes.flatMap((node) => {
                    const problem = cluster?.nodeProblem(node);
                    return problem === undefined ? [] : [[node.name, problem]];
                }),
            ),
        };
    }

    /** What is wrong in the living clusters though every operation was accepted: objects never ready, flows denied. */
    audit(): string[] {
        return this.alive.flatMap((cluster) => {
            reconcile(cluster);
            const unready = cluster.objects.all
                .filter((object) => !cluster.ready(object) && object.problems.length > 0)
                .map((object) => `${object.kind} ${idOf(object)} is not ready: ${object.problems.join("; ")}`);
            const failed = cluster.releases
                .filter((release) => release.readyAt > cluster.now)
                .map(
                    (release) =>
                        `release ${release.namespace}/${release.name} is not ready: ${release.problems.join("; ")}`,
                );
            return [...failed, ...unready, ...deniedFlows(cluster)].map(
                (words) => `cluster ${cluster.born.name}: ${words}`,
            );
        });
    }

    /** What is left in the living clusters that they were not born with. */
    remains(): string[] {
        return this.alive.flatMap((cluster) => [
            ...cluster.releases.map(
                (release) => `cluster ${cluster.born.name}: release ${release.namespace}/${release.name}`,
            ),
            ...cluster.objects.all
                .filter((object) => !(object.kind === "Namespace" && bornNamespaces.includes(object.name)))
                .filter((object) => !(object.kind === "ServiceAccount" && object.name === "default"))
                .map((object) => `cluster ${cluster.born.name}: ${object.kind} ${idOf(object)}`),
        ]);
    }
}
