/** Platform `oracle-proxmox`: Proxmox VE with Ceph on Ampere instances, Talos in virtual machines, applications by Git. */
import * as pulumi from "@pulumi/pulumi";
import { cloudInit } from "../components/cloud/cloud-init";
import { Entrances } from "../components/cloud/entrances";
import { Instances } from "../components/cloud/instances";
import { ReservedAddress } from "../components/cloud/reserved-address";
import { Cilium } from "../components/cni/cilium";
import { Flux } from "../components/delivery/flux";
import { GitSync } from "../components/delivery/git-sync";
import { SopsKey } from "../components/delivery/sops-key";
import { ImageStore } from "../components/hypervisor/image-store";
import { Proxmox } from "../components/hypervisor/proxmox";
import { ProxmoxCluster } from "../components/hypervisor/proxmox-cluster/proxmox-cluster";
import { TalosImage } from "../components/hypervisor/talos-image";
import { through } from "../components/kubernetes/edge";
import { driveScsiLink } from "../components/machines/disk-link";
import { ProxmoxMachines } from "../components/machines/proxmox-machines";
import { Mesh } from "../components/mesh/mesh";
import { MeshRoutes } from "../components/mesh/mesh-routes";
import { kubePrismPort } from "../components/talos/machine-config";
import { TalosCluster } from "../components/talos/talos-cluster";
import { named } from "../config/named";
import {
    clusterMachines,
    entryMachine,
    hostsWithMachines,
    machineSubnet,
    meshDevices,
    meshOf,
    meshRouter,
    meshRoutes,
} from "../config/oracle-fleet";
import type { OracleProxmoxFleet } from "../config/platforms/oracle-proxmox";
import { ageKey, sshKey } from "../config/secrets";
import { OracleCloud } from "./oracle-cloud";
import { throughBastion } from "./ssh";

