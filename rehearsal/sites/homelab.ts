/** The homelab as it stands before its first deployment: one Proxmox VE 8 host on one network. */
import type { Site, SiteNode } from "../world/site";
import { kubernetesByTalos, talosVersions } from "./talos-support";

/** A host of the homelab: enough for its share of the machines. */
export const homelabNode: SiteNode = {
    cpuCores: 24,
    memoryGiB: 64,
    datastores: {
        local: { content: ["iso", "vztmpl", "backup", "import", "snippets"], sizeGiB: 100 },
        "local-lvm": { content: ["images", "rootdir"], sizeGiB: 800 },
    },
    bridges: { vmbr0: "lan" },
};

/** The network of the homelab, `10.10.0.0/24`, with its hosts' addresses taken. */
export function homelabNetworks(hosts: readonly string[]): Site["networks"] {
    return { lan: { cidr: "10.10.0.0/24", gateway: "10.10.0.1", taken: hosts } };
}

/** One host, `pve`. */
export const homelab: Site = {
    proxmox: [{ endpoint: "https://10.10.0.10:8006/", version: "8.4.1", nodes: { pve: homelabNode } }],
    networks: homelabNetworks(["10.10.0.10"]),
    talosVersions,
    kubernetesByTalos,
};
