/** The chart of Cilium, on Talos. */
import { Refusal } from "../refusal";
import { at, list, type Properties, text } from "../value";
import type { Cluster } from "./cluster";
import type { Chart, ChartWorkload, ReleasePlace } from "./helm-charts";
import type { Kind } from "./kinds";
import { podTemplate } from "./pods";

const group = "cilium.io";

function kind(version: string, name: string, plural: string, namespaced = false): Kind {
    return { apiVersion: `${group}/${version}`, kind: name, plural, namespaced };
}

/** What Cilium's operator registers. Source: Cilium 1.18, pkg/k8s/apis/cilium.io/client. */
const kinds: readonly Kind[] = [
    kind("v2", "CiliumNetworkPolicy", "ciliumnetworkpolicies", true),
    kind("v2", "CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies"),
    kind("v2", "CiliumEndpoint", "ciliumendpoints", true),
    kind("v2", "CiliumIdentity", "ciliumidentities"),
    kind("v2", "CiliumNode", "ciliumnodes"),
    kind("v2", "CiliumLoadBalancerIPPool", "ciliumloadbalancerippools"),
    kind("v2alpha1", "CiliumLoadBalancerIPPool", "ciliumloadbalancerippools"),
    kind("v2alpha1", "CiliumL2AnnouncementPolicy", "ciliuml2announcementpolicies"),
    kind("v2", "CiliumCIDRGroup", "ciliumcidrgroups"),
    kind("v2alpha1", "CiliumPodIPPool", "ciliumpodippools"),
];

/** Capabilities no pod gets on Talos. Source: Talos 1.10 documentation, "Deploying Cilium CNI". */
const refusedByTalos = "SYS_MODULE";

const defaultCapabilities = [
    "CHOWN",
    "KILL",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "SYS_MODULE",
    "SYS_ADMIN",
    "SYS_RESOURCE",
    "DAC_OVERRIDE",
    "FOWNER",
    "SETGID",
    "SETUID",
];
const defaultCleanCapabilities = ["NET_ADMIN", "SYS_MODULE", "SYS_ADMIN", "SYS_RESOURCE"];

/** Cilium. */
export const ciliumChart: Chart = {
    name: "cilium",
    repositories: ["https://helm.cilium.io", "oci://quay.io/cilium/charts/cilium"],
    versions: Array.from({ length: 15 }, (_, patch) => `1.18.${patch}`),
    appVersion: (version) => version,
    step: "helm/cilium",
    kinds,
    withoutNetwork: true,
    refuse({ values }) {
        const replaces = at(values, "kubeProxyReplacement");
        if (replaces !== undefined && ![true, false, "true", "false"].includes(replaces as string | boolean)) {
            throw new Refusal(
                `execution error at (cilium/templates/validate.yaml): kubeProxyReplacement must be explicitly set to a valid value (true or false) to continue.`,
                "Cilium 1.18 chart: templates/validate.yaml",
            );
        }
        if (at(values, "tunnel") !== undefined) {
            throw new Refusal(
                "execution error at (cilium/templates/validate.yaml): tunnel was deprecated in v1.14 and has been removed in v1.15. For details please refer to https://docs.cilium.io/en/v1.18/operations/upgrade/",
                "Cilium 1.18 chart: templates/validate.yaml",
            );
        }
        if (
            at(values, "hubble.ui.enabled") === true &&
            at(values, "hubble.relay.enabled") !== true &&
            at(values, "hubble.ui.standalone.enabled") !== true
        ) {
            throw new Refusal(
                "execution error at (cilium/templates/validate.yaml): Hubble UI requires .Values.hubble.relay.enabled=true",
                "Cilium 1.18 chart: templates/validate.yaml",
            );
        }
        const port = at(values, "k8sServicePort");
        if (port !== undefined && typeof port !== "number" && typeof port !== "string") {
            throw new Refusal(
                "values don't meet the specifications of the schema(s) in the following chart(s):\ncilium:\n- k8sServicePort: Invalid type. Expected: [string,integer]",
                "Cilium 1.18 chart: values.schema.json",
            );
        }
        const mode = text(values, "ipam.mode");
        const modes = [
            "cluster-pool",
            "kubernetes",
            "multi-pool",
            "crd",
            "eni",
            "azure",
            "alibabacloud",
            "delegated-plugin",
        ];
        if (mode !== undefined && !modes.includes(mode)) {
            throw new Refusal(`level=fatal msg="Invalid IPAM mode ${mode}"`, "Cilium 1.18: pkg/ipam/option");
        }
    },
    problems: ciliumProblems,
    workloads,
    services: (place) => [
        ...(at(place.values, "hubble.relay.enabled") === true
            ? [service("hubble-relay", { "k8s-app": "hubble-relay" }, 80, 4245)]
            : []),
        ...(at(place.values, "hubble.ui.enabled") === true
            ? [service("hubble-ui", { "k8s-app": "hubble-ui" }, 80, 8081)]
            : []),
    ],
};

