/**
 * Flux's kustomize-controller: what a folder of a repository holds is built, decrypted, applied, waited for and pruned.
 * Source: fluxcd/kustomize-controller 1.8, internal/controller and internal/decryptor.
 */
import { posix } from "node:path";
import { Refusal } from "../refusal";
import { identitiesOf } from "../sops/age";
import { isEncrypted, sopsDecrypt } from "../sops/sops";
import { at, isProperties, list, type Properties, text, type Value } from "../value";
import { apply, remove, settleNow } from "./api";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { fluxBuild } from "./flux-build";
import { nobodyLooks, unready } from "./flux-conditions";
import { artifactOf, minutesOf } from "./flux-sources";
import { annotationsOf, idOf, type KubeObject } from "./objects";

const kinds = { source: "source.toolkit.fluxcd.io/v1", kustomize: "kustomize.toolkit.fluxcd.io/v1" } as const;

/** Kustomizations. They apply what they can at once: what is not ready yet is looked at again, as Flux does. */
export const kustomizationController: Controller = {
    awaited: false,
    step: () => "flux/reconcile",
    polls: (object, cluster) => {
        // A new revision of the source is news at once; the interval is for what somebody changed by hand.
        const source = sourceOf(object, cluster);
        const revision = source === undefined ? undefined : artifactOf(source)?.revision;
        return revision !== text(object.status, "lastAppliedRevision")
            ? 0
            : minutesOf(text(object.manifest, "spec.interval") ?? "10m");
    },
    settle: (object, cluster) => {
        const idle = nobodyLooks(cluster, "kustomize-controller");
        return idle === undefined ? reconciled(object, cluster) : { problems: [idle] };
    },
    removed: (object, cluster) => prune(cluster, inventoryOf(object)),
};

function sourceOf(object: KubeObject, cluster: Cluster): KubeObject | undefined {
    const ref = at(object.manifest, "spec.sourceRef");
    const namespace = text(ref, "namespace") ?? object.namespace;
    return cluster.objects.find(kinds.source, text(ref, "kind") ?? "GitRepository", namespace, text(ref, "name") ?? "");
}

function reconciled(object: KubeObject, cluster: Cluster): Outcome {
    const source = sourceOf(object, cluster);
    const name = text(object.manifest, "spec.sourceRef.name") ?? "";
    if (source === undefined) {
        return unready(object, "ArtifactFailed", `GitRepository.source.toolkit.fluxcd.io "${name}" not found`);
    }
    const content = artifactOf(source);
    if (content === undefined) {
        return unready(object, "ArtifactFailed", "Source artifact not found, retrying in 30s");
    }
    const waiting = list(object.manifest, "spec.dependsOn").flatMap((each) => notYet(each, object, cluster));
    if (waiting[0] !== undefined) {
        return unready(object, "DependencyNotReady", waiting[0]);
    }
    let wanted: readonly Properties[];
    try {
        wanted = fluxBuild(content.files, posix.normalize(text(object.manifest, "spec.path") ?? "./"));
    } catch (error) {
        return unready(object, "BuildFailed", `kustomize build failed: ${wordsOf(error)}`);
    }
    const plain = decrypted(wanted, object, cluster);
    if (typeof plain === "string") {
        return unready(object, "BuildFailed", plain);
    }
    return applied(object, cluster, plain, content.revision);
}

function notYet(dependency: Value, object: KubeObject, cluster: Cluster): readonly string[] {
    const namespace = text(dependency, "namespace") ?? object.namespace;
    const name = text(dependency, "name") ?? "";
    const found = cluster.objects.find(kinds.kustomize, "Kustomization", namespace, name);
    return found === undefined
        ? [`dependency '${namespace}/${name}' not found: Kustomization.kustomize.toolkit.fluxcd.io "${name}" not found`]
        : cluster.ready(found)
          ? []
          : [`dependency '${namespace}/${name}' is not ready`];
}

/** The objects with every Secret readable, or why one is not. */
function decrypted(
    objects: readonly Properties[],
    object: KubeObject,
    cluster: Cluster,
): readonly Properties[] | string {
    const secretName = text(object.manifest, "spec.decryption.secretRef.name");
    const wanted = text(object.manifest, "spec.decryption.provider") === "sops";
    const keys = cluster.objects.find("v1", "Secret", object.namespace, secretName ?? "");
    if (wanted && secretName !== undefined && keys === undefined) {
        return `cannot get decryption Secret '${object.namespace}/${secretName}': secrets "${secretName}" not found`;
    }
    const data = keys?.manifest.data;
    const identities = Object.entries(isProperties(data) ? data : {})
        .filter(([entry]) => entry.endsWith(".agekey"))
        .flatMap(([, value]) => identitiesOf(Buffer.from(String(value), "base64").toString("utf8")));
    const plain: Properties[] = [];
    for (const each of objects) {
        const what = `${String(each.kind)}/${text(each, "metadata.namespace") ?? ""}/${text(each, "metadata.name") ?? ""}`;
        if (!isEncrypted(each)) {
            plain.push(each);
        } else if (!wanted) {
            return `${what} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`;
        } else {
            try {
                plain.push(sopsDecrypt(each, identities, false));
            } catch (error) {
                return `error decrypting ${what}: failed to decrypt and convert yaml to json: ${wordsOf(error)}`;
            }
        }
    }
    return plain;
}

