/** The sites a rehearsal can believe in, by the name of the stack they are for. */
import type { Site } from "../world/site";
import { homelab } from "./homelab";
import { homelabHa } from "./homelab-ha";
import { ociFree } from "./oci-free";
import { ociFree2026 } from "./oci-free-2026";
import { type ConfigValues, ownSite } from "./own-tenancy";

/** Sites by stack name. */
export const sites: Readonly<Record<string, Site>> = {
    homelab,
    "homelab-ha": homelabHa,
    "oci-free": ociFree,
    "oci-free-2026": ociFree2026,
};

/** Sites of platforms at Oracle, which a stranger's stack there resembles. */
const drawn: Readonly<Record<string, Site>> = { "oracle-proxmox": ociFree, "oracle-talos": ociFree2026 };

/**
 * The site of a stack. At Oracle it is the drawn one with the tenancy and repository the stack's config names; any other
 * stranger's stack is rehearsed on the homelab.
 */
export function siteOf(stack: string, config: ConfigValues = {}): Site {
    const atOracle = drawn[String(config["strata:platform"]?.value ?? "")];
    return atOracle === undefined ? (sites[stack] ?? homelab) : ownSite(sites[stack] ?? atOracle, config);
}
