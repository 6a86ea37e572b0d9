import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectFolder } from "../../harness/stack-config";

const folder = join(projectFolder, "gitops", "base", "alloy");
const config = readFileSync(join(folder, "config.alloy"), "utf8");

interface Budget {
    readonly limits: { readonly activeSeries: number; readonly logsGBPerMonth: number };
    readonly cluster: {
        readonly nodes: number;
        readonly pods: number;
        readonly containers: number;
        readonly networkInterfacesPerPod: number;
        readonly reserve: number;
    };
    readonly metrics: readonly {
        readonly name: string;
        readonly seriesPer: "node" | "pod" | "podInterface" | "container" | "cluster";
        readonly count: number;
    }[];
    readonly logs: {
        readonly linesPerSecond: number;
        readonly burstLines: number;
        readonly longestLineBytes: number;
        readonly keptOfInfoLines: number;
    };
}

const budget = JSON.parse(readFileSync(join(folder, "budget.json"), "utf8")) as Budget;

/** Series a cluster of the declared size sends. */
function series({ cluster, metrics }: Budget): number {
    const of = {
        node: cluster.nodes,
        pod: cluster.pods,
        podInterface: cluster.pods * cluster.networkInterfacesPerPod,
        container: cluster.containers,
        cluster: 1,
    };
    return metrics.reduce((sum, { seriesPer, count }) => sum + of[seriesPer] * count, 0);
}

/** Seconds of the longest month. */
const month = 31 * 24 * 3600;

/** The numbers and texts after a name in the configuration. */
const said = (name: string) =>
    [...config.matchAll(new RegExp(`^\\s*${name}\\s*= (.+)$`, "gm"))].map(([, value]) => JSON.parse(value ?? ""));

test("the limits are those of Grafana Cloud's free plan", () => {
    expect(budget.limits).toEqual({ activeSeries: 10_000, logsGBPerMonth: 50, retentionDays: 14 });
});

test("the declared cluster sends fewer series than the limit leaves after the reserve", () => {
    const most = budget.limits.activeSeries * (1 - budget.cluster.reserve);
    expect(series(budget)).toBeGreaterThan(0);
    expect(series(budget)).toBeLessThanOrEqual(most);
});

test("Alloy lets exactly the declared metrics through", () => {
    const [allowed] = [...config.matchAll(/regex\s+= "([^"]+)"\s+action\s+= "keep"/g)]
        .map(([, regex]) => regex ?? "")
        .filter((regex) => regex !== "true");
    expect(allowed?.split("|")).toEqual(budget.metrics.map(({ name }) => name));
    expect(new Set(budget.metrics.map(({ name }) => name)).size).toBe(budget.metrics.length);
});

test("every scrape goes through the allow-list, and nothing but the allow-list writes", () => {
    const blocks = [...config.matchAll(/^(prometheus\.scrape|prometheus\.relabel) "\w+" {[\s\S]+?^}/gm)].map(
        ([text, kind]) => `${kind} ${/forward_to\s+= \[(.+)\]/.exec(text ?? "")?.[1]}`,
    );
    expect(new Set(blocks)).toEqual(
        new Set([
            "prometheus.scrape prometheus.relabel.allowed.receiver",
            "prometheus.relabel prometheus.remote_write.grafana.receiver",
        ]),
    );
});

test("logs at the highest rate, every line as long as one may be, for the longest month, stay under the limit", () => {
    const { linesPerSecond, longestLineBytes, burstLines } = budget.logs;
    const bytes = (linesPerSecond * month + burstLines) * longestLineBytes;
    expect(bytes / 1e9).toBeLessThan(budget.limits.logsGBPerMonth);
});

test("Alloy holds logs to the declared rate, burst, length and sampling, and drops what exceeds them", () => {
    expect(said("longer_than")).toEqual([`${budget.logs.longestLineBytes}B`]);
    expect(said("rate")).toEqual([budget.logs.keptOfInfoLines, budget.logs.linesPerSecond]);
    expect(said("burst")).toEqual([budget.logs.burstLines]);
    expect(said("drop")).toEqual([true]);
    expect(/loki\.source\.kubernetes "pods" {[^}]+forward_to = \[loki\.process\.budget\.receiver\]/.test(config)).toBe(
        true,
    );
});
