/** The homelab with three Proxmox VE hosts in one cluster: what its mitigations are rehearsed on. */
import type { Site } from "../world/site";
import { homelabNetworks, homelabNode } from "./homelab";
import { kubernetesByTalos, talosVersions } from "./talos-support";

/** Three hosts, `pve-0` to `pve-2`, behind the API of the first. */
export const homelabHa: Site = {
    proxmox: [
        {
            endpoint: "https://10.10.0.10:8006/",
            version: "8.4.1",
            nodes: { "pve-0": homelabNode, "pve-1": homelabNode, "pve-2": homelabNode },
        },
    ],
    networks: homelabNetworks(["10.10.0.10", "10.10.0.11", "10.10.0.12"]),
    talosVersions,
    kubernetesByTalos,
};
