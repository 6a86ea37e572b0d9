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
    return level === "baseline" ? baseline(spec, level) : [...baseline(spec, level), ...restricted(spec)];
}

/** Checks in the order of their names upstream; those a stricter one of `restricted` stands for are left to it. */
function baseline(spec: Properties, level: PodSecurityLevel): string[] {
    const found: string[] = [];
    const containers = allContainersOf(spec);
    const isStricter = level === "restricted";
    const excess = tooCapable(containers, baselineCapabilities);
    if (excess !== undefined && !isStricter) {
        found.push(`non-default capabilities (${excess})`);
    }
    const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true);
    if (shared.length > 0) {
        found.push(`host namespaces (${shared.map((key) => `${key}=true`).join(", ")})`);
    }
    const paths = list(spec, "volumes").filter((volume) => isProperties(volume) && isProperties(volume.hostPath));
    if (paths.length > 0 && !isStricter) {
        const names = paths.map((volume) => `"${text(volume, "name") ?? ""}"`);
        found.push(`hostPath volumes (${names.length > 1 ? "volumes" : "volume"} ${names.join(", ")})`);
    }
    // On the host's network every port of a container is one of the host's.
    const key = spec.hostNetwork === true ? "containerPort" : "hostPort";
    const portsOf = (container: Properties): number[] =>
        list(container, "ports").flatMap((port) => {
            const number = isProperties(port) ? (port.hostPort ?? port[key]) : undefined;
            return typeof number === "number" && number !== 0 ? [number] : [];
        });
    const open = containers.filter((container) => portsOf(container).length > 0);
    if (open.length > 0) {
        const ports = [...new Set(open.flatMap(portsOf).map(String))].sort();
        found.push(
            `hostPort (${named(open.map(quotedName))} ${open.length > 1 ? "use" : "uses"} ${ports.length > 1 ? "hostPorts" : "hostPort"} ${ports.join(", ")})`,
        );
    }
    const privileged = containers.filter((container) => security(container).privileged === true).map(quotedName);
    if (privileged.length > 0) {
        found.push(`privileged (${named(privileged)} must not set securityContext.privileged=true)`);
    }
    return found;
}

/** Which containers ask for which capabilities that are not allowed; undefined where none does. */
function tooCapable(containers: readonly Properties[], allowed: readonly string[]): string | undefined {
    const excessOf = (container: Properties) => added(container).filter((each) => !allowed.includes(each));
    const bad = containers.filter((container) => excessOf(container).length > 0);
    const excess = [...new Set(bad.flatMap(excessOf))].sort().map((each) => `"${each}"`);
    return bad.length === 0
        ? undefined
        : `${named(bad.map(quotedName))} must not include ${excess.join(", ")} in securityContext.capabilities.add`;
}

function restricted(spec: Properties): string[] {
    const found: string[] = [];
    const containers = allContainersOf(spec);
    const bad = (test: (container: Properties) => boolean): string[] => containers.filter(test).map(quotedName);
    const pod = isProperties(spec.securityContext) ? spec.securityContext : {};
    const escalating = bad((container) => security(container).allowPrivilegeEscalation !== false);
    if (escalating.length > 0) {
        found.push(
            `allowPrivilegeEscalation != false (${named(escalating)} must set securityContext.allowPrivilegeEscalation=false)`,
        );
    }
    const undropped = bad((container) => !list(security(container), "capabilities.drop").includes("ALL"));
    const capabilities = [
        ...(undropped.length > 0 ? [`${named(undropped)} must set securityContext.capabilities.drop=["ALL"]`] : []),
        ...[tooCapable(containers, ["NET_BIND_SERVICE"])].filter((words) => words !== undefined),
    ];
    if (capabilities.length > 0) {
        found.push(`unrestricted capabilities (${capabilities.join("; ")})`);
    }
    const volumes = list(spec, "volumes")
        .filter(isProperties)
        .filter((volume) => !restrictedVolumes.some((type) => volume[type] !== undefined));
    if (volumes.length > 0) {
        const types = [...new Set(volumes.flatMap((volume) => Object.keys(volume).filter((key) => key !== "name")))];
        const shown = types.sort().map((type) => `"${type}"`);
        const [noun, verb] = volumes.length > 1 ? ["volumes", "use"] : ["volume", "uses"];
        found.push(
            `restricted volume types (${noun} ${volumes.map(quotedName).join(", ")} ${verb} restricted volume ${shown.length > 1 ? "types" : "type"} ${shown.join(", ")})`,
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

/** The name of a container or volume, quoted. */
function quotedName(part: Properties): string {
    return `"${text(part, "name") ?? ""}"`;
}

function named(names: readonly string[]): string {
    return `${names.length > 1 ? "containers" : "container"} ${names.join(", ")}`;
}
