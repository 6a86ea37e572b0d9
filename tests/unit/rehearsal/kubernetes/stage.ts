/** A cluster of three machines with nothing in it, and the provider that speaks to it. */
import { kubernetesPackage } from "../../../../rehearsal/providers/kubernetes";
import type { Operation, ProviderInstance } from "../../../../rehearsal/world/behaviour";
import type { ClusterBirth, ClusterNode } from "../../../../rehearsal/world/cluster-birth";
import type { Git } from "../../../../rehearsal/world/git";
import { Kubernetes } from "../../../../rehearsal/world/kubernetes/kubernetes";
import type { Disk } from "../../../../rehearsal/world/machine";
import { Network } from "../../../../rehearsal/world/network";
import { Random } from "../../../../rehearsal/world/random";
import type { Site } from "../../../../rehearsal/world/site";
import type { Properties } from "../../../../rehearsal/world/value";
import { blockPool, cephCluster, storageClass } from "./manifests";

const authority = "-----BEGIN CERTIFICATE-----\nc3RhZ2U=\n-----END CERTIFICATE-----\n";

/** How a stage differs from the ordinary one. */
export interface StageOptions extends Partial<Omit<ClusterBirth, "nodes" | "alive">> {
    readonly memoryGiB?: number;
    readonly workers?: number;
    readonly labels?: Readonly<Record<string, string>>;
    /** True where w0's disks have swapped their names. */
    readonly swapped?: boolean;
    /** Who visits the cluster's services. */
    readonly site?: Pick<Site, "visitors">;
    /** Git repositories its clusters may fetch. */
    readonly git?: Git;
    /** Provider configuration beside the kubeconfig. */
    readonly config?: Properties;
}

/** A world with one cluster. */
export class Stage {
    now = 0;
    alive = true;
    readonly random = new Random(1);
    readonly strangers = new Set<string>();
    readonly network = new Network({
        proxmox: [],
        networks: { lan: { cidr: "10.10.0.0/24", gateway: "10.10.0.1", taken: ["10.10.0.79"] } },
        talosVersions: [],
        kubernetesByTalos: {},
    });
    readonly kubernetes: Kubernetes;
    readonly nodes: ClusterNode[] = [];
    readonly born: ClusterBirth;
    readonly provider: ProviderInstance;
    /** Steps whose time passed, in order. */
    readonly steps: string[] = [];

    constructor(options: StageOptions = {}) {
        const stage = this;
        this.kubernetes = new Kubernetes({
            clock: {
                get now() {
                    return stage.now;
                },
            },
            random: this.random,
            network: this.network,
            strangers: this.strangers,
            ...(options.site === undefined ? {} : { site: options.site }),
            ...(options.git === undefined ? {} : { git: options.git }),
        });
        this.#node("c0", "controlplane", "10.10.0.140", options);
        for (let index = 0; index < (options.workers ?? 2); index += 1) {
            this.#node(`w${index}`, "worker", `10.10.0.15${index}`, options);
        }
        this.born = {
            name: "stage",
            caCertificate: authority,
            endpoint: "https://10.10.0.140:6443",
            kubernetesVersion: "1.33.3",
            podSubnets: ["10.244.0.0/16"],
            serviceSubnets: ["10.96.0.0/12"],
            cni: "none",
            kubeProxy: false,
            kubePrismPort: 7445,
            defaultPodSecurity: "baseline",
            ...options,
            nodes: () => this.nodes.filter((node) => node.machine.poweredOn),
            alive: () => this.alive,
        };
        this.kubernetes.birth(this.born);
        this.provider = { package: "kubernetes", config: { kubeconfig: kubeconfig(), ...options.config } };
    }

