/** All rules of the pack, in the order in which violations are listed. */

import type { Rule } from "../rule";
import { budget } from "./free-tier/budget";
import { shapes, volumeMinimum, volumePerformance, wholeOcpus } from "./free-tier/machines";
import { meterRules } from "./free-tier/meters";
import { freeOrHa, idleReclamation, nestedVirtualisation, supersededAllowance } from "./free-tier/promises";
import { quota } from "./free-tier/quota";
import { resourceTypes } from "./free-tier/resource-types";
import { basicClusters, loadBalancerBandwidth } from "./free-tier/services";
import { adminPorts } from "./hygiene/admin-ports";
import { barmanPlugin } from "./hygiene/barman-plugin";
import { pinnedCharts } from "./hygiene/pinned-charts";
import { pinnedImages } from "./hygiene/pinned-images";
import { plainSecrets } from "./hygiene/plain-secrets";
import { namespacePodSecurity } from "./hygiene/pod-security";
import { protectedData } from "./hygiene/protected-data";
import { storageClasses } from "./hygiene/storage-classes";
import { acceptedRisks, spof, spofAdvice, spofPairs } from "./spof/spof";

export const rules: readonly Rule[] = [
    resourceTypes,
    shapes,
    wholeOcpus,
    volumeMinimum,
    volumePerformance,
    basicClusters,
    loadBalancerBandwidth,
    ...meterRules,
    budget,
    quota,
    freeOrHa,
    idleReclamation,
    supersededAllowance,
    nestedVirtualisation,
    spof,
    spofAdvice,
    acceptedRisks,
    spofPairs,
    pinnedCharts,
    pinnedImages,
    plainSecrets,
    adminPorts,
    namespacePodSecurity,
    storageClasses,
    protectedData,
    barmanPlugin,
];
