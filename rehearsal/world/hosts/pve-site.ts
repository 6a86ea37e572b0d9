/** A cluster formed on hosts, as its API shows it to providers. */
import { proxmoxRootMiB } from "../../../images/disk-layout";
import type { Network } from "../network";
import type { ProxmoxFleet } from "../proxmox";
import type { VirtualMachine } from "../proxmox-machine";
import type { SiteDatastore, SiteNode, SiteProxmox } from "../site";
import type { Tailnet } from "../tailnet/tailnet";
import type { LinuxHost } from "./linux-host";
import type { PveCluster } from "./pve-cluster";

/** What a cluster becomes visible in. */
interface Around {
    readonly proxmox: ProxmoxFleet;
    readonly network: Network;
    readonly tailnet: Tailnet;
}

/** What a fresh Proxmox VE keeps in the folder on its root disk (Proxmox VE Storage, "Directory Backend"). */
const localContent = ["iso", "vztmpl", "backup"];

/** GiB of the root file system that Debian, Proxmox VE, Ceph's monitor and logs take: generous, so little is promised. */
const systemGiB = 10;

/** Version the images install: the first that is official on arm64 (Proxmox VE 9.2, 2026-08). */
const version = "9.2.1";

const networkName = (vnet: string) => `vnet ${vnet}`;

function nodeOf(cluster: PveCluster, host: LinuxHost): SiteNode {
    const { spec } = host;
    const inside = [...cluster.containers.values()].filter((each) => each.node === host.hostname);
    const datastores: Record<string, SiteDatastore> = {
        local: { content: localContent, sizeGiB: proxmoxRootMiB / 1024 - systemGiB },
    };
    if (cluster.pool !== undefined) {
        const taken = [...cluster.containers.values()].reduce((sum, { rootfsGiB }) => sum + rootfsGiB, 0);
        datastores[cluster.pool.name] = {
            content: ["images", "rootdir"],
            sizeGiB: cluster.usableGiB - taken,
            shared: true,
        };
    }
    const vnets = [...cluster.vnets.values()].filter(({ name }) => host.bridges.has(name));
    return {
        cpuCores: spec.cpuCores,
        memoryGiB: spec.memoryGiB - inside.reduce((sum, { memoryMiB }) => sum + memoryMiB / 1024, 0),
        datastores,
        bridges: Object.fromEntries(vnets.map(({ name }) => [name, networkName(name)])),
        // Ampere A1 has no nested virtualisation: there is no /dev/kvm on it.
        virtualisation: false,
        online: host.on,
    };
}

function endpointOf(cluster: PveCluster): string {
    return `https://${cluster.members[0]?.spec.addresses[0] ?? ""}:8006/`;
}

/** Enters a cluster and its networks as they are now; takes it away once none of its hosts is there. */
export function enterCluster({ proxmox, network, tailnet }: Around, cluster: PveCluster): void {
    // A host without power comes back, with all that is on it.
    if (!cluster.members.some((host) => host.stands && host.cluster === cluster)) {
        proxmox.dissolve(endpointOf(cluster));
        for (const { name } of cluster.vnets.values()) {
            network.removeNetwork(networkName(name));
        }
        return;
    }
    const [token] = cluster.tokens;
    const site: SiteProxmox = {
        endpoint: endpointOf(cluster),
        version,
        // Before there is a token there is none that fits.
        apiToken: token === undefined ? "" : `${token[0]}=${token[1]}`,
        nodes: Object.fromEntries(cluster.members.map((host) => [host.hostname, nodeOf(cluster, host)])),
    };
    proxmox.form(site);
    for (const { name, cidr } of cluster.vnets.values()) {
        const known = network.hasNetwork(networkName(name));
        if (cidr !== undefined && cluster.members.some(({ bridges }) => bridges.has(name)) && !known) {
            network.addNetwork(networkName(name), { cidr, reachable: () => tailnet.reaches(cidr) });
        }
    }
}

/** Finds the virtual machine of an id on a node of a cluster. */
export function guestsOf({ proxmox }: Around): (host: LinuxHost, id: number) => VirtualMachine | undefined {
    return ({ cluster, hostname }, id) => {
        const installation =
            cluster === undefined
                ? undefined
                : proxmox.installations.find(({ site }) => site.endpoint === endpointOf(cluster));
        const found = installation?.machine(id);
        return found?.spec.node === hostname ? found : undefined;
    };
}
