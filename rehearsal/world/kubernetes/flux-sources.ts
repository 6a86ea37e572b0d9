/** Flux's source-controller: Git and Helm repositories. Source: fluxcd/source-controller 1.8, internal/controller. */
import type { Checkout } from "../git";
import { text } from "../value";
import type { Cluster } from "./cluster";
import type { Controller } from "./controller";
import { nobodyLooks, unready } from "./flux-conditions";
import { knownCharts } from "./helm-charts";
import type { KubeObject } from "./objects";

/** What source-controller has stored of each source: it goes on serving that while the source is out of reach. */
const artifacts = new WeakMap<KubeObject, Checkout>();

/** The last content of a source that could be had; undefined before the first. */
export function artifactOf(source: KubeObject): Checkout | undefined {
    return artifacts.get(source);
}

/** What a GitRepository's branch holds, or why it cannot be had. */
function fetched(cluster: Cluster, source: KubeObject): Checkout | { readonly problem: string } {
    const url = text(source.manifest, "spec.url") ?? "";
    const branch = text(source.manifest, "spec.ref.branch") ?? "master";
    return (
        cluster.surroundings.git?.fetch(url, branch) ?? {
            problem: `unable to clone '${url}': dial tcp: lookup ${url}: no such host`,
        }
    );
}

/** Git repositories. */
export const gitRepositoryController: Controller = {
    awaited: false,
    step: () => "flux/source",
    polls: (object) => minutesOf(text(object.manifest, "spec.interval") ?? "1m"),
    settle(object, cluster) {
        const idle = nobodyLooks(cluster, "source-controller");
        if (idle !== undefined) {
            return { problems: [idle] };
        }
        const found = fetched(cluster, object);
        if ("problem" in found) {
            return unready(object, "GitOperationFailed", `failed to checkout and determine revision: ${found.problem}`);
        }
        artifacts.set(object, found);
        return {
            problems: [],
            status: {
                observedGeneration: object.generation,
                artifact: { revision: found.revision },
                conditions: [
                    {
                        type: "Ready",
                        status: "True",
                        reason: "Succeeded",
                        message: `stored artifact for revision '${found.revision}'`,
                    },
                ],
            },
        };
    },
};

/** Helm repositories. One the world knows no chart of is believed, as a chart nobody knows is. */
export const helmRepositoryController: Controller = {
    awaited: false,
    settle(object, cluster) {
        const idle = nobodyLooks(cluster, "source-controller");
        if (idle !== undefined) {
            return { problems: [idle] };
        }
        const url = (text(object.manifest, "spec.url") ?? "").replace(/\/$/, "");
        if (!knownCharts.some(({ repositories }) => repositories.includes(url))) {
            cluster.surroundings.strangers.add(`Helm repository ${url}`);
        }
        return {
            problems: [],
            status: {
                observedGeneration: object.generation,
                conditions: [{ type: "Ready", status: "True", reason: "Succeeded", message: "stored artifact" }],
            },
        };
    },
};

/** Minutes of a duration as Flux writes it, e.g. `1m30s`. */
export function minutesOf(duration: string): number {
    const seconds = { h: 3600, m: 60, s: 1 } as const;
    return [...duration.matchAll(/(\d+)(h|m|s)/g)].reduce(
        (sum, [, amount, unit]) => sum + (Number(amount) * seconds[unit as keyof typeof seconds]) / 60,
        0,
    );
}
