/** What the API server refuses of workloads and their pods. */
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import type { Kind } from "./kinds";
import { isDnsLabel, quantity, selects, texts } from "./syntax";
import { claim, type Findings, immutable, labels, portNumber, rules } from "./validation-findings";

/** Deployments, stateful sets, daemon sets. */
export function workload(findings: Findings, kind: Kind, manifest: Properties, old: Properties | undefined): void {
    const selector = at(manifest, "spec.selector");
    const templateLabels = texts(at(manifest, "spec.template.metadata.labels"));
    if (
        !isProperties(selector) ||
        (Object.keys(texts(selector.matchLabels)).length === 0 && list(selector, "matchExpressions").length === 0)
    ) {
        findings.required("spec.selector");
    } else if (!selects(selector, templateLabels)) {
        // A map is shown as Go writes one.
        const pairs = Object.entries(templateLabels).sort(([a], [b]) => (a < b ? -1 : 1));
        const shown = pairs.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(", ");
        findings.found.push(
            `spec.template.metadata.labels: Invalid value: map[string]string{${shown}}: \`selector\` does not match template \`labels\``,
        );
    }
    const replicas = at(manifest, "spec.replicas");
    if (typeof replicas === "number" && replicas < 0) {
        findings.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
    }
    template(findings, "spec.template", at(manifest, "spec.template"));
    const restart = text(manifest, "spec.template.spec.restartPolicy");
    if (restart !== undefined && restart !== "Always") {
        findings.found.push(
            `spec.template.spec.restartPolicy: Unsupported value: "${restart}": supported values: "Always"`,
        );
    }
    list(manifest, "spec.volumeClaimTemplates").forEach((each, index) => {
        claim(findings, `spec.volumeClaimTemplates[${index}].spec`, at(each, "spec"));
    });
    const words =
        kind.kind === "StatefulSet"
            ? "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
            : "field is immutable";
    const fixed =
        kind.kind === "StatefulSet"
            ? ["spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"]
            : ["spec.selector"];
    immutable(findings, manifest, old, fixed, words);
}

/** A pod template. */
export function template(findings: Findings, path: string, value: Value | undefined): void {
    labels(findings, `${path}.metadata.labels`, at(value, "metadata.labels"));
    podSpec(findings, `${path}.spec`, at(value, "spec"));
}

/** The spec of a pod. */
export function podSpec(findings: Findings, path: string, value: Value | undefined): void {
    const containers = list(value, "containers");
    if (containers.length === 0) {
        findings.required(`${path}.containers`);
    }
    const volumes = list(value, "volumes").map((volume) => text(volume, "name") ?? "");
    const names = new Set<string>();
    for (const group of ["initContainers", "containers"]) {
        list(value, group).forEach((container, index) => {
            const here = `${path}.${group}[${index}]`;
            const name = text(container, "name") ?? "";
            if (name === "") {
                findings.required(`${here}.name`);
            } else if (!isDnsLabel(name)) {
                findings.invalid(`${here}.name`, name, rules.dnsLabel);
            } else if (names.has(name)) {
                findings.found.push(`${here}.name: Duplicate value: "${name}"`);
            }
            names.add(name);
            if ((text(container, "image") ?? "") === "") {
                findings.required(`${here}.image`);
            }
            list(container, "ports").forEach((port, at_) => {
                portNumber(findings, `${here}.ports[${at_}].containerPort`, at(port, "containerPort"));
            });
            for (const kind of ["requests", "limits"]) {
                const amounts = at(container, `resources.${kind}`);
                for (const [resource, amount] of Object.entries(isProperties(amounts) ? amounts : {})) {
                    if (quantity(amount) === undefined) {
                        findings.invalid(
                            `${here}.resources.${kind}[${resource}]`,
                            amount,
                            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                        );
                    }
                }
            }
            const memory = quantity(at(container, "resources.requests.memory"));
            const limit = quantity(at(container, "resources.limits.memory"));
            if (memory !== undefined && limit !== undefined && memory > limit) {
                findings.invalid(
                    `${here}.resources.requests`,
                    canonical(at(container, "resources.requests.memory"), memory),
                    `must be less than or equal to memory limit of ${canonical(at(container, "resources.limits.memory"), limit)}`,
                );
            }
            list(container, "volumeMounts").forEach((mount, at_) => {
                const volume = text(mount, "name") ?? "";
                // Claims of a stateful set's templates are mounted by the template's name.
                if (!volumes.includes(volume) && !path.startsWith("spec.template")) {
                    findings.found.push(`${here}.volumeMounts[${at_}].name: Not found: "${volume}"`);
                }
            });
        });
    }
}

/** A size as Kubernetes writes it back: `1024Mi` is `1Gi`. What was not written in powers of 1024 stays as it was. */
function canonical(written: Value | undefined, bytes: number): string {
    const units = ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"];
    const power = units.findIndex((_, index) => bytes % 1024 ** (units.length - index) === 0);
    const unit = units[power];
    return unit === undefined || !String(written).endsWith("i")
        ? String(written)
        : `${bytes / 1024 ** (units.length - power)}${unit}`;
}
