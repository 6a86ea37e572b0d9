/** The API server: takes objects, lets controllers make them ready, lets them go. */
import { sameValue } from "../../protocol/difference";
import { PartialFailure, Refusal } from "../refusal";
import { isProperties, type Properties } from "../value";
import { holds, malformed, notReady, skipsAwait, waitedFor } from "./await";
import type { Cluster } from "./cluster";
import { nothingToDo, type Outcome } from "./controller";
import { controllerOf, hasModel } from "./controllers";
import { isBorn } from "./helm";
import { builtinKinds, type Kind, resourceName } from "./kinds";
import { idOf, type KubeObject, shown, withoutNulls } from "./objects";
import { demandValid } from "./validation";

const server = "Kubernetes API server";
const awaiter = "pulumi-kubernetes: provider/pkg/await";

/** What the caller gives to let declared time pass. */
export type Takes = (step: string) => Promise<void>;

/** The kind behind an API version and name. Throws where the server knows none. */
export function demandKind(cluster: Cluster, apiVersion: string, kind: string): Kind {
    const known = cluster.kind(apiVersion, kind);
    if (known === undefined) {
        throw new Refusal(
            `creation of resource with kind ${apiVersion}/${kind} failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: no matches for kind "${kind}" in version "${apiVersion}"`,
            "pulumi-kubernetes: provider/pkg/provider/provider.go, Create",
        );
    }
    return known;
}

/** Creates an object and waits for it as the provider does. */
export async function create(cluster: Cluster, kind: Kind, inputs: Properties, takes: Takes): Promise<KubeObject> {
    const manifest = manifestOf(inputs);
    const { name, namespace } = placeOf(kind, inputs);
    if (kind.namespaced) {
        cluster.demandNamespace(namespace);
    }
    if (cluster.objects.find(kind.apiVersion, kind.kind, kind.namespaced ? namespace : "", name) !== undefined) {
        throw new Refusal(`${resourceName(kind)} "${name}" already exists`, server);
    }
    admit(cluster, kind, { namespace, name, manifest });
    const object = cluster.add({ kind, namespace, name, manifest: completed(kind, manifest, namespace, name) });
    await becomeReady(cluster, object, takes);
    return object;
}

/** Changes an object and waits for it. */
export async function update(cluster: Cluster, object: KubeObject, inputs: Properties, takes: Takes): Promise<void> {
    const kind = demandKind(cluster, object.apiVersion, object.kind);
    const manifest = manifestOf(inputs);
    admit(cluster, kind, { namespace: object.namespace, name: object.name, manifest, old: object });
    cluster.change(object, completed(kind, manifest, object.namespace, object.name));
    await becomeReady(cluster, object, takes);
}

/**
 * Stores an object as server-side apply does, made or changed, and lets its controllers look at it at once; nobody waits
 * for what they make of it.
 */
export function apply(cluster: Cluster, manifest: Properties): KubeObject {
    const kind = demandKind(cluster, String(manifest.apiVersion), String(manifest.kind));
    const { name, namespace } = placeOf(kind, manifest);
    if (kind.namespaced) {
        cluster.demandNamespace(namespace);
    }
    const wanted = completed(kind, manifestOf(manifest), namespace, name);
    const old = cluster.objects.find(kind.apiVersion, kind.kind, namespace, name);
    if (old !== undefined && sameValue(old.manifest, wanted)) {
        return old;
    }
    admit(cluster, kind, { namespace, name, manifest: manifestOf(manifest), ...(old === undefined ? {} : { old }) });
    if (old === undefined) {
        return cluster.add({ kind, namespace, name, manifest: wanted });
    }
    cluster.change(old, wanted);
    old.readyAt = Number.POSITIVE_INFINITY;
    return old;
}

