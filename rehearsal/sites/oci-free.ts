/** The tenancy as the document draws it, with the allowance of its time. */
import { proxmoxClusterDurations } from "../world/hosts/durations";
import { talosOnProxmox } from "../world/oracle/durations";
import type { Site } from "../world/site";
import { allowanceOf2025, tenancy } from "./oracle-tenancy";
import { rehearsedTailnet } from "./rehearsed-tailnet";
import { repositoryOf } from "./repository";
import { kubernetesByTalos, talosVersions } from "./talos-support";

/** Nothing but the tenancy: the Proxmox hosts are made by the stack. */
export const ociFree: Site = {
    proxmox: [],
    networks: {},
    talosVersions,
    kubernetesByTalos,
    oracle: tenancy(allowanceOf2025),
    git: [repositoryOf("oci-free")],
    tailnet: rehearsedTailnet,
    operatorAddress: "198.51.100.7",
    durations: { ...talosOnProxmox, ...proxmoxClusterDurations },
};
