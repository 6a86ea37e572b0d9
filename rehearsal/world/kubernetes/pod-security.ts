/** The pod security standards, as the admission controller applies them and says them. */
import { isProperties, list, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import { labelsOf } from "./objects";
import { allContainersOf, type PodTemplate } from "./pods";

/** The three levels, from the most to the least allowing. */
export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

/** Namespaces Talos exempts from pod security: source: Talos documentation, "Pod Security". */
const exempt = ["kube-system"];

/** Capabilities a baseline container may add. Source: Kubernetes documentation, "Pod Security Standards". */
const baselineCapabilities = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/** Volume types a restricted pod may use. Source: Kubernetes documentation, "Pod Security Standards". */
const restrictedVolumes = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/** The level enforced in a namespace. */
export function enforcedLevel(cluster: Cluster, namespace: string): PodSecurityLevel {
    if (exempt.includes(namespace)) {
        return "privileged";
    }
    const object = cluster.objects.find("v1", "Namespace", "", namespace);
    const level = object === undefined ? undefined : labelsOf(object)["pod-security.kubernetes.io/enforce"];
    return level === "privileged" || level === "baseline" || level === "restricted"
        ? level
        : cluster.born.defaultPodSecurity;
}

/** Why the namespace's level forbids a pod, in the admission controller's words; undefined where it is admitted. */
export function podSecurityProblem(cluster: Cluster, pod: PodTemplate): string | undefined {
    const level = enforcedLevel(cluster, pod.namespace);
    const violations = violationsOf(level, pod.spec);
    return violations.length === 0
        ? undefined
        : `pods "${pod.name}" is forbidden: violates PodSecurity "${level}:latest": ${violations.join(", ")}`;
}

/** What of a pod's specification a level forbids. */
export function violationsOf(level: PodSecurityLevel, spec: Properties): readonly string[] {
    if (level === "privileged") {
        return [];
    }
    const found = baseline(spec);
    return level === "baseline" ? found : [...found, ...restricted(spec)];
}

function baseline(spec: Properties): string[] {
    const found: string[] = [];
    const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true);
    if (shared.length > 0) {
        found.push(`host namespaces (${shared.map((key) => `${key}=true`).join(", ")})`);
    }
    const containers = allContainersOf(spec);
    const bad = (test: (container: Properties) => boolean): string[] =>
        containers.filter(test).map((container) => `"${text(container, "name") ?? ""}"`);
    const privileged = bad((container) => security(container).privileged === true);
    if (privileged.length > 0) {
        found.push(`privileged (${named(privileged)} must not set securityContext.privileged=true)`);
    }
    const paths = list(spec, "volumes").filter((volume) => isProperties(volume) && isProperties(volume.hostPath));
    if (paths.length > 0) {
        const names = paths.map((volume) => `"${text(volume, "name") ?? ""}"`);
        found.push(`hostPath volumes (${names.length > 1 ? "volumes" : "volume"} ${names.join(", ")})`);
    }
    const ports = containers.flatMap((container) =>
        list(container, "ports").filter((port) => isProperties(port) && typeof port.hostPort === "number"),
    );
    if (ports.length > 0) {
        found.push("hostPort (containers use hostPorts)");
    }
    const capable = bad((container) =>
        added(container).some((capability) => !baselineCapabilities.includes(capability)),
    );
    if (capable.length > 0) {
        found.push(
            `non-default capabilities (${named(capable)} must not include disallowed values in securityContext.capabilities.add)`,
        );
    }
    return found;
}

function restricted(spec: Properties): string[] {
    const found: string[] = [];
    const containers = allContainersOf(spec);
    const bad = (test: (container: Properties) => boolean): string[] =>
        containers.filter(test).map((container) => `"${text(container, "name") ?? ""}"`);
    const pod = isProperties(spec.securityContext) ? spec.securityContext : {};
    const escalating = bad((container) => security(container).allowPrivilegeEscalation !== false);
    if (escalating.length > 0) {
        found.push(
            `allowPrivilegeEscalation != false (${named(escalating)} must set securityContext.allowPrivilegeEscalation=false)`,
        );
    }
    const unrestricted = bad(
        (container) =>
            !list(security(container), "capabilities.drop").includes("ALL") ||
            added(container).some((capability) => capability !== "NET_BIND_SERVICE"),
    );
    if (unrestricted.length > 0) {
        found.push(
            `unrestricted capabilities (${named(unrestricted)} must set securityContext.capabilities.drop=["ALL"])`,
        );
    }
    const volumes = list(spec, "volumes").filter(
        (volume) => isProperties(volume) && !restrictedVolumes.some((type) => volume[type] !== undefined),
    );
    if (volumes.length > 0) {
        const names = volumes.map((volume) => `"${text(volume, "name") ?? ""}"`);
        found.push(
            `restricted volume types (${names.length > 1 ? "volumes" : "volume"} ${names.join(", ")} uses restricted volume type)`,
        );
    }
    const root = bad((container) => (security(container).runAsNonRoot ?? pod.runAsNonRoot) !== true);
    if (root.length > 0) {
        found.push(`runAsNonRoot != true (pod or ${named(root)} must set securityContext.runAsNonRoot=true)`);
    }
    const zero = bad((container) => security(container).runAsUser === 0);
    if (pod.runAsUser === 0 || zero.length > 0) {
        found.push(`runAsUser=0 (${pod.runAsUser === 0 ? "pod" : named(zero)} must not set runAsUser=0)`);
    }
    const profiles: readonly (Value | undefined)[] = ["RuntimeDefault", "Localhost"];
    const open = bad(
        (container) =>
            !profiles.includes(text(security(container), "seccompProfile.type") ?? text(pod, "seccompProfile.type")),
    );
    if (open.length > 0) {
        found.push(
            `seccompProfile (pod or ${named(open)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
        );
    }
    return found;
}

function security(container: Properties): Properties {
    return isProperties(container.securityContext) ? container.securityContext : {};
}

function added(container: Properties): readonly string[] {
    return list(security(container), "capabilities.add").filter((entry): entry is string => typeof entry === "string");
}

function named(names: readonly string[]): string {
    return `${names.length > 1 ? "containers" : "container"} ${names.join(", ")}`;
}
