/** What the repository's own budget lets Grafana Cloud see, and what that may be for nothing. */
import * as fs from "node:fs";
import * as path from "node:path";
import { projectFolder } from "../stack";
import type { GrafanaLimits } from "./findings";
import type { GrafanaUsage } from "./probes";

interface Budget {
    readonly limits: GrafanaLimits;
    readonly cluster: {
        readonly nodes: number;
        readonly pods: number;
        readonly containers: number;
        readonly networkInterfacesPerPod: number;
    };
    readonly metrics: readonly {
        readonly seriesPer: "node" | "pod" | "podInterface" | "container" | "cluster";
        readonly count: number;
    }[];
    readonly logs: { readonly linesPerSecond: number; readonly longestLineBytes: number };
}

function budgetIn(folder: string): Budget {
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
    const of = {
        node: cluster.nodes,
        pod: cluster.pods,
        podInterface: cluster.pods * cluster.networkInterfacesPerPod,
        container: cluster.containers,
        cluster: 1,
    };
    return {
        activeSeries: metrics.reduce((sum, { seriesPer, count }) => sum + of[seriesPer] * count, 0),
        logsGB: (logs.linesPerSecond * logs.longestLineBytes * month) / 1e9,
    };
}
