/** The Oracle fleets as the layers take them: what one section says, completed by what another does. */
import { prefixLength } from "./address";
import type { MachineConfig } from "./machines";
import { meshAddresses } from "./mesh";
import type { OracleProxmoxFleet } from "./platforms/oracle-proxmox";
import type { OracleTalosFleet } from "./platforms/oracle-talos";

/** Oracle's own resolver and clock, at every instance (Oracle, DNS in your VCN; Talos, Oracle). */
const oracleService = "169.254.169.254";

/** The machines' network as a machine is told it. */
export function machineSubnet({ proxmoxCluster: { machineNetwork } }: OracleProxmoxFleet) {
    const { cidr, gateway, nameservers } = machineNetwork;
    return { cidr, gateway, nameservers, prefixLength: prefixLength(cidr) };
}

/** The instances' subnet as a machine is told it; its router is the first address (Oracle). */
export function instanceSubnet({ cloud: { subnetCidr } }: OracleTalosFleet) {
    const [base = ""] = subnetCidr.split("/");
    return {
        cidr: subnetCidr,
        prefixLength: prefixLength(subnetCidr),
        gateway: base.replace(/\d+$/, (last) => String(Number(last) + 1)),
        nameservers: [oracleService],
        timeServers: [oracleService],
    };
}

/** Devices of the mesh with their addresses: the instances in the order of their names, then the bastion. */
export function meshDevices({
    cloud,
    mesh,
    platform,
}: OracleProxmoxFleet | OracleTalosFleet): Readonly<Record<string, string>> {
    // Talos takes no packages: where it runs on the instances themselves, the bastion is the only device.
    const instances = platform === "oracle-proxmox" ? Object.keys(cloud.instances).sort() : [];
    return meshAddresses(mesh.pool, [...instances, cloud.bastion.name]);
}

/** Networks that are reached through the mesh: the instances' subnet, and the machines' where they have one of their own. */
export function meshRoutes(fleet: OracleProxmoxFleet | OracleTalosFleet): readonly string[] {
    const { subnetCidr } = fleet.cloud;
    return fleet.platform === "oracle-proxmox" ? [subnetCidr, machineSubnet(fleet).cidr] : [subnetCidr];
}

/** The mesh a stack asks for: what it says of it, its devices, and the networks behind them. */
export function meshOf(fleet: OracleProxmoxFleet | OracleTalosFleet) {
    const router: Readonly<Record<string, undefined>> =
        fleet.platform === "oracle-proxmox" ? { [meshRouter(fleet)]: undefined } : {};
    return { ...fleet.mesh, devices: { ...meshDevices(fleet), ...router }, routes: meshRoutes(fleet) };
}

/** Host name of the container that leads into the machines' network. */
export function meshRouter({ proxmoxCluster }: OracleProxmoxFleet): string {
    return `${proxmoxCluster.clusterName}-tailscale`;
}

/** Machine name to machine, each with its disk in the Ceph pool. */
export function clusterMachines({
    machines,
    proxmoxCluster,
}: OracleProxmoxFleet): Readonly<Record<string, MachineConfig & { readonly datastore: string }>> {
    const datastore = proxmoxCluster.ceph.pool;
    return Object.fromEntries(Object.entries(machines).map(([name, machine]) => [name, { ...machine, datastore }]));
}

/** Instances that carry a machine, sorted: only they need the image. */
export function hostsWithMachines({ machines }: OracleProxmoxFleet): readonly string[] {
    return [...new Set(Object.values(machines).map(({ host }) => host))].sort();
}

/** The machine the internet's requests go to: the first by name that takes workloads where the address is. */
export function entryMachine({ cloud, machines, talos }: OracleProxmoxFleet): MachineConfig {
    const [found] = Object.entries(machines)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .filter(([, { host }]) => host === cloud.ingress.instance)
        .filter(([, { role }]) => role === "worker" || talos.schedulingOnControlPlanes);
    if (found === undefined) {
        throw new Error("strata:cloud.ingress.instance carries no machine that takes workloads.");
    }
    return found[1];
}

/** The instances as Talos machines, in the order of their names; each stands in its fault domain. */
export function instanceMachines({ cloud }: OracleTalosFleet) {
    return Object.entries(cloud.instances)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { address, availabilityDomain, faultDomain }]) => ({
            name,
            role: "controlplane" as const,
            address,
            // A label's value: letters, digits, dashes, underscores and dots (Kubernetes).
            host: `${availabilityDomain}-${faultDomain}`.replaceAll(/[^A-Za-z0-9-]/g, "-"),
            addressFromPlatform: true,
        }));
}

/** Address of the Kubernetes API: the first instance's by name. */
export function apiAddress(fleet: OracleTalosFleet): string {
    return instanceMachines(fleet)[0]?.address ?? "";
}