/** What others stand on goes first. Source: fluxcd/pkg/ssa, ReconcileOrder. */
const first = ["CustomResourceDefinition", "Namespace", "ClusterRole", "IngressClass", "StorageClass"];

function order(object: Properties): number {
    const place = first.indexOf(String(object.kind));
    return place < 0 ? first.length : place;
}

function applied(object: KubeObject, cluster: Cluster, objects: readonly Properties[], revision: string): Outcome {
    const made: KubeObject[] = [];
    for (const each of [...objects].sort((a, b) => order(a) - order(b))) {
        try {
            made.push(apply(cluster, each));
        } catch (error) {
            if (!(error instanceof Refusal)) {
                throw error;
            }
            const what = `${String(each.kind)}/${[text(each, "metadata.namespace"), text(each, "metadata.name")].filter(Boolean).join("/")}`;
            return unready(object, "ReconciliationFailed", `${what} dry-run failed: ${error.message}`);
        }
    }
    const kept = made.map(entryOf);
    prune(
        cluster,
        at(object.manifest, "spec.prune") === true
            ? inventoryOf(object).filter((entry) => !kept.some((other) => sameEntry(entry, other)))
            : [],
    );
    // Whatever happens from here on, these are the objects that are its own.
    object.status = { ...(object.status ?? {}), inventory: { entries: kept } };
    const failing = settled(cluster, made);
    const unhealthy =
        at(object.manifest, "spec.wait") === true
            ? failing.map((each) => `${each.kind}/${idOf(each)} status: 'InProgress'`)
            : failedChecks(object, cluster);
    if (unhealthy.length > 0) {
        const failed = unready(
            object,
            "HealthCheckFailed",
            `health check failed after ${text(object.manifest, "spec.timeout") ?? "5m"}: timeout waiting for: [${unhealthy.join(", ")}]`,
        );
        const reasons = failing.flatMap((each) => each.problems.map((words) => `${each.kind} ${idOf(each)}: ${words}`));
        return {
            ...failed,
            problems: [...failed.problems, ...reasons],
            status: { ...object.status, ...failed.status },
        };
    }
    return {
        problems: [],
        status: {
            observedGeneration: object.generation,
            lastAppliedRevision: revision,
            lastAttemptedRevision: revision,
            inventory: { entries: kept },
            conditions: [
                {
                    type: "Ready",
                    status: "True",
                    reason: "ReconciliationSucceeded",
                    message: `Applied revision: ${revision}`,
                },
            ],
        },
    };
}

/** What `healthChecks` names and is not there, or not ready. With `wait` nobody looks at them. */
function failedChecks(object: KubeObject, cluster: Cluster): readonly string[] {
    return list(object.manifest, "spec.healthChecks").flatMap((check) => {
        const [apiVersion, kind, namespace, name] = ["apiVersion", "kind", "namespace", "name"].map(
            (key) => text(check, key) ?? "",
        ) as [string, string, string, string];
        const found = cluster.objects.find(apiVersion, kind, namespace, name);
        const status = found === undefined ? "NotFound" : cluster.ready(found) ? "Current" : "InProgress";
        const what = [kind, namespace, name].filter((part) => part !== "").join("/");
        return status === "Current" ? [] : [`${what} status: '${status}'`];
    });
}

/** Lets the controllers look at what was applied until nothing changes any more; what is not ready then. */
function settled(cluster: Cluster, made: readonly KubeObject[]): readonly KubeObject[] {
    let failing = made.filter((each) => !cluster.ready(each));
    for (;;) {
        for (const each of failing) {
            settleNow(cluster, each);
        }
        const left = failing.filter((each) => !cluster.ready(each));
        if (left.length === 0 || left.length === failing.length) {
            return left;
        }
        failing = left;
    }
}

function entryOf(object: KubeObject): Properties {
    const { apiVersion, kind, namespace, name } = object;
    return { apiVersion, kind, namespace, name };
}

function sameEntry(one: Properties, other: Properties): boolean {
    return ["apiVersion", "kind", "namespace", "name"].every((key) => one[key] === other[key]);
}

function inventoryOf(object: KubeObject): readonly Properties[] {
    return list(object.status, "inventory.entries").filter(isProperties);
}

/** Deletes what is nobody's any more, but for what says it stays. Newest first, so that namespaces go last. */
function prune(cluster: Cluster, entries: readonly Properties[]): void {
    for (const entry of [...entries].reverse()) {
        const found = cluster.objects.find(
            String(entry.apiVersion),
            String(entry.kind),
            String(entry.namespace),
            String(entry.name),
        );
        if (found !== undefined && annotationsOf(found.manifest)["kustomize.toolkit.fluxcd.io/prune"] !== "disabled") {
            remove(cluster, found);
        }
    }
}

function wordsOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
