import type { Resource } from "../../graph";
import { readText } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule } from "../../rule";

/** Chart resources: the Release of the Helm engine, and the two generations that render on the client. */
const charts: readonly string[] = [
    "kubernetes:helm.sh/v3:Release",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:helm.sh/v4:Chart",
];

/** A complete version, with or without a leading `v`; pre-releases and build data included. */
const exact = /^v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

/** Charts name their version exactly. */
export const pinnedCharts: ResourceRule = {
    id: "hygiene-pinned-charts",
    title: "Charts are pinned",
    family: "hygiene",
    level: "mandatory",
    severity: "medium",
    scope: "resource",
    why: "A chart without an exact version installs whatever is newest on the day, so that two runs of one program differ.",
    limit: "Every Helm chart names one version, like 1.18.14; a range or nothing is refused (Helm documentation, `--version`). A chart from a local path needs none.",
    fix: "Set `version` to the exact version of the chart.",
    onUnknown: "warn",
    appliesTo: (type) => charts.includes(type),
    judge: (resource) => judge(resource),
};

function judge(resource: Resource): Finding[] {
    const chart = readText(resource, "chart");
    if (chart.state === "known" && /^(?:\.{0,2}\/|file:)|\.tgz$/.test(chart.value)) {
        return [];
    }
    const version = readText(resource, "version");
    if (version.state === "unknown") {
        return [cannotKnow(resource, "version", "whether the chart is pinned")];
    }
    if (version.state === "absent") {
        return [
            {
                urn: resource.urn,
                message: `${resource.name}: the chart has no version; set \`version\` to an exact one.`,
            },
        ];
    }
    return exact.test(version.value)
        ? []
        : [
              {
                  urn: resource.urn,
                  message: `${resource.name}: chart version ${JSON.stringify(version.value)} is not exact; set \`version\` to one version, like 1.18.14.`,
              },
          ];
}
