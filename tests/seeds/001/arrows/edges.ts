/** The document's arrows that are edges of the stack's graph: who waits for whom. */
import type { Edge } from "./arrow";

const hosts = ["ampere-1", "ampere-2", "ampere-3"] as const;
const step = (name: string, on: readonly string[] = ["ampere-1"]) =>
    on.map((host) => `proxmox-cluster-${name}-${host}`);

const amperes = hosts.map((host) => `instance-${host}`);
const bastion = ["instance-bastion"];
const vcn = ["network-vcn"];
const joins = step("join-cluster", ["ampere-2", "ampere-3"]);
const osds = step("create-osd", hosts);
const machines = ["machine-cp-1", "machine-cp-2", "machine-cp-3"];
const images = hosts.map((host) => `talos-image-${host}`);
const container = step("create-tailscale-container");
const applications = ["flux-system-kustomization"];
const health = step("check-ceph");

const drawn: Readonly<Record<string, readonly (readonly [string, readonly string[], readonly string[]])[]>> = {
    "Complete Flow": [
        ["OCI --> Proxmox", amperes, step("prepare-host", hosts)],
        ["Proxmox --> Talos", health, machines],
        ["Talos --> Apps", ["talos-kubernetes"], applications],
    ],
    "Phase 2: OCI Infrastructure": [
        ["VCN --> Ampere", vcn, amperes],
        ["VCN --> Bastion", vcn, bastion],
    ],
    "Phase 3: Proxmox Cluster": [
        ["Node1 --> Nodes", step("create-cluster"), joins],
        ["Nodes --> Quorum", joins, step("check-quorum")],
        ["Quorum -->|Yes| Ceph", step("check-quorum"), step("install-ceph", hosts)],
        ["Ceph --> OSD", step("install-ceph", hosts), osds],
        ["OSD --> Health", osds, health],
    ],
    "Phase 4: Talos Kubernetes": [
        ["Image --> VMs", images, machines],
        ["VMs --> Boot", machines, ["machine-cp-1-boot", "machine-cp-2-boot", "machine-cp-3-boot"]],
        ["Boot --> Cilium", ["machine-cp-1-boot"], ["cilium-chart"]],
        ["Cilium --> Flux", ["cilium-chart"], ["flux-chart"]],
        ["SOPS --> Reconcile", ["sops-key-secret"], applications],
        // Fetching the repository needs no key; decrypting and applying does, and that is the Kustomization.
        ["Reconcile --> Apps", ["flux-system-source"], applications],
    ],
    "Architecture Overview": hosts.flatMap((host, index) => [
        [`Node${index + 1} --> CP${index + 1}`, step("prepare-host", [host]), [`machine-cp-${index + 1}`]],
        [`Node${index + 1} -.-> Ceph`, step("prepare-host", [host]), health],
        [`Ampere -.-> Node${index + 1}`, [`instance-${host}`], step("prepare-host", [host])],
        [`Bastion -.SSH.-> Node${index + 1}`, ["bastion-address-public"], step("prepare-host", [host])],
    ]),
    "Layer 1: OCI Resources": [
        ["VCN --> IGW", vcn, ["network-internet-gateway"]],
        ["IGW --> RT", ["network-internet-gateway"], ["network-routes"]],
        ["SL --> Subnet", ["network-security"], ["network-subnet"]],
        ["Subnet --> Ampere", ["network-subnet"], amperes],
        ["Subnet --> Micro", ["network-subnet"], bastion],
    ],
    "Layer 2: Proxmox Setup": [
        ["Inputs --> SSH", ["bastion-address-public"], step("prepare-host", hosts)],
        ["SSH --> Cluster", step("prepare-host"), step("create-cluster")],
        ["Cluster --> Ceph", joins, step("create-pool")],
        ["Ceph --> LXC", step("create-pool"), container],
        ["LXC --> Test", container, step("test-migration")],
        ["Test --> Outputs", step("test-migration"), ["mesh-routes-routes"]],
    ],
    "Layer 3: Talos Deployment": [
        ["Inputs --> Image", ["proxmox-api"], images],
        // One machine is bootstrapped; the others join what it began, and whoever uses the cluster waits for them.
        ["VMs --> Bootstrap", ["machine-cp-1"], ["talos-bootstrap"]],
        ["Bootstrap --> Secret", ["talos-bootstrap"], ["sops-key-secret"]],
    ],
    "Physical + Logical Topology": [
        ["IGW --> Subnet", ["network-internet-gateway"], ["network-subnet"]],
        ...hosts.map((host, index) => [`Subnet --> A${index + 1}`, ["network-subnet"], [`instance-${host}`]] as const),
        ["Subnet --> BAS", ["network-subnet"], bastion],
    ],
};

/** Every arrow that is an edge. */
export const edges: readonly Edge[] = Object.entries(drawn).flatMap(([section, each]) =>
    each.map(([text, waitedFor, waiting]) => ({ section, text, waiting, waitedFor })),
);
