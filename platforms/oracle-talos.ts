/** Platform `oracle-talos`: Talos on Ampere instances themselves, applications by Git. */
import { cloudInit } from "../components/cloud/cloud-init";
import { Entrances } from "../components/cloud/entrances";
import { Instances } from "../components/cloud/instances";
import { ReservedAddress } from "../components/cloud/reserved-address";
import { Cilium } from "../components/cni/cilium";
import { Flux } from "../components/delivery/flux";
import { GitSync } from "../components/delivery/git-sync";
import { SopsKey } from "../components/delivery/sops-key";
import { Mesh } from "../components/mesh/mesh";
import { MeshRoutes } from "../components/mesh/mesh-routes";
import { BootConfiguration } from "../components/talos/boot-configuration";
import { kubePrismPort } from "../components/talos/machine-config";
import { TalosCluster } from "../components/talos/talos-cluster";
import { named } from "../config/named";
import { apiAddress, instanceMachines, instanceSubnet, meshDevices, meshOf, meshRoutes } from "../config/oracle-fleet";
import type { OracleTalosFleet } from "../config/platforms/oracle-talos";
import { ageKey, sshKey } from "../config/secrets";
import { OracleCloud } from "./oracle-cloud";

/** Builds the layers from the tenancy up and returns what their users need; each knows the one below by its outputs. */
export async function oracleTalos(fleet: OracleTalosFleet): Promise<Record<string, unknown>> {
    const { cloud, talos, cni, delivery } = fleet;
    const { bastion, ingress } = cloud;
    const routes = meshRoutes(fleet);
    const network = instanceSubnet(fleet);
    const nodes = instanceMachines(fleet);
    const cluster = {
        ...talos,
        network,
        // Every instance is a control plane that takes workloads: there is no room for a worker beside it.
        schedulingOnControlPlanes: true,
        endpoint: `https://${apiAddress(fleet)}:6443`,
    };

    // Layer 1, the cloud: what it stands on, the mesh, the machines' configuration, the instances, the addresses.
    const oracle = new OracleCloud(cloud);
    const { compartmentId } = oracle;
    const tailnet = new Mesh("mesh", meshOf(fleet));
    const imageId = oracle.instanceImage(cloud.images.instance, "talos");
    const boot = new BootConfiguration("talos-boot", { ...cluster, machines: nodes });
    const launched = (name: string) =>
        oracle.ampere(name, {
            imageId,
            userData: named(boot.userData, name),
            ephemeralPublicIp: true,
        });
    const instances = new Instances("instance", {
        compartmentId,
        subnetId: oracle.network.subnetId,
        instances: {
            ...Object.fromEntries(oracle.names.map((name) => [name, launched(name)])),
            [bastion.name]: oracle.bastion({
                userData: cloudInit({
                    hostname: bastion.name,
                    meshKey: tailnet.authKey(bastion.name),
                    advertiseRoutes: routes,
                    trustedCidr: cloud.vcnCidr,
                }),
                sshAuthorizedKeys: [sshKey().publicKey],
                forwards: true,
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

    // Layer 2, Talos: reached over the mesh, through the bastion.
    const reached = new MeshRoutes("mesh-routes", { hostname: bastion.name, routes, after: entry.resource });
    const machines = nodes.map((node) => ({
        ...node,
        resource: named(instances, node.name),
        alsoAfter: [reached.ready],
    }));
    const home = new TalosCluster("talos", { ...cluster, machines, installer: boot.installer, secrets: boot.secrets });
    const cilium = new Cilium("cilium", { home, version: cni.version, kubePrismPort, addresses: 0 }).release;

    // The applications: a repository the cluster follows, with the key to its secrets before the first look.
    const flux = new Flux("flux", { home, cilium, version: delivery.fluxVersion });
    const sopsKey = new SopsKey("sops-key", { home, flux, ageKey: ageKey() });
    new GitSync("flux-system", { ...delivery, home, flux, sopsKey });
    new Entrances("entrances", {
        bastion: bastion.name,
        router: { name: bastion.name, livesOn: `machine/${bastion.name}` },
        ingress: "ingress-address",
        ingressNeeds: ["cilium"],
    });

    return {
        bastionAddress: entry.address,
        ingressAddress: front.address,
        meshAddresses: meshDevices(fleet),
        endpoint: home.endpoint,
        kubeconfig: home.kubeconfig,
        talosconfig: home.talosconfig,
        nodeAddresses: Object.fromEntries(machines.map(({ name, address }) => [name, address])),
        healthy: home.healthyAfter(cilium),
    };
}
