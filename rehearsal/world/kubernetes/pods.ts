/** Pods: what workloads, charts and operators run. */
import { isProperties, list, type Properties, text, type Value } from "../value";
import type { InstalledRelease } from "./cluster";
import type { KubeObject } from "./objects";
import { quantity, texts } from "./syntax";

/** What a workload wants to run. */
export interface PodTemplate {
    readonly namespace: string;
    /** Name of the pod, e.g. `rabbitmq-0`. */
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    /** The pod's specification as the API takes it. */
    readonly spec: Properties;
}

/** A pod that runs. */
export interface Pod extends PodTemplate {
    readonly node: string;
    readonly owner: KubeObject | InstalledRelease;
}

/** The pod template of a workload, with the name of one of its pods. */
export function templateOf(workload: KubeObject, name: string, path = "template"): PodTemplate {
    const spec = isProperties(workload.manifest.spec) ? workload.manifest.spec : {};
    const template = isProperties(spec[path]) ? (spec[path] as Properties) : {};
    return podTemplate(workload.namespace, name, template);
}

/** A pod template from a `{ metadata, spec }` pair. */
export function podTemplate(namespace: string, name: string, template: Properties): PodTemplate {
    const metadata = isProperties(template.metadata) ? template.metadata : {};
    return {
        namespace,
        name,
        labels: texts(metadata.labels),
        annotations: texts(metadata.annotations),
        spec: isProperties(template.spec) ? template.spec : {},
    };
}

/** The containers of a pod that run side by side. */
export function containersOf(spec: Properties): readonly Properties[] {
    return list(spec, "containers").filter(isProperties);
}

/** All containers of a pod, those that run before included. */
export function allContainersOf(spec: Properties): readonly Properties[] {
    return [...list(spec, "initContainers").filter(isProperties), ...containersOf(spec)];
}

/** What a pod requests of a resource, in bytes or cores: its containers together, or its largest init container. */
export function requested(spec: Properties, resource: "memory" | "cpu"): number {
    const of = (container: Properties): number =>
        quantity(requestOf(container, "requests", resource) ?? requestOf(container, "limits", resource)) ?? 0;
    const together = containersOf(spec).reduce((sum, container) => sum + of(container), 0);
    const first = Math.max(0, ...list(spec, "initContainers").filter(isProperties).map(of));
    return Math.max(together, first);
}

function requestOf(container: Properties, kind: string, resource: string): Value | undefined {
    const resources = isProperties(container.resources) ? container.resources : {};
    const amounts = resources[kind];
    return isProperties(amounts) ? amounts[resource] : undefined;
}

/** The texts of a pod that may name other services: environment, arguments, commands. */
export function spokenWords(spec: Properties): readonly string[] {
    return allContainersOf(spec).flatMap((container) => [
        ...list(container, "env").flatMap((entry) => text(entry, "value") ?? []),
        ...[...list(container, "args"), ...list(container, "command")].filter(
            (entry): entry is string => typeof entry === "string",
        ),
    ]);
}
