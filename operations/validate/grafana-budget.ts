/** What the repository's own budget lets Grafana Cloud see, and what that may be for nothing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { projectFolder } from "../stack";
import type { GrafanaLimits } from "./findings";
import type { GrafanaUsage } from "./probes";

/** What there is one of for each series of a metric. */
export type Counted = "node" | "pod" | "podInterface" | "container" | "fluxObject" | "certificate" | "cluster";

/** The repository's budget. */
export interface Budget {
    /** What the free plan takes. */
    readonly limits: GrafanaLimits;
    /** The largest cluster the budget is for. */
    readonly cluster: {
        readonly nodes: number;
        readonly pods: number;
        readonly containers: number;
        /** Interfaces of a pod that are counted, of those cAdvisor tells of. */
        readonly networkInterfacesPerPod: number;
        /** Sources, charts, Kustomizations and HelmReleases: each is timed by the controller it is of. */
        readonly fluxObjects: number;
        readonly certificates: number;
        /** Part of the limit that stays free, e.g. for pods that are replaced: 0 to 1. */
        readonly reserve: number;
    };
    readonly metrics: readonly { readonly name: string; readonly seriesPer: Counted; readonly count: number }[];
    readonly logs: {
        readonly linesPerSecond: number;
        readonly burstLines: number;
        readonly longestLineBytes: number;
        readonly keptOfInfoLines: number;
    };
}

/** The budget in a project's folder. */
export function budgetIn(folder = projectFolder): Budget {
    const file = path.join(folder, "gitops", "base", "alloy", "budget.json");
    return JSON.parse(fs.readFileSync(file, "utf8")) as Budget;
}

/** The free plan's limits. */
export function grafanaLimits(folder = projectFolder): GrafanaLimits {
    return budgetIn(folder).limits;
}

/** Seconds of the longest month. */
const month = 31 * 24 * 3600;

/** The most that passes the declared rules: every series of the declared cluster, and log lines at the limit all month. */
export function grafanaBudget(folder = projectFolder): GrafanaUsage {
    const { cluster, metrics, logs } = budgetIn(folder);
    const of = countsOf(cluster);
    return {
        activeSeries: metrics.reduce((sum, { seriesPer, count }) => sum + of[seriesPer] * count, 0),
        logsGB: (logs.linesPerSecond * logs.longestLineBytes * month) / 1e9,
    };
}

/** How many there are in a cluster of everything series are counted by. */
export function countsOf(cluster: Omit<Budget["cluster"], "reserve">): Readonly<Record<Counted, number>> {
    return {
        node: cluster.nodes,
        pod: cluster.pods,
        podInterface: cluster.pods * cluster.networkInterfacesPerPod,
        container: cluster.containers,
        fluxObject: cluster.fluxObjects,
        certificate: cluster.certificates,
        cluster: 1,
    };
}