/** Builds the layers from the tenancy up and returns what their users need; each knows the one below by its outputs. */
export async function oracleProxmox(fleet: OracleProxmoxFleet): Promise<Record<string, unknown>> {
    const { cloud, proxmoxCluster, talos, cni, delivery } = fleet;
    const { bastion, ingress } = cloud;
    const ssh = sshKey();
    const sshAuthorizedKeys = [ssh.publicKey];
    const network = machineSubnet(fleet);
    const router = meshRouter(fleet);
    const routes = meshRoutes(fleet);

    // Layer 1, the cloud: what it stands on, the mesh, the instances, the two reserved addresses.
    const oracle = new OracleCloud(cloud);
    const { compartmentId } = oracle;
    const { names } = oracle;
    const tailnet = new Mesh("mesh", meshOf(fleet));
    const imageId = oracle.instanceImage(cloud.images.instance, "proxmox");
    const join = (hostname: string) => ({ hostname, meshKey: tailnet.authKey(hostname) });
    const host = (name: string) => {
        const userData = cloudInit({ ...join(name), rootLogin: true, keepDiskFree: true });
        return oracle.ampere(name, { imageId, userData, sshAuthorizedKeys, ephemeralPublicIp: true });
    };
    const instances = new Instances("instance", {
        compartmentId,
        subnetId: oracle.network.subnetId,
        instances: {
            ...Object.fromEntries(names.map((name) => [name, host(name)])),
            [bastion.name]: oracle.bastion({
                userData: cloudInit({ ...join(bastion.name), trustedCidr: cloud.vcnCidr }),
                sshAuthorizedKeys,
            }),
        },
        onOutOfCapacity: oracle.onOutOfCapacity,
        guard: oracle.guard.quota,
    }).byName;
    const reserved = (name: string, instance: string, address: string, secondary: boolean) =>
        new ReservedAddress(name, {
            compartmentId,
            vnicOf: named(instances, instance),
            address,
            secondary,
            livesOn: `machine/${instance}`,
        });
    const entry = reserved("bastion-address", bastion.name, bastion.address, false);
    const front = reserved("ingress-address", ingress.instance, ingress.address, true);

    // Layer 2, Proxmox VE: a cluster over SSH through the bastion; from then on its API over the mesh.
    const connections = throughBastion({ instances, names, entry, user: bastion.user, privateKey: ssh.privateKey });
    const cluster = new ProxmoxCluster("proxmox-cluster", {
        ...proxmoxCluster,
        hosts: Object.fromEntries(
            names.map((name) => [
                name,
                {
                    address: named(cloud.instances, name).address,
                    connection: named(connections, name),
                    identity: named(instances, name).id,
                    livesOn: `machine/${name}`,
                },
            ]),
        ),
        ceph: { ...proxmoxCluster.ceph, network: cloud.subnetCidr },
        network: proxmoxCluster.machineNetwork,
        tailscale: { ...proxmoxCluster.tailscale, hostname: router, routes, authKey: tailnet.authKey(router) },
        ingress: {
            node: ingress.instance,
            address: ingress.address,
            machineAddress: entryMachine(fleet).address,
            ports: [
                { port: 80, nodePort: ingress.httpNodePort },
                { port: 443, nodePort: ingress.httpsNodePort },
            ],
        },
        token: { user: "strata@pve", name: "deploy" },
    });
    const reached = new MeshRoutes("mesh-routes", { hostname: router, routes, after: cluster.ready });
    const { provider } = new Proxmox("proxmox", {
        endpoint: through(reached.ready, cluster.apiUrl),
        apiToken: cluster.apiToken,
        insecure: true,
        nodes: names,
        nodesDeclared: true,
    });

    // Layer 3, Talos: the image on each host, the machines, the cluster, its network.
    const { datastore } = new ImageStore("image-store", { provider, datastore: "images", path: "/var/lib/strata" });
    const image = new TalosImage("talos-image", {
        ...talos,
        provider,
        architecture: "arm64",
        datastores: Object.fromEntries(hostsWithMachines(fleet).map((name) => [name, datastore])),
    });
    const { machines, macAddresses } = new ProxmoxMachines("machine", {
        provider,
        machines: clusterMachines(fleet),
        images: image.volumes,
        bridge: proxmoxCluster.machineNetwork.vnet,
        network,
        systemDiskLink: driveScsiLink,
        emulation: { connections },
    });
    const home = new TalosCluster("talos", {
        ...talos,
        machines,
        installer: image.installer,
        network,
        needs: ["ceph-data"],
    });
    const cilium = new Cilium("cilium", { home, version: cni.version, kubePrismPort, addresses: 0 }).release;

    // The applications: a repository the cluster follows, with the key to its secrets before the first look.
    const flux = new Flux("flux", { home, cilium, version: delivery.fluxVersion });
    const sopsKey = new SopsKey("sops-key", { home, flux, ageKey: ageKey() });
    new GitSync("flux-system", { ...delivery, home, flux, sopsKey });
    new Entrances("entrances", {
        bastion: bastion.name,
        router: { name: router, livesOn: `hypervisor-node/${names[0]}` },
        ingress: "ingress-address",
        ingressNeeds: ["cilium"],
    });

    return {
        bastionAddress: entry.address,
        ingressAddress: front.address,
        publicAddresses: Object.fromEntries(names.map((name) => [name, named(instances, name).publicIp])),
        meshAddresses: meshDevices(fleet),
        proxmoxApi: cluster.apiUrl,
        cephHealth: cluster.cephHealth,
        endpoint: home.endpoint,
        kubeconfig: home.kubeconfig,
        talosconfig: home.talosconfig,
        nodeAddresses: Object.fromEntries(machines.map(({ name, address }) => [name, address])),
        macAddresses,
        healthy: home.healthyAfter(cilium),
        credentials: pulumi.secret({ proxmox: cluster.apiToken }),
    };
}