/** Deletes an object; throws where its deletion would hang. */
export function remove(cluster: Cluster, object: KubeObject): void {
    if (object.kind === "Namespace" && isBorn(object.name)) {
        throw new Refusal(`namespaces "${object.name}" is forbidden: this namespace may not be deleted`, server);
    }
    const problem = stuck(cluster, object);
    if (problem !== undefined) {
        throw new Refusal(
            `deletion of ${object.kind} "${idOf(object)}" timed out: finalizers might be preventing deletion: ${problem}`,
            awaiter,
        );
    }
    erase(cluster, object);
}

function stuck(cluster: Cluster, object: KubeObject): string | undefined {
    if (object.kind !== "Namespace") {
        return controllerOf(object.apiVersion, object.kind).stuck?.(object, cluster);
    }
    const contents = cluster.objects.all.filter((each) => each.namespace === object.name);
    const workloadsFirst = contents.filter((each) => each.kind !== "PersistentVolumeClaim");
    for (const each of workloadsFirst) {
        const problem = controllerOf(each.apiVersion, each.kind).stuck?.(each, cluster);
        if (problem !== undefined) {
            return `namespace "${object.name}" is Terminating: SomeFinalizersRemain: ${problem}`;
        }
    }
    return undefined;
}

function erase(cluster: Cluster, object: KubeObject): void {
    if (object.kind === "Namespace") {
        for (const each of cluster.objects.all.filter((other) => other.namespace === object.name)) {
            controllerOf(each.apiVersion, each.kind).removed?.(each, cluster);
            cluster.remove(each);
        }
    }
    for (const owned of cluster.objects.all.filter((other) => other.owner === object)) {
        controllerOf(owned.apiVersion, owned.kind).removed?.(owned, cluster);
    }
    controllerOf(object.apiVersion, object.kind).removed?.(object, cluster);
    cluster.remove(object);
}

/** Lets controllers look again at what is not ready, as they do all the time, and at what they look at regularly. */
export function reconcile(cluster: Cluster): void {
    for (const object of cluster.objects.all) {
        if (!cluster.ready(object)) {
            settleNow(cluster, object);
            continue;
        }
        const every = controllerOf(object.apiVersion, object.kind).polls?.(object, cluster);
        if (
            every !== undefined &&
            cluster.now - object.readyAt >= every &&
            settleNow(cluster, object).problems.length > 0
        ) {
            object.readyAt = Number.POSITIVE_INFINITY;
        }
    }
}

/** Why an object that the provider waits for is not ready yet; empty where it is, or where nobody waits. */
export function stillUnready(cluster: Cluster, object: KubeObject): readonly string[] {
    if (cluster.ready(object)) {
        return unmet(object, waitedFor(object.manifest), nothingToDo);
    }
    const outcome = settleNow(cluster, object);
    return awaits(object) ? [...outcome.problems, ...unmet(object, waitedFor(object.manifest), outcome)] : [];
}

/** True where the provider waits for an object: its kind is awaited, or the program asked for it. */
function awaits(object: KubeObject): boolean {
    const { awaited } = controllerOf(object.apiVersion, object.kind);
    return !skipsAwait(object.manifest) && (awaited || waitedFor(object.manifest) !== undefined);
}

/** What the controllers make of an object now; the object keeps the outcome. */
export function settleNow(cluster: Cluster, object: KubeObject): Outcome {
    const outcome = controllerOf(object.apiVersion, object.kind).settle?.(object, cluster) ?? nothingToDo;
    object.problems = outcome.problems;
    if (outcome.problems.length === 0) {
        outcome.commit?.();
        object.readyAt = cluster.now;
        if (outcome.status !== undefined) {
            object.status = outcome.status;
            cluster.touch(object);
        }
    }
    return outcome;
}

