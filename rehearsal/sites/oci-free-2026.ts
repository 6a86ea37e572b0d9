/** The tenancy with what Oracle gives free today. */
import { talosOnInstances } from "../world/oracle/durations";
import type { Site } from "../world/site";
import { allowanceOf2026, tenancy } from "./oracle-tenancy";
import { rehearsedTailnet } from "./rehearsed-tailnet";
import { repositoryOf } from "./repository";
import { kubernetesByTalos, talosVersions } from "./talos-support";

/** Nothing but the tenancy. */
export const ociFree2026: Site = {
    proxmox: [],
    networks: {},
    talosVersions,
    kubernetesByTalos,
    oracle: tenancy(allowanceOf2026),
    git: [repositoryOf("oci-free-2026")],
    tailnet: rehearsedTailnet,
    operatorAddress: "198.51.100.7",
    durations: talosOnInstances,
};
