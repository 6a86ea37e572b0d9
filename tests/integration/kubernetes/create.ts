/** Objects handed to a real API server, as strictly as it can judge them. */
import { at, isProperties, type Properties, text } from "../../../rehearsal/world/value";
import type { ApiAnswer, KubeApiserver } from "../../harness/kube-apiserver";

/** One object and what the API server says of it. */
export interface Verdict {
    /** e.g. `StatefulSet messaging/rabbitmq`. */
    readonly object: string;
    /** HTTP status; undefined where the server serves no such kind, so that nobody judged. */
    readonly status?: number;
    /** Why it was refused; empty where it was not. */
    readonly refusal: string;
    readonly warnings: readonly string[];
}

/** What pods are made from, and where. */
export interface PodOf {
    readonly name: string;
    readonly namespace: string;
    readonly template: Properties;
    readonly claims: readonly string[];
}

/** How an object is called in a report. */
export function shownName(manifest: Properties): string {
    const namespace = text(manifest, "metadata.namespace");
    const name = text(manifest, "metadata.name") ?? "";
    return `${text(manifest, "kind") ?? ""} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Whether a group is one that comes with the API server itself. */
export function isBuiltin(manifest: Properties): boolean {
    const group = (text(manifest, "apiVersion") ?? "").split("/")[0] ?? "";
    return !group.includes(".") || group.endsWith(".k8s.io");
}

/**
 * Creates one object for real, or only asks whether it could be. A namespace gets its `default` service account, as
 * controllers would give it.
 */
export async function create(server: KubeApiserver, manifest: Properties, dryRun = false): Promise<Verdict> {
    const path = await collection(server, manifest);
    if (path === undefined) {
        return { object: shownName(manifest), refusal: "", warnings: [] };
    }
    const answer = await server.ask("POST", `${path}?fieldValidation=Strict${dryRun ? "&dryRun=All" : ""}`, manifest);
    if (answer.status === 201 && !dryRun && manifest.kind === "Namespace") {
        await giveDefaultAccount(server, text(manifest, "metadata.name") ?? "");
    }
    return verdict(shownName(manifest), answer);
}

/** What the API server would say to the pod a controller makes from a template. */
export async function tryPod(server: KubeApiserver, pod: PodOf): Promise<Verdict> {
    const { name, namespace, template, claims } = pod;
    const spec = isProperties(template.spec) ? template.spec : {};
    const volumes = at(spec, "volumes");
    const manifest: Properties = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { ...(isProperties(template.metadata) ? template.metadata : {}), name, namespace },
        spec: {
            ...spec,
            volumes: [
                ...(Array.isArray(volumes) ? volumes : []),
                ...claims.map((claim) => ({
                    name: claim,
                    persistentVolumeClaim: { claimName: `${claim}-${name}` },
                })),
            ],
        },
    };
    const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
    return verdict(shownName(manifest), await server.ask("POST", path, manifest));
}

function verdict(object: string, { status, body, warnings }: ApiAnswer): Verdict {
    const refused = status !== 201;
    return { object, status, refusal: refused ? String(body.message ?? "") : "", warnings };
}

/** Where objects of a kind are posted to; undefined where the server does not serve it. */
async function collection(server: KubeApiserver, manifest: Properties): Promise<string | undefined> {
    const version = text(manifest, "apiVersion") ?? "";
    const root = version.includes("/") ? `/apis/${version}` : `/api/${version}`;
    const { status, body } = await server.ask("GET", root);
    const resources = status === 200 && Array.isArray(body.resources) ? body.resources : [];
    const found = resources.find(({ kind, name }) => kind === manifest.kind && !String(name).includes("/"));
    if (found === undefined) {
        return undefined;
    }
    const namespace = text(manifest, "metadata.namespace") ?? "default";
    return found.namespaced === true ? `${root}/namespaces/${namespace}/${found.name}` : `${root}/${found.name}`;
}

/** Gives a namespace the service account its pods run as where they name none. */
export async function giveDefaultAccount(server: KubeApiserver, namespace: string): Promise<void> {
    const { status, body } = await server.ask("POST", `/api/v1/namespaces/${namespace}/serviceaccounts`, {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "default" },
    });
    if (status !== 201) {
        throw new Error(`Namespace '${namespace}' gets no default service account: ${String(body.message)}`);
    }
}

/** Pods of the workloads among objects, the first of each. */
export function podsOf(manifests: readonly Properties[]): readonly PodOf[] {
    return manifests.flatMap((manifest) => {
        const template = at(manifest, "spec.template");
        if (!isProperties(template)) {
            return [];
        }
        const claims = at(manifest, "spec.volumeClaimTemplates");
        return [
            {
                name: `${text(manifest, "metadata.name") ?? ""}-0`,
                namespace: text(manifest, "metadata.namespace") ?? "default",
                template,
                claims: (Array.isArray(claims) ? claims : []).map((claim) => text(claim, "metadata.name") ?? ""),
            },
        ];
    });
}
