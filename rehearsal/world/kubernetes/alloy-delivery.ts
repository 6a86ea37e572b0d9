/** Which series reach Grafana Cloud, and which of them are one there that are several here. */
import { list, text } from "../value";
import { type Labels, relabelled } from "./alloy-relabel";
import { referred, type Target, targetsOf } from "./alloy-scrape";
import { exposed } from "./alloy-series";
import type { AlloyBlock } from "./alloy-syntax";
import type { Cluster } from "./cluster";

/** Every series that is written, its metric under `__name__`; one for each time it is. */
export function writtenSeries(components: readonly AlloyBlock[], cluster: Cluster): readonly Labels[] {
    return components
        .filter(({ kind }) => kind === "prometheus.scrape")
        .flatMap((scrape) =>
            targetsOf(scrape, components, cluster)
                .flatMap((target) =>
                    [{ __name__: "up" }, ...exposed(target, cluster)].map((each) => withTarget(each, target)),
                )
                .flatMap((each) => forwarded(each, scrape, components)),
        );
}

/** A scraped series has its target's labels; where both have one, its own is renamed. */
function withTarget(series: Labels, { labels }: Target): Labels {
    const own = Object.entries(series).map(([name, value]) => [name in labels ? `exported_${name}` : name, value]);
    return { ...Object.fromEntries(own), ...labels };
}

/** What of a series comes out at the writers a component leads to. */
function forwarded(series: Labels, from: AlloyBlock, components: readonly AlloyBlock[]): readonly Labels[] {
    return list(from.arguments, "forward_to").flatMap((receiver) => {
        const next = referred(components, text(receiver, "reference"));
        if (next === undefined || next.kind === "prometheus.remote_write") {
            return next === undefined ? [] : [series];
        }
        const left = relabelled(series, next);
        return left === undefined ? [] : forwarded(left, next, components);
    });
}

/** A series as its labels make it, whatever their order. */
function identity(series: Labels): string {
    const { __name__: metric = "", ...labels } = series;
    const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return `${metric}{${pairs.sort().join(", ")}}`;
}

/** Series of one target that have become one: Mimir takes the first sample, and refuses the others. Once a metric. */
export function mergedSeries(components: readonly AlloyBlock[], cluster: Cluster): readonly string[] {
    const seen = new Set<string>();
    const twice = new Map<string, string>();
    for (const series of writtenSeries(components, cluster)) {
        const name = identity(series);
        if (seen.has(name)) {
            twice.set(series.__name__ ?? "", name);
        }
        seen.add(name);
    }
    return [...twice.values()].map(
        (name) =>
            `prometheus.remote_write: server returned HTTP status 400 Bad Request: the sample has been rejected because another sample with the same timestamp, but a different value, has already been ingested (err-mimir-sample-duplicate-timestamp). The affected series is ${name}`,
    );
}
