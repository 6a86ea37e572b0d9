import type { Resource } from "../../graph";
import { UNKNOWN } from "../../graph";
import { asRecord, known, read, readText } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule, type Settings } from "../../rule";

const LABEL = "pod-security.kubernetes.io/enforce";
const levels: readonly string[] = ["privileged", "baseline", "restricted"];

/** Namespaces say which pods they admit. */
export const namespacePodSecurity: ResourceRule = {
    id: "hygiene-namespace-pod-security",
    title: "Namespaces declare a pod-security level",
    family: "hygiene",
    level: "mandatory",
    severity: "medium",
    scope: "resource",
    why: "Without the label a namespace takes the cluster's default, which Talos sets to baseline and other distributions to privileged: the same manifest then admits other pods elsewhere.",
    limit: "The label `pod-security.kubernetes.io/enforce` is privileged, baseline or restricted (Kubernetes, Pod Security Admission).",
    fix: "Add the label with the strictest level under which the workloads run.",
    onUnknown: "warn",
    options: {
        exempt: {
            type: "array",
            items: { type: "string" },
            default: ["default", "kube-system", "kube-public", "kube-node-lease"],
            description: "Names of namespaces that the cluster itself makes.",
        },
    },
    appliesTo: (type) => type === "kubernetes:core/v1:Namespace" || type === "kubernetes:core/v1:NamespacePatch",
    judge,
};

function judge(resource: Resource, settings: Settings): Finding[] {
    const name = known(readText(resource, "metadata.name")) ?? resource.name;
    const exempt = settings.options.exempt;
    if (resource.type.endsWith("Patch") || (Array.isArray(exempt) && exempt.includes(name))) {
        return [];
    }
    const labels = read(resource, "metadata.labels");
    const level = labels.state === "known" ? asRecord(labels.value)?.[LABEL] : undefined;
    if (labels.state === "unknown" || level === UNKNOWN) {
        return [cannotKnow(resource, `metadata.labels["${LABEL}"]`, "which pods the namespace admits")];
    }
    if (typeof level !== "string") {
        return [
            {
                urn: resource.urn,
                message: `namespace ${name}: has no label ${LABEL}; add it with privileged, baseline or restricted.`,
            },
        ];
    }
    return levels.includes(level)
        ? []
        : [{ urn: resource.urn, message: `namespace ${name}: ${LABEL} is "${level}"; expected ${levels.join(", ")}.` }];
}
