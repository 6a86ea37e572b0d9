/** Exactly what the two homelabs consist of: names by type. */

const vm = "proxmoxve:index/vmLegacy:VmLegacy";
const apply = "talos:machine/configurationApply:ConfigurationApply";
const policy = "kubernetes:cilium.io/v2:CiliumNetworkPolicy";
const image = "proxmoxve:download/file:File";

/** Names of resources by their type. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Components: rooms of the program, which make nothing themselves. */
const components: Inventory = {
    "strata:hypervisor:Proxmox": ["proxmox"],
    "strata:hypervisor:TalosImage": ["talos-image"],
    "strata:machines:ProxmoxMachines": ["machine"],
    "strata:talos:TalosCluster": ["talos"],
    "strata:cni:Cilium": ["cilium"],
    "strata:cni:LoadBalancerAddresses": ["lan"],
    "strata:cni:LanService": ["hubble", "ceph-dashboard"],
    "strata:cni:NetworkPolicies": ["flow"],
    "strata:storage:RookOperator": ["rook"],
    "strata:storage:RookCeph": ["ceph"],
    "strata:apps:Applications": ["apps"],
    "strata:apps:AppNamespaces": ["namespace"],
    "strata:apps:CloudNativePg": ["cloudnative-pg"],
    "strata:apps:PostgreSql": ["postgresql"],
    "strata:apps:RabbitMq": ["rabbitmq"],
};

/** What both homelabs have, whatever their size. */
const common: Inventory = {
    ...components,
    "pulumi:providers:proxmoxve": ["proxmox-api"],
    "talos:imageFactory/schematic:Schematic": ["talos-image-schematic"],
    "talos:machine/secrets:Secrets": ["talos-secrets"],
    "talos:machine/bootstrap:Bootstrap": ["talos-bootstrap"],
    "talos:cluster/kubeconfig:Kubeconfig": ["talos-kubeconfig"],
    "pulumi:providers:kubernetes": ["talos-kubernetes"],
    "kubernetes:helm.sh/v3:Release": ["cilium-chart", "rook-chart", "cloudnative-pg-chart"],
    "kubernetes:cilium.io/v2:CiliumLoadBalancerIPPool": ["lan-pool"],
    "kubernetes:cilium.io/v2alpha1:CiliumL2AnnouncementPolicy": ["lan-announcement"],
    "kubernetes:core/v1:Namespace": [
        "rook-namespace",
        "cloudnative-pg-namespace",
        "namespace-blockchain",
        "namespace-messaging",
    ],
    "kubernetes:ceph.rook.io/v1:CephCluster": ["ceph-cluster"],
    "kubernetes:ceph.rook.io/v1:CephBlockPool": ["ceph-pool"],
    "kubernetes:storage.k8s.io/v1:StorageClass": ["ceph-storage-class"],
    "random:index/randomPassword:RandomPassword": ["postgresql-password", "rabbitmq-password", "rabbitmq-cookie"],
    "kubernetes:core/v1:Secret": ["postgresql-owner", "rabbitmq-credentials", "rabbitmq-erlang-cookie"],
    "kubernetes:postgresql.cnpg.io/v1:Cluster": ["postgresql-cluster"],
    "kubernetes:core/v1:ConfigMap": ["rabbitmq-configuration"],
    "kubernetes:core/v1:ServiceAccount": ["rabbitmq-account"],
    "kubernetes:core/v1:Service": ["hubble-service", "ceph-dashboard-service", "rabbitmq-nodes", "rabbitmq-clients"],
    "kubernetes:policy/v1:PodDisruptionBudget": ["rabbitmq-disruptions"],
    "kubernetes:apps/v1:StatefulSet": ["rabbitmq-brokers"],
};

/** Flows of one PostgreSQL and one RabbitMQ. */
const flows = [
    "flow-blockchain-deny-all",
    "flow-messaging-deny-all",
    "flow-postgresql-api-out",
    "flow-postgresql-dns-out",
    "flow-postgresql-operator-in",
    "flow-postgresql-status-in",
    "flow-rabbitmq-dns-out",
];

/** Flows between several instances of each. */
const peerFlows = [
    "flow-postgresql-replication-in",
    "flow-postgresql-replication-out",
    "flow-postgresql-peer-status-in",
    "flow-postgresql-peer-status-out",
    "flow-rabbitmq-epmd-in",
    "flow-rabbitmq-epmd-out",
    "flow-rabbitmq-peers-in",
    "flow-rabbitmq-peers-out",
];

function machines(hosts: readonly string[], names: readonly string[]): Inventory {
    return {
        [image]: hosts.map((host) => `talos-image-${host}`),
        [vm]: names.map((name) => `machine-${name}`),
        [apply]: names.map((name) => `talos-${name}`),
    };
}

/** The resources of each stack. */
export const inventories: Readonly<Record<"homelab" | "homelab-ha", Inventory>> = {
    homelab: { ...common, ...machines(["pve"], ["c0", "w0", "w1"]), [policy]: flows },
    "homelab-ha": {
        ...common,
        ...machines(["pve-0", "pve-1", "pve-2"], ["c0", "c1", "c2", "w0", "w1", "w2"]),
        [policy]: [...flows, ...peerFlows],
    },
};

/** Names of what a stack's providers make: everything but components and the providers themselves. */
export function madeBy(stack: keyof typeof inventories): string[] {
    return Object.entries(inventories[stack])
        .filter(([type]) => !type.startsWith("strata:") && !type.startsWith("pulumi:"))
        .flatMap(([, names]) => names);
}
