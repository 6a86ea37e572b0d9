/** What the API server refuses of an object before any controller sees it. */
import { Refusal } from "../refusal";
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import type { Admission } from "./controller";
import { groupOf, type Kind } from "./kinds";
import { isDnsLabel, isDnsSubdomain, isQualifiedName, texts } from "./syntax";
import { claim, Findings, immutable, labels, portNumber, rules } from "./validation-findings";
import { podSpec, template, workload } from "./validation-workloads";

const source = "Kubernetes 1.33: pkg/apis/*/validation";

/** Throws where the API server would not store the object. */
export function demandValid(kind: Kind, request: Admission): void {
    const { manifest, name } = request;
    wrongTypes(kind, manifest);
    const findings = new Findings();
    metadata(findings, kind, manifest, name);
    spec(findings, kind, request);
    if (findings.found.length > 0) {
        const group = groupOf(kind.apiVersion);
        const shown = group === "" ? kind.kind : `${kind.kind}.${group}`;
        const words = findings.found.length === 1 ? findings.found[0] : `[${findings.found.join(", ")}]`;
        throw new Refusal(`${shown} "${name}" is invalid: ${words}`, source);
    }
}

/** Fields of Go types: what does not decode is refused whole. */
function wrongTypes(kind: Kind, manifest: Properties): void {
    const version = kind.apiVersion.split("/").at(-1) ?? "";
    for (const [path, type, holds] of [
        ["spec.replicas", "int32", (value: Value) => typeof value === "number" && Number.isInteger(value)],
        ["spec.serviceName", "string", (value: Value) => typeof value === "string"],
        ["spec.completions", "int32", (value: Value) => typeof value === "number"],
        [
            "data",
            "map[string]string",
            (value: Value) => isProperties(value) && Object.values(value).every((each) => typeof each === "string"),
        ],
        [
            "stringData",
            "map[string]string",
            (value: Value) => isProperties(value) && Object.values(value).every((each) => typeof each === "string"),
        ],
    ] as const) {
        const value = at(manifest, path);
        const builtin = !kind.apiVersion.includes(".") || kind.apiVersion.endsWith(".k8s.io/v1");
        if (builtin && value !== undefined && !holds(value)) {
            throw new Refusal(
                `${kind.kind} in version "${version}" cannot be handled as a ${kind.kind}: json: cannot unmarshal ${jsonType(value)} into Go struct field ${kind.kind}Spec.${path} of type ${type}`,
                "Kubernetes: apimachinery, decoding of requests",
            );
        }
    }
}

function jsonType(value: Value): string {
    return Array.isArray(value)
        ? "array"
        : isProperties(value)
          ? "object"
          : typeof value === "boolean"
            ? "bool"
            : typeof value;
}

function metadata(findings: Findings, kind: Kind, manifest: Properties, name: string): void {
    const core = kind.apiVersion === "v1";
    const rbac = kind.apiVersion.startsWith("rbac.");
    if (name === "") {
        findings.required("metadata.name", "name or generateName is required");
    } else if (rbac) {
        if (/[/%]/.test(name)) {
            findings.invalid("metadata.name", name, `may not contain '${name.includes("/") ? "/" : "%"}'`);
        }
    } else if (core && kind.kind === "Service") {
        if (!isDnsLabel(name) || !/^[a-z]/.test(name)) {
            findings.invalid("metadata.name", name, rules.serviceName);
        }
    } else if (core && kind.kind === "Namespace") {
        if (!isDnsLabel(name)) {
            findings.invalid("metadata.name", name, name.includes(".") ? "must not contain dots" : rules.dnsLabel);
        }
    } else if (!isDnsSubdomain(name)) {
        findings.invalid("metadata.name", name, rules.dnsSubdomain);
    }
    labels(findings, "metadata.labels", at(manifest, "metadata.labels"));
    for (const key of Object.keys(texts(at(manifest, "metadata.annotations"))).filter(
        (each) => !isQualifiedName(each),
    )) {
        findings.invalid("metadata.annotations", key, rules.qualifiedName);
    }
}

