/**
 * Alloy in a cluster: why what it is to collect does not arrive. Its pod is Ready through all of this, and only its log
 * tells; the world says it at once.
 */
import { at, isProperties, type Properties, text } from "../value";
import { mergedSeries } from "./alloy-delivery";
import { lostAtEndpoints } from "./alloy-endpoints";
import { type Caller, forbidden, grants, scrapeProblem, targetsOf } from "./alloy-scrape";
import { type AlloyBlock, alloyComponents } from "./alloy-syntax";
import type { Cluster } from "./cluster";
import type { ReleasePlace } from "./helm-charts";

const readers = ["get", "list", "watch"];

/** What of its other rights a configuration here may use. Source: the chart's values.yaml, rbac.rules. */
const chartRules: readonly Properties[] = [
    { apiGroups: [""], resources: ["pods", "pods/log", "namespaces"], verbs: readers },
    { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: readers },
];

/** What the chart lets Alloy do on nodes; `nodes/proxy` is not among it since 1.5.3. Source: its values.yaml, rbac. */
const clusterRules: readonly Properties[] = [
    { apiGroups: [""], resources: ["nodes"], verbs: readers },
    { apiGroups: [""], resources: ["nodes/pods"], verbs: readers },
    { apiGroups: [""], resources: ["nodes/metrics"], verbs: readers },
    { nonResourceURLs: ["/metrics"], verbs: ["get"] },
];

/** The ConfigMap a release reads its configuration from, and the key in it; undefined where the chart writes its own. */
export function configMapOf({
    name,
    values,
}: Pick<ReleasePlace, "name" | "values">): { readonly name: string; readonly key: string } | undefined {
    return at(values, "alloy.configMap.create") === false
        ? {
              name: text(values, "alloy.configMap.name") ?? name,
              key: text(values, "alloy.configMap.key") ?? "config.alloy",
          }
        : undefined;
}

/** The text of the configuration; undefined where it is the chart's own, or not there yet. */
function configurationOf(place: ReleasePlace, cluster: Cluster): string | undefined {
    const map = configMapOf(place);
    if (map === undefined) {
        return text(place.values, "alloy.configMap.content");
    }
    const data = cluster.objects.find("v1", "ConfigMap", place.namespace, map.name)?.manifest.data;
    const found = isProperties(data) ? data[map.key] : undefined;
    return typeof found === "string" ? found : undefined;
}

function callerOf({ namespace, name, values }: ReleasePlace): Caller {
    const rulesOr = (key: string, chart: readonly Properties[]): readonly Properties[] => {
        const given = at(values, key);
        return Array.isArray(given) ? given.filter(isProperties) : chart;
    };
    return {
        user: `system:serviceaccount:${namespace}:${text(values, "serviceAccount.name") ?? name}`,
        rules:
            at(values, "rbac.create") === false
                ? []
                : [...rulesOr("rbac.rules", chartRules), ...rulesOr("rbac.clusterRules", clusterRules)],
    };
}

/** Why what a release of Alloy is to collect in this cluster does not arrive. */
export function alloyProblems(place: ReleasePlace, cluster: Cluster): readonly string[] {
    const source = configurationOf(place, cluster);
    if (source === undefined) {
        return [];
    }
    try {
        const components = alloyComponents(source);
        const caller = callerOf(place);
        return [
            ...refusedLists(components, caller),
            ...refusedScrapes(components, caller, cluster),
            ...lostAtEndpoints(components, place, cluster),
            ...mergedSeries(components, cluster),
        ];
    } catch (error) {
        // Alloy does not start with a configuration it cannot read.
        return [`Error: ${error instanceof Error ? error.message : String(error)}`];
    }
}

/** What the API server does not let Alloy find: targets, and the logs of pods. */
function refusedLists(components: readonly AlloyBlock[], caller: Caller): readonly string[] {
    return components.flatMap((component) => {
        const { kind, label = "" } = component;
        const needed =
            kind === "discovery.kubernetes"
                ? { verb: "list", resource: `${text(component.arguments, "role") ?? ""}s` }
                : kind === "loki.source.kubernetes"
                  ? { verb: "get", resource: "pods/log" }
                  : undefined;
        return needed === undefined || grants(caller.rules, needed.verb, needed.resource)
            ? []
            : [`${kind}.${label}: ${forbidden(caller, needed.verb, needed.resource)}`];
    });
}

/** What nodes answer instead of metrics, once for each scrape. */
function refusedScrapes(components: readonly AlloyBlock[], caller: Caller, cluster: Cluster): readonly string[] {
    return components
        .filter(({ kind }) => kind === "prometheus.scrape")
        .flatMap((scrape) => {
            const [words] = targetsOf(scrape, components, cluster).flatMap(
                (target) => scrapeProblem(target, scrape, caller) ?? [],
            );
            return words === undefined ? [] : [`prometheus.scrape.${scrape.label ?? ""}: ${words}`];
        });
}
