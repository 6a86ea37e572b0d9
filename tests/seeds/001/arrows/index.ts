/** Every arrow of the architecture document: an edge of the deployed graph, a fact, or drawn otherwise by us. */
import type { Arrow, Claim } from "./arrow";
import { deliveryDeviations, deliveryFacts } from "./delivery";
import { deploymentDeviations, deploymentFacts } from "./deployment";
import { edges } from "./edges";
import { freeTierDeviations, freeTierFacts } from "./free-tier";
import { imageFacts } from "./images";
import { networkFacts } from "./network";
import { setupDeviations, setupFacts } from "./setup";
import { timelineDeviations, timelineFacts } from "./timeline";
import { validationDeviations, validationFacts } from "./validation";

export { edges };

/** What is true as the document draws it. */
export const facts: readonly Claim[] = [
    ...setupFacts,
    ...imageFacts,
    ...deploymentFacts,
    ...deliveryFacts,
    ...networkFacts,
    ...freeTierFacts,
    ...validationFacts,
    ...timelineFacts,
];

/** What we draw otherwise, with the reason and what is there instead. */
export const deviations: readonly Claim[] = [
    ...setupDeviations,
    ...deploymentDeviations,
    ...deliveryDeviations,
    ...freeTierDeviations,
    ...validationDeviations,
    ...timelineDeviations,
];

/** Every arrow of the table, each as often as it stands in it: once. */
export const arrowsOfTable: readonly Arrow[] = [
    ...edges,
    ...[...facts, ...deviations].flatMap(({ section, arrows }) => arrows.map((text) => ({ section, text }))),
];