function spec(findings: Findings, kind: Kind, request: Admission): void {
    const { manifest, old } = request;
    switch (`${kind.apiVersion}/${kind.kind}`) {
        case "apps/v1/Deployment":
        case "apps/v1/StatefulSet":
        case "apps/v1/DaemonSet":
            workload(findings, kind, manifest, old?.manifest);
            break;
        case "batch/v1/Job":
            template(findings, "spec.template", at(manifest, "spec.template"));
            if (!["Never", "OnFailure"].includes(text(manifest, "spec.template.spec.restartPolicy") ?? "")) {
                findings.required("spec.template.spec.restartPolicy", 'valid values: "OnFailure", "Never"');
            }
            break;
        case "batch/v1/CronJob":
            if (!/^(@\w+|(\S+\s+){4}\S+)$/.test(text(manifest, "spec.schedule") ?? "")) {
                findings.invalid("spec.schedule", text(manifest, "spec.schedule") ?? "", "expected exactly 5 fields");
            }
            break;
        case "v1/Pod":
            podSpec(findings, "spec", at(manifest, "spec"));
            break;
        case "v1/Service":
            service(findings, manifest);
            break;
        case "v1/PersistentVolumeClaim":
            claim(findings, "spec", at(manifest, "spec"));
            immutable(
                findings,
                manifest,
                old?.manifest,
                ["spec.accessModes", "spec.storageClassName"],
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
            );
            break;
        case "v1/Secret":
            secret(findings, manifest);
            immutable(findings, manifest, old?.manifest, ["type"], "field is immutable");
            break;
        case "storage.k8s.io/v1/StorageClass":
            if ((text(manifest, "provisioner") ?? "") === "") {
                findings.required("provisioner");
            }
            immutable(
                findings,
                manifest,
                old?.manifest,
                ["parameters", "provisioner"],
                "updates to parameters are forbidden.",
            );
            break;
        case "rbac.authorization.k8s.io/v1/RoleBinding":
        case "rbac.authorization.k8s.io/v1/ClusterRoleBinding":
            if ((text(manifest, "roleRef.name") ?? "") === "") {
                findings.required("roleRef.name");
            }
            immutable(findings, manifest, old?.manifest, ["roleRef"], "cannot change roleRef");
            break;
        case "apiextensions.k8s.io/v1/CustomResourceDefinition":
            definition(findings, manifest, request.name);
            break;
        case "policy/v1/PodDisruptionBudget":
            if (at(manifest, "spec.minAvailable") !== undefined && at(manifest, "spec.maxUnavailable") !== undefined) {
                findings.invalid("spec", {}, "minAvailable and maxUnavailable cannot be both set");
            }
            break;
        default:
            break;
    }
}

function service(findings: Findings, manifest: Properties): void {
    const ports = list(manifest, "spec.ports");
    const type = text(manifest, "spec.type") ?? "ClusterIP";
    const none = text(manifest, "spec.clusterIP") === "None";
    if (!["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].includes(type)) {
        findings.found.push(
            `spec.type: Unsupported value: "${type}": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"`,
        );
    }
    if (at(manifest, "spec.allocateLoadBalancerNodePorts") !== undefined && type !== "LoadBalancer") {
        findings.found.push(
            "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
        );
    }
    if (ports.length === 0 && !none && type !== "ExternalName") {
        findings.required("spec.ports");
    }
    ports.forEach((port, index) => {
        portNumber(findings, `spec.ports[${index}].port`, at(port, "port"));
        if (ports.length > 1 && text(port, "name") === undefined) {
            findings.required(`spec.ports[${index}].name`);
        }
    });
    if (none && type === "LoadBalancer") {
        findings.invalid("spec.clusterIPs[0]", "None", "may not be set to 'None' for LoadBalancer services");
    }
    labels(findings, "spec.selector", at(manifest, "spec.selector"));
}

function secret(findings: Findings, manifest: Properties): void {
    const data = new Set([...Object.keys(texts(manifest.data)), ...Object.keys(texts(manifest.stringData))]);
    const needs: Readonly<Record<string, readonly string[]>> = {
        "kubernetes.io/tls": ["tls.crt", "tls.key"],
        "kubernetes.io/dockerconfigjson": [".dockerconfigjson"],
        "kubernetes.io/ssh-auth": ["ssh-privatekey"],
    };
    for (const key of (needs[text(manifest, "type") ?? ""] ?? []).filter((each) => !data.has(each))) {
        findings.required(`data[${key}]`);
    }
    if (text(manifest, "type") === "kubernetes.io/basic-auth" && !data.has("username") && !data.has("password")) {
        findings.required("data[username]");
    }
    for (const [key, value] of Object.entries(texts(manifest.data))) {
        if (!/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
            findings.invalid(`data[${key}]`, "<redacted>", "illegal base64 data");
        }
    }
}

function definition(findings: Findings, manifest: Properties, name: string): void {
    const expected = `${text(manifest, "spec.names.plural") ?? ""}.${text(manifest, "spec.group") ?? ""}`;
    if (name !== expected) {
        findings.invalid("metadata.name", name, `must be spec.names.plural+"."+spec.group`);
    }
    if (list(manifest, "spec.versions").filter((version) => at(version, "storage") === true).length !== 1) {
        findings.invalid("spec.versions", [], "must have exactly one version marked as storage version");
    }
}
