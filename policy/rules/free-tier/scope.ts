import { isOracle } from "../../free-tier/free-types";
import type { Graph } from "../../graph";
import type { Settings } from "../../rule";

/** Whether free-tier rules speak at all: not where a stack declares that it is highly available and nothing else. */
export function judgesFree(settings: Settings): boolean {
    return settings.profiles.length === 0 || settings.profiles.includes("free");
}

/** Whether a stack has anything of Oracle in it that free-tier rules should judge. */
export function hasOracle(graph: Graph, settings: Settings): boolean {
    return judgesFree(settings) && graph.resources.some((resource) => isOracle(resource.type));
}
