/** The values of Cilium's Helm chart that a Talos cluster needs, and nothing else of its thousand. */

/** The part of the chart's values this project sets. Names are the chart's own. */
export interface CiliumValues {
    readonly ipam: { readonly mode: "kubernetes" };
    readonly kubeProxyReplacement: true;
    readonly socketLB: { readonly hostNamespaceOnly: true };
    readonly k8sServiceHost: string;
    readonly k8sServicePort: number;
    readonly securityContext: {
        readonly capabilities: {
            readonly ciliumAgent: readonly string[];
            readonly cleanCiliumState: readonly string[];
        };
    };
    readonly cgroup: { readonly autoMount: { readonly enabled: false }; readonly hostRoot: string };
    readonly l2announcements: { readonly enabled: true };
    readonly k8sClientRateLimit: { readonly qps: number; readonly burst: number };
    readonly hubble: {
        readonly enabled: true;
        readonly relay: { readonly enabled: true };
        readonly ui: { readonly enabled: true };
    };
    readonly operator: { readonly replicas: number };
    readonly rollOutCiliumPods: true;
}

/**
 * What the agent may do. The chart asks for SYS_MODULE as well, which Talos refuses to every pod: its kernel loads no
 * modules at a pod's request (Talos, "Deploying Cilium CNI").
 */
const agentCapabilities = [
    "CHOWN",
    "KILL",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "SYS_ADMIN",
    "SYS_RESOURCE",
    "DAC_OVERRIDE",
    "FOWNER",
    "SETGID",
    "SETUID",
] as const;

const cleanStateCapabilities = ["NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE"] as const;

/** Requests a second an agent makes without announcing anything (Cilium chart 1.18, `k8sClientRateLimit`). */
const baseRequestsPerSecond = 10;

/** Seconds between two renewals of an announced address's lease (Cilium chart 1.18, `leaseRenewDeadline`). */
const leaseRenewSeconds = 5;

/**
 * The rate an agent may call the API server at. Every announced service costs one request each time its lease is
 * renewed (Cilium, "L2 Announcements", "Sizing client rate limit"); a limit too low loses leases, and with them
 * addresses. In the worst case one node announces every address of the pool.
 *
 * @param addresses how many addresses the pool holds
 */
export function clientRateLimit(addresses: number): { readonly qps: number; readonly burst: number } {
    const qps = baseRequestsPerSecond + Math.ceil(addresses / leaseRenewSeconds);
    return { qps, burst: 2 * qps };
}

export interface CiliumValuesArgs {
    /** Port of the API balancer Talos runs on every node; there before any service routing is. */
    readonly kubePrismPort: number;
    /** How many nodes there are for the operator, whose two replicas refuse to share one. */
    readonly nodes: number;
    /** How many addresses are announced on the local network. */
    readonly addresses: number;
}

/** The chart's values for a Talos cluster without kube-proxy. */
export function ciliumValues(args: CiliumValuesArgs): CiliumValues {
    return {
        // The node's own pod range, which the controller manager hands out, so that Talos and Cilium never disagree.
        ipam: { mode: "kubernetes" },
        kubeProxyReplacement: true,
        // Otherwise services are translated where a socket connects, and what a pod forwards to one, as Tailscale's
        // proxies do, is translated by nobody (Tailscale, "Compatibility for the Kubernetes Operator", Cilium).
        socketLB: { hostNamespaceOnly: true },
        k8sServiceHost: "localhost",
        k8sServicePort: args.kubePrismPort,
        securityContext: {
            capabilities: { ciliumAgent: agentCapabilities, cleanCiliumState: cleanStateCapabilities },
        },
        // Talos mounts cgroup v2 itself and lets no pod mount it again.
        cgroup: { autoMount: { enabled: false }, hostRoot: "/sys/fs/cgroup" },
        l2announcements: { enabled: true },
        k8sClientRateLimit: clientRateLimit(args.addresses),
        hubble: { enabled: true, relay: { enabled: true }, ui: { enabled: true } },
        operator: { replicas: Math.max(1, Math.min(2, args.nodes)) },
        // Agents read their configuration once: without a restart a changed value would not be in force.
        rollOutCiliumPods: true,
    };
}
