/** The Kubernetes provider: objects of any kind, and releases of Helm. */
import type { PackageBehaviour, ProviderInstance } from "../world/behaviour";
import type { Cluster } from "../world/kubernetes/cluster";
import { kindOfToken } from "../world/kubernetes/kinds";
import { readKubeconfig } from "../world/kubernetes/kubeconfig";
import type { Kubernetes } from "../world/kubernetes/kubernetes";
import type { Random } from "../world/random";
import { Refusal } from "../world/refusal";
import { text } from "../world/value";
import { objectBehaviour } from "./kubernetes-object";
import { releaseBehaviour } from "./kubernetes-release";

/** What the provider needs of the world. */
export interface KubernetesWorld {
    readonly kubernetes: Kubernetes;
    readonly random: Random;
    readonly strangers: Set<string>;
}

/** How the provider's behaviours find the cluster an operation speaks to. */
export interface Connection {
    /** The cluster, or why it cannot be reached. */
    reach(provider: ProviderInstance): Cluster | Refusal;
    /** The cluster. Throws where it cannot be reached. */
    demand(provider: ProviderInstance): Cluster;
}

/** The behaviour of the package `kubernetes`. */
export function kubernetesPackage(world: KubernetesWorld): PackageBehaviour {
    const reach = (provider: ProviderInstance): Cluster | Refusal => {
        const kubeconfig = text(provider.config, "kubeconfig");
        if (kubeconfig === undefined) {
            return new Refusal(
                "configured Kubernetes cluster is unreachable: unable to load Kubernetes client configuration from kubeconfig file. Make sure you have: \n\n \t • set up the provider as per https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/ \n\n invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
                "pulumi-kubernetes: provider/pkg/provider/provider.go",
            );
        }
        try {
            return world.kubernetes.clusterOf(kubeconfig);
        } catch (error) {
            if (error instanceof Refusal) {
                return new Refusal(`configured Kubernetes cluster is unreachable: ${error.message}`, error.source);
            }
            throw error;
        }
    };
    const connection: Connection = {
        reach,
        demand: (provider) => {
            const found = reach(provider);
            if (found instanceof Refusal) {
                throw found;
            }
            return found;
        },
    };
    return {
        name: "kubernetes",
        checkConfig(config) {
            const { kubeconfig } = config;
            if (typeof kubeconfig !== "string" || !kubeconfig.includes("\n")) {
                return [];
            }
            try {
                readKubeconfig(kubeconfig);
                return [];
            } catch (error) {
                return error instanceof Refusal ? [{ property: "kubeconfig", reason: error.message }] : [];
            }
        },
        resource(type) {
            if (type === "kubernetes:helm.sh/v3:Release") {
                return releaseBehaviour(connection, world);
            }
            const token = kindOfToken(type);
            return token === undefined ? undefined : objectBehaviour(connection, world, token);
        },
        function: () => undefined,
    };
}
