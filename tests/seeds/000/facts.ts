/** What the deployment graph of the homelab says, as a table of our own: each fact with what must be true of the stack. */

import type { Fact } from "./fact";
import { failureFacts } from "./failures";
import { drawn } from "./graph";
import { levels } from "./levels";
import { links, times } from "./times";

/** Every fact of the document. */
export const facts: readonly Fact[] = [...drawn, ...levels, ...times, ...failureFacts, ...links];
