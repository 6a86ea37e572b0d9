/** How long Oracle's steps take, and what those of others take on its instances. */
import type { Duration } from "../durations";

const seed001 = (row: string) => `architecture diagrams, deployment timeline, row "${row}"`;

/** The document's phases, as its timeline calls them. */
export const oraclePhases = {
    upload: "Upload to OCI",
    cloud: "OCI Infrastructure",
    proxmox: "Proxmox Cluster",
    talos: "Talos K8s",
    flux: "Flux Reconcile",
} as const;

const cloud = (minutes: number, of: string): Duration => ({
    minutes,
    phase: oraclePhases.cloud,
    source: `${seed001("OCI Infrastructure")}, 15 min, of which ${of}`,
});

const upload = (minutes: number, of: string): Duration => ({
    minutes,
    phase: oraclePhases.upload,
    source: `${seed001("Upload to OCI")}, 15 min, of which ${of}`,
});

/**
 * Minutes of Oracle's own steps. The longest chain is compartment, VCN, gateway, route table, subnet, instance, second
 * private address, reserved address: 1 + 4 x 0.5 + 10 + 1 + 1 = 15.
 */
export const oracleDurations: Readonly<Record<string, Duration>> = {
    "oci/compartment": cloud(1, "the compartment is known everywhere"),
    "oci/network": cloud(0.5, "one part of the network"),
    "oci/security-rule": cloud(0.5, "one part of the network"),
    "oci/cost-guard": cloud(0.5, "budget, alert and quota"),
    "oci/quota-in-force": {
        minutes: 10,
        phase: oraclePhases.cloud,
        source: 'Oracle, "Creating a Quota": new quota policies can take up to 10 minutes to start working',
    },
    "oci/instance": cloud(10, "boot volume, launch, and cloud-init until the mesh is joined"),
    "oci/private-ip": cloud(1, "a second address on the interface"),
    "oci/public-ip": cloud(1, "the reserved address"),
    "oci/bucket": upload(0.5, "the bucket"),
    "oci/object": upload(4, "the archive is sent"),
    "oci/image": upload(10, "the import"),
    "oci/shape": upload(0.5, "the image's shape"),
};

const talos = (minutes: number, of: string): Duration => ({
    minutes,
    phase: oraclePhases.talos,
    source: `${seed001("Talos K8s")}, 20 min, of which ${of}`,
});

const flux = (minutes: number, of: string): Duration => ({
    minutes,
    phase: oraclePhases.flux,
    source: `${seed001("Flux Reconcile")}, 10 min, of which ${of}`,
});

/** Steps of what reconciles: the same on both sites. */
const reconciling: Readonly<Record<string, Duration>> = {
    "flux/source": flux(1, "the repository is looked at every minute"),
    "flux/reconcile": flux(9, "charts and images of all that the repository holds"),
};

/** Talos on emulated machines of a Proxmox VE cluster: 3 + 8 + 2 + 3 + 1 + 2 + 1 = 20. */
export const talosOnProxmox: Readonly<Record<string, Duration>> = {
    ...reconciling,
    "proxmoxve/image-download": talos(3, "the image on its node"),
    "proxmoxve/virtual-machine": talos(8, "machine and boot, emulated"),
    "talos/apply": talos(2, "install and reboot"),
    "talos/bootstrap": talos(3, "etcd and the API server"),
    "talos/kubeconfig": talos(1, "the API answers"),
    "helm/cilium": talos(2, "Cilium"),
    "helm/flux": talos(1, "Flux"),
};

/** Talos on the instances themselves: the boot is the launch's, 3 + 7 + 2 + 5 + 3 = 20. */
export const talosOnInstances: Readonly<Record<string, Duration>> = {
    ...reconciling,
    "talos/apply": talos(3, "install and reboot"),
    "talos/bootstrap": talos(7, "etcd and the API server"),
    "talos/kubeconfig": talos(2, "the API answers"),
    "helm/cilium": talos(5, "Cilium"),
    "helm/flux": talos(3, "Flux"),
};
