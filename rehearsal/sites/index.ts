/** The sites a rehearsal can believe in, by the name of the stack they are for. */
import type { Site } from "../world/site";
import { homelab } from "./homelab";
import { homelabHa } from "./homelab-ha";
import { ociFree } from "./oci-free";
import { ociFree2026 } from "./oci-free-2026";

/** Sites by stack name. */
export const sites: Readonly<Record<string, Site>> = {
    homelab,
    "homelab-ha": homelabHa,
    "oci-free": ociFree,
    "oci-free-2026": ociFree2026,
};

/** The site of a stack; a stranger's stack is rehearsed on the homelab. */
export function siteOf(stack: string): Site {
    return sites[stack] ?? homelab;
}
