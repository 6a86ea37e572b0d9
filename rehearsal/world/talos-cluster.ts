/** What a Talos configuration says of the Kubernetes cluster that comes of it. */
import type { ClusterBirth, ClusterNode } from "./cluster-birth";
import { type ConfigDocument, isDocument, listAt, textAt, valueAt } from "./talos-config";
import { defaultSubnets, kubePrismPort } from "./talos-generate";
import type { TalosNode } from "./talos-node";

/** A cluster at birth, from the configuration of its first control plane. @param cluster Base64 of its authority's certificate. */
export function birthOf(config: ConfigDocument, cluster: string): Omit<ClusterBirth, "nodes" | "alive"> {
    const subnets = (key: string, otherwise: string) => {
        const found = listAt(config, `cluster.network.${key}`).map(String);
        return found.length === 0 ? [otherwise] : found;
    };
    const prism = valueAt(config, "machine.features.kubePrism.port");
    const prismOn = valueAt(config, "machine.features.kubePrism.enabled") === true;
    return {
        name: textAt(config, "cluster.clusterName") ?? "",
        caCertificate: Buffer.from(cluster, "base64").toString(),
        endpoint: textAt(config, "cluster.controlPlane.endpoint") ?? "",
        kubernetesVersion: imageVersion(config),
        podSubnets: subnets("podSubnets", defaultSubnets.pods),
        serviceSubnets: subnets("serviceSubnets", defaultSubnets.services),
        cni: (textAt(config, "cluster.network.cni.name") ?? "flannel") === "flannel" ? "flannel" : "none",
        kubeProxy: valueAt(config, "cluster.proxy.disabled") !== true,
        ...(prismOn ? { kubePrismPort: typeof prism === "number" ? prism : kubePrismPort } : {}),
        defaultPodSecurity: podSecurity(config),
    };
}

/** A machine as Kubernetes knows it. */
export function clusterNode(node: TalosNode, address: string): ClusterNode {
    const plane = node.role === "controlplane";
    const own = valueAt(node.config, "machine.nodeLabels");
    const labels = Object.entries(isDocument(own) ? own : {}).map(([key, value]) => [key, String(value ?? "")]);
    return {
        name: node.hostname,
        role: node.role,
        address,
        machine: node.machine,
        labels: {
            "kubernetes.io/hostname": node.hostname,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            ...(plane ? { "node-role.kubernetes.io/control-plane": "" } : {}),
            ...Object.fromEntries(labels),
        },
        schedulable: !plane || valueAt(node.config, "cluster.allowSchedulingOnControlPlanes") === true,
    };
}

/** Kubernetes version of a configuration: that of its kubelet. */
export function imageVersion(config: ConfigDocument): string {
    return /:v?([\d.]+)/.exec(textAt(config, "machine.kubelet.image") ?? "")?.[1] ?? "";
}

function podSecurity(config: ConfigDocument): ClusterBirth["defaultPodSecurity"] {
    const plugin = listAt(config, "cluster.apiServer.admissionControl").find(
        (entry) => textAt(entry, "name") === "PodSecurity",
    );
    const level = textAt(plugin, "configuration.defaults.enforce");
    return level === "baseline" || level === "restricted" ? level : "privileged";
}
