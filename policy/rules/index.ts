/** All rules of the pack, in the order in which violations are listed. */

import type { Rule } from "../rule";
import { resourceTypes } from "./free-tier/resource-types";
import { pinnedCharts } from "./hygiene/pinned-charts";
import { namespacePodSecurity } from "./hygiene/pod-security";

export const rules: readonly Rule[] = [resourceTypes, pinnedCharts, namespacePodSecurity];