async function becomeReady(cluster: Cluster, object: KubeObject, takes: Takes): Promise<void> {
    const controller = controllerOf(object.apiVersion, object.kind);
    const expressions = waitedFor(object.manifest);
    const bad = expressions?.map(malformed).find((words) => words !== undefined);
    if (bad !== undefined) {
        throw fail(object, [bad]);
    }
    if (controller.settle === undefined) {
        object.readyAt = cluster.now;
        if (expressions !== undefined && isCustom(object) && !hasModel(object.apiVersion, object.kind)) {
            cluster.surroundings.strangers.add(`custom resource ${object.apiVersion}/${object.kind}`);
            return;
        }
    }
    const waits = awaits(object);
    const step = controller.step?.(object, cluster);
    if (!waits && step !== undefined) {
        // The controllers work on while the program goes on: what needs the object finds it unready for that long.
        void takes(step).then(() => settleNow(cluster, object));
        return;
    }
    // What reality would retry in vain is refused before any time has passed.
    const first = controller.settle?.(object, cluster) ?? nothingToDo;
    const early = [...first.problems, ...unmet(object, expressions, first)];
    if (waits && early.length > 0) {
        object.problems = early;
        throw fail(object, early);
    }
    if (first.problems.length > 0) {
        object.problems = first.problems;
        return;
    }
    if (step !== undefined) {
        await takes(step);
    }
    const outcome = settleNow(cluster, object);
    const problems = [...outcome.problems, ...unmet(object, expressions, outcome)];
    if (waits && problems.length > 0) {
        object.problems = problems;
        throw fail(object, problems);
    }
}

/** What the program waits for and never sees, with what the controllers say of it. */
function unmet(object: KubeObject, expressions: readonly string[] | undefined, outcome: Outcome): readonly string[] {
    const status = outcome.status ?? object.status ?? {};
    const missing = (expressions ?? []).filter((expression) => !holds(expression, { ...shown(object), status }));
    return missing.length === 0
        ? []
        : [
              ...missing.map((expression) => `Waiting for ${expression}: status is ${JSON.stringify(status)}`),
              ...(outcome.notes ?? []),
          ];
}

function fail(object: KubeObject, problems: readonly string[]): PartialFailure {
    return new PartialFailure(notReady(object, idOf(object), problems), awaiter, idOf(object), shown(object));
}

function isCustom(object: KubeObject): boolean {
    return !builtinKinds.has(`${object.apiVersion}/${object.kind}`);
}

function admit(
    cluster: Cluster,
    kind: Kind,
    request: {
        readonly namespace: string;
        readonly name: string;
        readonly manifest: Properties;
        readonly old?: KubeObject;
    },
): void {
    demandValid(kind, request);
    controllerOf(kind.apiVersion, kind.kind).admit?.(request, cluster);
}

function manifestOf(inputs: Properties): Properties {
    const clean = withoutNulls(inputs);
    return isProperties(clean) ? clean : {};
}

/** Name and namespace of what inputs ask for. */
export function placeOf(kind: Kind, inputs: Properties): { readonly name: string; readonly namespace: string } {
    const metadata = isProperties(inputs.metadata) ? inputs.metadata : {};
    return {
        name: String(metadata.name ?? ""),
        namespace: kind.namespaced ? String(metadata.namespace ?? "default") : "",
    };
}

/** What the server adds to a manifest: the namespace's own label, a secret's encoded data, its type. */
function completed(kind: Kind, manifest: Properties, namespace: string, name: string): Properties {
    const metadata = isProperties(manifest.metadata) ? manifest.metadata : {};
    const labels = isProperties(metadata.labels) ? metadata.labels : {};
    const withName = { ...manifest, metadata: { ...metadata, name, ...(kind.namespaced ? { namespace } : {}) } };
    if (kind.kind === "Namespace" && kind.apiVersion === "v1") {
        return {
            ...withName,
            metadata: { ...withName.metadata, labels: { "kubernetes.io/metadata.name": name, ...labels } },
            spec: { finalizers: ["kubernetes"] },
        };
    }
    if (kind.kind === "Secret" && kind.apiVersion === "v1") {
        const encoded = Object.entries(isProperties(manifest.stringData) ? manifest.stringData : {}).map(
            ([key, value]) => [key, Buffer.from(String(value)).toString("base64")],
        );
        const data = { ...(isProperties(manifest.data) ? manifest.data : {}), ...Object.fromEntries(encoded) };
        return { ...withName, type: manifest.type ?? "Opaque", data };
    }
    return withName;
}
