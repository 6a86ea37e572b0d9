/** The architecture document's figures, as a table of our own: each with what must be true of the stack `oci-free`. */
import { clusterFigures } from "./clusters";
import type { Figure } from "./figure";
import { limitFigures } from "./limits";
import { networkFigures } from "./network";
import { phaseFigures } from "./phases";
import { timeFigures } from "./times";

/** Every figure of the document. */
export const figuresOfDocument: readonly Figure[] = [
    ...phaseFigures,
    ...networkFigures,
    ...clusterFigures,
    ...limitFigures,
    ...timeFigures,
];
