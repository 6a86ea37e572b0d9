/**
 * How long the steps of reality take, in minutes: data, each with its source. A step belongs to a phase of a document;
 * the longest path through the steps of a phase equals the document's figure.
 */

/** How long one step takes. */
export interface Duration {
    readonly minutes: number;
    /** The phase of the document's own table it belongs to, undefined where no document names one. */
    readonly phase?: string;
    /** Where the figure comes from. */
    readonly source: string;
}

const seed001 = 'deployment timeline of the Oracle document, Gantt row "Flux Reconcile" 10 min';
const seed000 = 'deployment graph of the homelab, table "Temps de déploiement"';

/** Minutes by step. A step's key is what a provider's behaviour passes to `operation.takes`. */
export const durations = {
    "proxmoxve/image-download": { minutes: 1, phase: "VMs", source: `${seed000}: VMs 3 min, of which the image` },
    "proxmoxve/virtual-machine": { minutes: 2, phase: "VMs", source: `${seed000}: VMs 3 min, of which clone and boot` },
    "proxmoxve/agent-timeout": {
        minutes: 15,
        source: "bpg/terraform-provider-proxmox: agent.timeout defaults to 15m",
    },
    "talos/apply": {
        minutes: 0.5,
        phase: "Talos bootstrap",
        source: `${seed000}: Talos 2 min, of which install and reboot`,
    },
    "talos/bootstrap": {
        minutes: 1,
        phase: "Talos bootstrap",
        source: `${seed000}: Talos 2 min, of which etcd and the API server`,
    },
    "talos/kubeconfig": {
        minutes: 0.5,
        phase: "Talos bootstrap",
        source: `${seed000}: Talos 2 min, of which the API answers`,
    },
    "helm/cilium": { minutes: 1, phase: "Cilium install", source: `${seed000}: Cilium 1 min` },
    "helm/rook-ceph": { minutes: 1, phase: "Rook-Ceph", source: `${seed000}: Rook-Ceph 5 min, of which the operator` },
    "ceph/cluster": {
        minutes: 4,
        phase: "Rook-Ceph",
        source: `${seed000}: Rook-Ceph 5 min, of which mons, OSDs and HEALTH_OK`,
    },
    "helm/cloudnative-pg": { minutes: 1, source: "our estimate: one image of 60 MB and one pod" },
    "cnpg/cluster": { minutes: 1.5, source: "our estimate: image, initdb and the join of each instance" },
    "rabbitmq/cluster": { minutes: 1.5, source: "our estimate: image, and the members join one after the other" },
    "kubernetes/workload": { minutes: 0.5, source: "our estimate: image and readiness of an ordinary pod" },
    "helm/flux": { minutes: 1, source: "our estimate: three images of about 40 MB each and one pod each" },
    "flux/source": {
        minutes: 1,
        source: `${seed001}, of which the repository is looked at every minute`,
    },
    "flux/reconcile": {
        minutes: 9,
        source: `${seed001}, of which charts and images of all that the repository holds`,
    },
    "helm/cert-manager": { minutes: 2, source: "our estimate: three images, and a webhook that answers" },
    "helm/traefik": { minutes: 1, source: "our estimate: one image" },
    "helm/tailscale-operator": { minutes: 1, source: "our estimate: one image" },
    "helm/alloy": { minutes: 2, source: "our estimate: one image of 150 MB" },
    "helm/unknown": { minutes: 1, source: "our estimate for a chart the world does not know" },
} as const satisfies Readonly<Record<string, Duration>>;
