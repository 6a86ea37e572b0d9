/** Platform `proxmox`: Proxmox VE hosts that are there already, and everything on them. */
import * as pulumi from "@pulumi/pulumi";
import { Applications } from "../components/apps/applications";
import { Cilium } from "../components/cni/cilium";
import { hubble } from "../components/cni/hubble";
import { LoadBalancerAddresses } from "../components/cni/load-balancer-addresses";
import { apiToken } from "../components/hypervisor/api-token";
import { Proxmox } from "../components/hypervisor/proxmox";
import { TalosImage } from "../components/hypervisor/talos-image";
import { ProxmoxMachines } from "../components/machines/proxmox-machines";
import { RookCeph } from "../components/storage/rook-ceph";
import { RookOperator } from "../components/storage/rook-operator";
import { kubePrismPort } from "../components/talos/machine-config";
import { TalosCluster } from "../components/talos/talos-cluster";
import { poolSize } from "../config/cni";
import { datastores, proxmoxMachines, storageDisks, subnet } from "../config/fleet";
import type { ProxmoxFleet } from "../config/platforms/proxmox";

/** Builds the layers from the hypervisor up and returns what their users need; each knows the one below by its outputs. */
export async function proxmox(fleet: ProxmoxFleet): Promise<Record<string, unknown>> {
    const { hypervisor, talos, cni, storage } = fleet;
    const network = subnet(fleet);

    // Level 0: the hypervisor, and the image on each of its nodes.
    const nodes = Object.keys(hypervisor.nodes);
    const { provider } = new Proxmox("proxmox", { ...hypervisor, nodes, apiToken: apiToken() });
    const image = new TalosImage("talos-image", { ...talos, provider, datastores: datastores(fleet) });

    // Level 1: the machines.
    const { machines, macAddresses } = new ProxmoxMachines("machine", {
        ...hypervisor,
        provider,
        machines: proxmoxMachines(fleet),
        images: image.volumes,
        network,
    });

    // Level 2: Talos and Kubernetes.
    const home = new TalosCluster("talos", { ...talos, machines, installer: image.installer, network });

    // Level 3: the pod network.
    const addressCount = poolSize(cni.loadBalancerPool);
    const cilium = new Cilium("cilium", { home, version: cni.version, kubePrismPort, addresses: addressCount }).release;
    const addresses = new LoadBalancerAddresses("lan", { home, cilium, ...cni.loadBalancerPool });

    // Level 4: storage. Its operator needs the network only.
    const { dashboardAddress, version, ...ceph } = storage;
    const rook = new RookOperator("rook", { home, cilium, namespace: "rook-ceph", version });
    const rookCeph = new RookCeph("ceph", {
        ...ceph,
        home,
        operator: rook,
        disks: storageDisks(machines),
        ...(dashboardAddress === undefined ? {} : { dashboard: { addresses, address: dashboardAddress } }),
    });

    // Level 5: the applications.
    const apps = new Applications("apps", { ...fleet.apps, home, cilium, storageClass: rookCeph.storageClass });

    return {
        endpoint: home.endpoint,
        kubeconfig: home.kubeconfig,
        talosconfig: home.talosconfig,
        nodeAddresses: Object.fromEntries(machines.map(({ name, address }) => [name, address])),
        macAddresses,
        services: apps.addresses,
        hubble: hubble("hubble", { home, addresses, address: cni.hubbleAddress }),
        cephDashboard: rookCeph.dashboard,
        healthy: home.healthyAfter(cilium),
        credentials: pulumi.secret(apps.passwords),
    };
}
