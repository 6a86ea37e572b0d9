/** The sites a rehearsal can believe in, by the name of the stack they are for. */
import type { Site } from "../world/site";
import { homelab } from "./homelab";
import { homelabHa } from "./homelab-ha";

/** Sites by stack name. */
export const sites: Readonly<Record<string, Site>> = { homelab, "homelab-ha": homelabHa };

/** The site of a stack; a stranger's stack is rehearsed on the homelab. */
export function siteOf(stack: string): Site {
    return sites[stack] ?? homelab;
}