    #node(name: string, role: ClusterNode["role"], address: string, options: StageOptions): void {
        const disks: Disk[] = [
            { serial: `${name}-system`, sizeGiB: 30, device: "/dev/sda", content: "system" },
            { serial: `${name}-storage`, sizeGiB: 40, device: "/dev/sdb", content: "blank" },
        ];
        if (options.swapped === true && name === "w0") {
            for (const disk of disks) {
                disk.device = disk.device === "/dev/sda" ? "/dev/sdb" : "/dev/sda";
            }
        }
        const machine = {
            id: `pve/${name}`,
            host: "pve",
            cpuCores: 6,
            memoryGiB: options.memoryGiB ?? 12,
            disks,
            network: "lan",
            addresses: [address],
            poweredOn: true,
        };
        this.network.attach(address, { name: `machine ${name}`, listens: () => this.alive });
        this.nodes.push({ name, role, address, machine, labels: options.labels ?? {}, schedulable: role === "worker" });
    }

    /** An operation of the engine; each step of it takes one world minute. */
    operation(type: string, name = "it"): Operation {
        return {
            urn: `urn:pulumi:t::t::${type}::${name}`,
            type,
            name,
            provider: this.provider,
            takes: async (step) => {
                this.steps.push(step);
                this.now += 1;
            },
        };
    }

    /** The behaviour of a type. */
    behaviour(type: string) {
        const behaviour = kubernetesPackage(this).resource(type);
        if (behaviour === undefined) {
            throw new Error(`no behaviour for ${type}`);
        }
        return behaviour;
    }

    /** Checks and creates, as the engine does. */
    async create(type: string, inputs: Properties, name = "it") {
        const behaviour = this.behaviour(type);
        const operation = this.operation(type, name);
        const checked = behaviour.check?.(inputs, undefined, operation) ?? { inputs, failures: [] };
        if (checked.failures.length > 0) {
            throw new Error(checked.failures.map(({ reason }) => reason).join("; "));
        }
        return { ...(await behaviour.create(checked.inputs, operation)), inputs: checked.inputs };
    }

    /** Deletes by id. */
    async delete(type: string, id: string): Promise<void> {
        await this.behaviour(type).delete(id, {}, this.operation(type));
    }

    /** Installs Cilium with the values a Talos cluster needs. */
    async cilium(values: Properties = {}) {
        return this.create(releaseType, {
            name: "cilium",
            namespace: "kube-system",
            chart: "cilium",
            version: "1.18.14",
            repositoryOpts: { repo: "https://helm.cilium.io/" },
            values: { ...ciliumValues, ...values },
        });
    }

    /** A namespace with a pod-security level. */
    async namespace(name: string, level?: string) {
        const labels = level === undefined ? {} : { "pod-security.kubernetes.io/enforce": level };
        return this.create("kubernetes:core/v1:Namespace", {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name, labels },
        });
    }

    /** Rook's operator in its privileged namespace. */
    async rook(values: Properties = {}) {
        await this.namespace("rook-ceph", "privileged");
        return this.create(releaseType, {
            name: "rook-ceph",
            namespace: "rook-ceph",
            chart: "rook-ceph",
            version: "v1.18.9",
            repositoryOpts: { repo: "https://charts.rook.io/release" },
            values,
        });
    }

    /** A Ceph cluster on the storage disks of the workers, its pool and its class. */
    async ceph(): Promise<void> {
        await this.cilium();
        await this.rook();
        await this.create("kubernetes:ceph.rook.io/v1:CephCluster", cephCluster());
        await this.create("kubernetes:ceph.rook.io/v1:CephBlockPool", blockPool());
        await this.create("kubernetes:storage.k8s.io/v1:StorageClass", storageClass());
    }

    /** CloudNativePG's operator. */
    async cloudNativePg(namespace = "cnpg-system") {
        await this.namespace(namespace, "restricted");
        return this.create(releaseType, {
            name: "cloudnative-pg",
            namespace,
            chart: "cloudnative-pg",
            version: "0.29.0",
            repositoryOpts: { repo: "https://cloudnative-pg.github.io/charts" },
        });
    }
}

export const releaseType = "kubernetes:helm.sh/v3:Release";

export const ciliumValues: Properties = {
    ipam: { mode: "kubernetes" },
    kubeProxyReplacement: true,
    k8sServiceHost: "localhost",
    k8sServicePort: 7445,
    securityContext: {
        capabilities: { ciliumAgent: ["NET_ADMIN", "SYS_ADMIN"], cleanCiliumState: ["NET_ADMIN", "SYS_ADMIN"] },
    },
    cgroup: { autoMount: { enabled: false }, hostRoot: "/sys/fs/cgroup" },
    l2announcements: { enabled: true },
    hubble: { enabled: true, relay: { enabled: true }, ui: { enabled: true } },
    operator: { replicas: 2 },
};

/** A kubeconfig that leads to the stage's cluster. */
export function kubeconfig(server = "https://10.10.0.140:6443", ca = authority): string {
    return [
        "apiVersion: v1",
        "kind: Config",
        "clusters:",
        `- {name: stage, cluster: {server: "${server}", certificate-authority-data: ${Buffer.from(ca).toString("base64")}}}`,
        "contexts:",
        "- {name: admin@stage, context: {cluster: stage, user: admin@stage}}",
        "current-context: admin@stage",
        "",
    ].join("\n");
}
