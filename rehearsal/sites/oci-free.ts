/** The tenancy as the document draws it, with the allowance of its time. */
import type { Duration } from "../world/durations";
import { proxmoxClusterDurations } from "../world/hosts/durations";
import { oracleDurations, talosOnProxmox } from "../world/oracle/durations";
import type { Site } from "../world/site";
import { a1, allowanceOf2025, tenancy } from "./oracle-tenancy";
import { rehearsedTailnet } from "./rehearsed-tailnet";
import { repositoryOf } from "./repository";
import { kubernetesByTalos, talosVersions } from "./talos-support";

/** The compartment the image pipeline uploaded to, by OCID. */
const compartment = { id: "ocid1.compartment.oc1..aaaaaaaastrata", name: "strata" };
const document = tenancy(allowanceOf2025);

/** The minute a compartment takes elsewhere: here it is there already, and the phase is as long. */
const launch = { ...oracleDurations["oci/instance"], minutes: 11 } as Duration;

/**
 * The archives of `images upload`, by their recipes' names. The sizes are estimates: a recipe says how large its disk is
 * (images/recipe: root file systems of 2,560 and 20,480 MiB), and not how little of it is left when it is compressed.
 */
const uploaded = Object.entries({ "debian-base.oci": 0.5, "proxmox.oci": 1.6 }).map(([object, gb]) => ({
    bucket: "strata-images",
    object,
    gb,
    compartmentId: compartment.id,
}));

/** The tenancy with what `images upload` left in it: the image of the Proxmox hosts, which the stack makes. */
export const ociFree: Site = {
    proxmox: [],
    networks: {},
    talosVersions,
    kubernetesByTalos,
    oracle: {
        ...document,
        compartments: { [compartment.id]: compartment.name },
        images: [
            ...document.images,
            {
                name: "strata-proxmox-9.2",
                operatingSystem: "Proxmox VE",
                version: "9.2",
                shapes: [a1],
                boots: "proxmox",
                compartmentId: compartment.id,
                billedGiB: 5,
            },
        ],
        objects: uploaded,
    },
    git: [repositoryOf("oci-free")],
    tailnet: rehearsedTailnet,
    operatorAddress: "198.51.100.7",
    durations: { ...talosOnProxmox, ...proxmoxClusterDurations, "oci/instance": launch },
};
