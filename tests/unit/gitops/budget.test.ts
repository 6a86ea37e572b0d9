import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { budgetIn, countsOf, grafanaBudget } from "../../../operations/validate/grafana-budget";
import { writtenSeries } from "../../../rehearsal/world/kubernetes/alloy-delivery";
import { alloyComponents } from "../../../rehearsal/world/kubernetes/alloy-syntax";
import { containersOf } from "../../../rehearsal/world/kubernetes/pods";
import { projectFolder } from "../../harness/stack-config";
import { FluxStage, ownRepository } from "../rehearsal/kubernetes/flux-stage";

const folder = join(projectFolder, "gitops", "base", "alloy");
const config = readFileSync(join(folder, "config.alloy"), "utf8");

const budget = budgetIn();

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
    expect(grafanaBudget().activeSeries).toBeGreaterThan(0);
    expect(grafanaBudget().activeSeries).toBeLessThanOrEqual(most);
});

/** A component's block, by kind and label. */
const block = (kind: string, label: string) =>
    alloyComponents(config).find((each) => each.kind === kind && each.label === label);

test("Alloy lets exactly the declared metrics through", () => {
    const [keep] = block("prometheus.relabel", "allowed")?.blocks ?? [];
    expect(keep?.arguments).toMatchObject({ action: "keep", source_labels: ["__name__"] });
    expect(String(keep?.arguments.regex).split("|")).toEqual(budget.metrics.map(({ name }) => name));
    expect(new Set(budget.metrics.map(({ name }) => name)).size).toBe(budget.metrics.length);
});

test("every scrape goes through the allow-list, cAdvisor's through its own rules first, and nothing else writes", () => {
    const ways = alloyComponents(config)
        .filter(({ kind }) => ["prometheus.scrape", "prometheus.relabel"].includes(kind))
        .map(({ kind, label, arguments: { forward_to: next } }) => [`${kind}.${label}`, next]);
    const to = (receiver: string) => [{ reference: `${receiver}.receiver` }];
    expect(Object.fromEntries(ways)).toEqual({
        "prometheus.scrape.kubelet": to("prometheus.relabel.allowed"),
        "prometheus.scrape.cadvisor": to("prometheus.relabel.cgroups"),
        "prometheus.scrape.pods": to("prometheus.relabel.allowed"),
        "prometheus.relabel.cgroups": to("prometheus.relabel.allowed"),
        "prometheus.relabel.allowed": to("prometheus.remote_write.grafana"),
    });
});

test("what identifies an object is taken from cAdvisor's series alone", () => {
    const drops = alloyComponents(config).filter(({ blocks }) =>
        blocks.some(({ arguments: rule }) => rule.action === "labeldrop"),
    );
    expect(drops.map(({ kind, label }) => `${kind}.${label}`)).toEqual(["prometheus.relabel.cgroups"]);
});

test("the rehearsed cluster sends no more series of any metric than the budget counts for its size", async () => {
    const stage = await new FluxStage(ownRepository()).prepared();
    await stage.source();
    await stage.sync("oci-free");
    const { cluster } = stage;
    const objects = (apiVersion: string, ...kinds: readonly string[]) =>
        kinds.reduce((sum, kind) => sum + cluster.objects.list(`${apiVersion}`, kind).length, 0);
    const of = countsOf({
        ...budget.cluster,
        nodes: cluster.nodes().length,
        pods: cluster.pods.length,
        containers: cluster.pods.reduce((sum, { spec }) => sum + containersOf(spec).length, 0),
        fluxObjects:
            objects("source.toolkit.fluxcd.io/v1", "GitRepository", "HelmRepository") +
            objects("kustomize.toolkit.fluxcd.io/v1", "Kustomization") +
            // A chart for each release.
            2 * objects("helm.toolkit.fluxcd.io/v2", "HelmRelease"),
    });
    expect(of.fluxObject).toBeGreaterThan(20);
    expect(of.fluxObject).toBeLessThanOrEqual(budget.cluster.fluxObjects);
    const sent: Record<string, number> = {};
    for (const { __name__: name = "" } of writtenSeries(alloyComponents(config), cluster)) {
        sent[name] = (sent[name] ?? 0) + 1;
    }
    const counted = Object.fromEntries(
        budget.metrics.map(({ name, seriesPer, count }) => [name, of[seriesPer] * count]),
    );
    const above = Object.entries(sent).filter(([name, count]) => count > (counted[name] ?? 0));
    expect(above).toEqual([]);
    // Nothing here has a volume yet; everything else that is let through arrives.
    const missing = budget.metrics.filter(({ name }) => sent[name] === undefined).map(({ name }) => name);
    expect(missing).toEqual(["kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"]);
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
