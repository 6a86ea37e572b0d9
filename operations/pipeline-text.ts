/** The pipeline in words. */
import { documentDeployMinutes, documentMinutes, type Pipeline } from "./pipeline";
import { table } from "./table";

const minutes = (count: number): string => `${Math.round(count * 10) / 10} min`;

function against(found: number, document: number): string {
    return found <= document ? `${minutes(document - found)} less` : `${minutes(found - document)} more`;
}

/** The parts, the longest chain through them, and both of the document's figures. */
export function pipelineText({ steps, withImages, sequentialMinutes, preBuiltMinutes }: Pipeline): string[] {
    const rows = steps.map(({ name, minutes: taken, after }) => [name, minutes(taken), after.join(", ") || "nothing"]);
    const { withImages: whole, preBuilt } = documentMinutes;
    return [
        "",
        `Pipeline: ${minutes(withImages.minutes)} with image builds; one after the other ${minutes(sequentialMinutes)}`,
        "",
        ...table(["part", "takes", "waits for"], rows),
        "",
        `  Longest chain: ${withImages.names.join(", ")}.`,
        `  With image builds the document says ${minutes(whole)}: ${against(withImages.minutes, whole)}.`,
        `  With images that are there it says about ${minutes(preBuilt)}, deploying and validating take ${minutes(preBuiltMinutes)}: ${against(preBuiltMinutes, preBuilt)}. Its own deploy rows add up to ${minutes(documentDeployMinutes)}.`,
    ];
}