function ciliumProblems({ values }: ReleasePlace, cluster: Cluster): readonly string[] {
    const problems: string[] = [];
    const { born } = cluster;
    const agent = (words: string): void => {
        problems.push(
            `DaemonSet is not ready: kube-system/cilium. 0 out of ${cluster.nodes().length} expected pods are ready (${words})`,
        );
    };
    if (born.cni !== "none") {
        agent(
            `the machine config's CNI is ${born.cni}: two networks write /etc/cni/net.d; set cluster.network.cni.name to none`,
        );
    }
    const asked = list(values, "securityContext.capabilities.ciliumAgent");
    const clean = list(values, "securityContext.capabilities.cleanCiliumState");
    const agentCapabilities = asked.length > 0 ? asked : defaultCapabilities;
    const cleanCapabilities = clean.length > 0 ? clean : defaultCleanCapabilities;
    if (agentCapabilities.includes(refusedByTalos) || cleanCapabilities.includes(refusedByTalos)) {
        agent(`unable to apply caps: operation not permitted: Talos lets no pod have ${refusedByTalos}`);
    }
    if (at(values, "cgroup.autoMount.enabled") !== false) {
        agent(
            'init container "mount-cgroup" failed: Talos mounts cgroup v2 itself: set cgroup.autoMount.enabled to false and cgroup.hostRoot to /sys/fs/cgroup',
        );
    } else if ((text(values, "cgroup.hostRoot") ?? "/run/cilium/cgroupv2") !== "/sys/fs/cgroup") {
        agent("failed to mount cgroup filesystem: cgroup.hostRoot is not /sys/fs/cgroup");
    }
    const replaces = [true, "true"].includes(at(values, "kubeProxyReplacement") as boolean | string);
    if (replaces && born.kubeProxy) {
        agent(
            "kube-proxy still runs: its rules and Cilium's eBPF service maps contradict each other; disable cluster.proxy",
        );
    }
    if (!replaces && !born.kubeProxy) {
        agent(
            "Unable to contact k8s api-server: dial tcp 10.96.0.1:443: i/o timeout: neither kube-proxy nor Cilium serves services",
        );
    }
    const host = text(values, "k8sServiceHost");
    if (replaces && host === undefined) {
        agent(
            "Unable to contact k8s api-server: dial tcp 10.96.0.1:443: i/o timeout: with kubeProxyReplacement the agent needs k8sServiceHost",
        );
    } else if (host !== undefined) {
        const unreachable = hostProblem(host, Number(at(values, "k8sServicePort") ?? 443), cluster);
        if (unreachable !== undefined) {
            agent(`Unable to contact k8s api-server: ${unreachable}`);
        }
    }
    return problems;
}

/** Whether the API answers at the address the agents are given, seen from a node. */
function hostProblem(host: string, port: number, cluster: Cluster): string | undefined {
    const refused = `Get "https://${host}:${port}/api/v1/namespaces/kube-system": dial tcp ${host === "localhost" ? "127.0.0.1" : host}:${port}: connect: connection refused`;
    if (host === "localhost" || host === "127.0.0.1") {
        return cluster.born.kubePrismPort === port ? undefined : refused;
    }
    const endpoint = new URL(cluster.born.endpoint);
    const direct =
        port === 6443 && cluster.nodes().some((node) => node.role === "controlplane" && node.address === host);
    return direct || (endpoint.hostname === host && Number(endpoint.port || 443) === port) ? undefined : refused;
}

function workloads({ namespace, values }: ReleasePlace): readonly ChartWorkload[] {
    const pod = (name: string, labels: Properties, spec: Properties) =>
        podTemplate(namespace, name, { metadata: { labels }, spec });
    const anywhere = [{ operator: "Exists" }];
    const system = { hostNetwork: true, tolerations: anywhere };
    const replicas = at(values, "operator.replicas");
    const operator = {
        podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
                {
                    labelSelector: { matchLabels: { "io.cilium/app": "operator" } },
                    topologyKey: "kubernetes.io/hostname",
                },
            ],
        },
    };
    const container = (name: string): Properties => ({ containers: [{ name, securityContext: { privileged: true } }] });
    return [
        {
            template: pod(
                "cilium",
                { "k8s-app": "cilium", "app.kubernetes.io/name": "cilium-agent" },
                { ...system, ...container("cilium-agent") },
            ),
            everywhere: true,
        },
        ...(at(values, "envoy.enabled") === false
            ? []
            : [
                  {
                      template: pod(
                          "cilium-envoy",
                          { "k8s-app": "cilium-envoy" },
                          { ...system, ...container("cilium-envoy") },
                      ),
                      everywhere: true,
                  },
              ]),
        {
            template: pod(
                "cilium-operator",
                { "io.cilium/app": "operator", name: "cilium-operator" },
                { ...system, ...container("cilium-operator"), affinity: operator },
            ),
            replicas: typeof replicas === "number" ? replicas : 2,
        },
        ...(at(values, "hubble.relay.enabled") === true
            ? [
                  {
                      template: pod(
                          "hubble-relay",
                          { "k8s-app": "hubble-relay" },
                          { containers: [{ name: "hubble-relay" }] },
                      ),
                  },
              ]
            : []),
        ...(at(values, "hubble.ui.enabled") === true
            ? [{ template: pod("hubble-ui", { "k8s-app": "hubble-ui" }, { containers: [{ name: "frontend" }] }) }]
            : []),
    ];
}

function service(
    name: string,
    selector: Properties,
    port: number,
    targetPort: number,
): { name: string; spec: Properties } {
    return {
        name,
        spec: { type: "ClusterIP", selector, ports: [{ name: "http", port, targetPort, protocol: "TCP" }] },
    };
}
