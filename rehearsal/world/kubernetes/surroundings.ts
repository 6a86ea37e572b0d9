/** What a cluster needs of the world around it. */
import type { Clock } from "../clock";
import type { Git } from "../git";
import type { Network } from "../network";
import type { Random } from "../random";
import type { Site } from "../site";
import type { Cluster, InstalledRelease } from "./cluster";

/** The world as clusters see it. */
export interface Surroundings {
    readonly clock: Pick<Clock, "now">;
    readonly random: Random;
    /** The networks of the site: services announce addresses there, and the API answers there. */
    readonly network: Pick<Network, "takenBy" | "claim" | "release" | "unreachable">;
    /** The site, for the applications that visit its clusters. */
    readonly site?: Pick<Site, "visitors">;
    /** Git repositories the clusters fetch. Default none. */
    readonly git?: Pick<Git, "fetch">;
    /** What was met that the world does not know, e.g. `chart podinfo`. */
    readonly strangers: Set<string>;
}

/** Releases of a chart whose workloads run. */
export function chartsRunning(cluster: Cluster, chart: string): readonly InstalledRelease[] {
    return cluster.releases.filter((release) => release.chart === chart && release.readyAt <= cluster.now);
}
