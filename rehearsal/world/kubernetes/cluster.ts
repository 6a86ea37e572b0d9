/** One living cluster: its objects, its pods, its nodes. */
import type { ClusterBirth, ClusterNode } from "../cluster-birth";
import { Refusal } from "../refusal";
import type { Properties } from "../value";
import { builtinKinds, type Kind } from "./kinds";
import { type KubeObject, ObjectStore } from "./objects";
import type { Pod } from "./pods";
import { chartsRunning, type Surroundings } from "./surroundings";

/** What asks the API server to store an object. */
export interface NewObject {
    readonly kind: Kind;
    readonly namespace: string;
    readonly name: string;
    readonly manifest: Properties;
    readonly owner?: KubeObject;
}

/** A release Helm has installed. */
export interface InstalledRelease {
    readonly namespace: string;
    readonly name: string;
    /** Name of the chart, e.g. `cilium`. */
    readonly chart: string;
    readonly version: string;
    readonly values: Properties;
    /** World minute from which its workloads run; infinite while they do not. */
    readyAt: number;
    problems: readonly string[];
    /** Objects that it brought, which go with it. */
    readonly objects: KubeObject[];
}

/** Namespaces every cluster is born with. */
export const bornNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

/** A cluster of the world. */
export class Cluster {
    readonly objects = new ObjectStore();
    readonly releases: InstalledRelease[] = [];
    /** Kinds brought by custom resource definitions, by `apiVersion/kind`. */
    readonly #customKinds = new Map<string, Kind>();
    #counter = 0;
    #pods: Pod[] = [];

    constructor(
        readonly born: ClusterBirth,
        readonly surroundings: Surroundings,
    ) {
        const namespace = builtinKinds.get("v1/Namespace");
        const serviceAccount = builtinKinds.get("v1/ServiceAccount");
        for (const name of bornNamespaces) {
            if (namespace !== undefined && serviceAccount !== undefined) {
                this.add({
                    kind: namespace,
                    namespace: "",
                    name,
                    manifest: { metadata: { name, labels: { "kubernetes.io/metadata.name": name } } },
                });
                this.add({ kind: serviceAccount, namespace: name, name: "default", manifest: {} });
            }
        }
    }

    /** World minutes, now. */
    get now(): number {
        return this.surroundings.clock.now;
    }

    /** Every pod that runs. */
    get pods(): readonly Pod[] {
        return this.#pods;
    }

    /** Addresses of the site that load balancers claim. */
    get addresses(): Surroundings["network"] {
        return this.surroundings.network;
    }

    /** The kind of that name, undefined where neither the API server nor a definition knows it. */
    kind(apiVersion: string, kind: string): Kind | undefined {
        return builtinKinds.get(`${apiVersion}/${kind}`) ?? this.#customKinds.get(`${apiVersion}/${kind}`);
    }

    /** Lets the API server know a kind, as a custom resource definition does. */
    define(kind: Kind): void {
        this.#customKinds.set(`${kind.apiVersion}/${kind.kind}`, kind);
    }

    /** Takes the kinds of a group's plural away again, with all objects of them. */
    undefine(group: string, plural: string): void {
        for (const [key, kind] of this.#customKinds) {
            if (kind.plural === plural && kind.apiVersion.startsWith(`${group}/`)) {
                this.#customKinds.delete(key);
                for (const object of this.objects.list(kind.apiVersion, kind.kind)) {
                    this.remove(object);
                }
            }
        }
    }

    /** Stores an object that is not ready yet. */
    add(asked: NewObject): KubeObject {
        this.#counter += 1;
        const object: KubeObject = {
            apiVersion: asked.kind.apiVersion,
            kind: asked.kind.kind,
            namespace: asked.kind.namespaced ? asked.namespace : "",
            name: asked.name,
            uid: this.#uid(),
            createdAt: new Date(Date.UTC(2026, 0, 1) + Math.round(this.now * 60_000))
                .toISOString()
                .replace(/\.\d+Z/, "Z"),
            generation: 1,
            resourceVersion: 1000 + this.#counter,
            manifest: asked.manifest,
            status: undefined,
            readyAt: Number.POSITIVE_INFINITY,
            problems: [],
            ...(asked.owner === undefined ? {} : { owner: asked.owner }),
        };
        this.objects.add(object);
        return object;
    }

    /** Changes what is asked of an object. */
    change(object: KubeObject, manifest: Properties): void {
        object.manifest = manifest;
        object.generation += 1;
        this.touch(object);
    }

    /** Counts a change of an object's version. */
    touch(object: KubeObject): void {
        this.#counter += 1;
        object.resourceVersion = 1000 + this.#counter;
    }

    /** Removes an object, its pods and all that belongs to it. */
    remove(object: KubeObject): void {
        this.objects.drop(object);
        this.#pods = this.#pods.filter((pod) => pod.owner !== object);
        for (const owned of this.objects.all.filter((other) => other.owner === object)) {
            this.remove(owned);
        }
    }

    /** Replaces the pods of an owner. */
    run(owner: Pod["owner"], pods: readonly Pod[]): void {
        this.#pods = [...this.#pods.filter((pod) => pod.owner !== owner), ...pods];
    }

    /** True once an object's controllers have made it what it asks for. */
    ready(object: KubeObject): boolean {
        return object.readyAt <= this.now;
    }

    /** Nodes that have joined and are powered on. */
    nodes(): readonly ClusterNode[] {
        return this.born.nodes();
    }

    /** Why a node is not Ready; undefined where it is. */
    nodeProblem(_node: ClusterNode): string | undefined {
        if (this.born.cni !== "none") {
            return undefined;
        }
        return chartsRunning(this, "cilium").length > 0
            ? undefined
            : "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized";
    }

    /** Nodes that are Ready. */
    readyNodes(): readonly ClusterNode[] {
        return this.nodes().filter((node) => this.nodeProblem(node) === undefined);
    }

    /** Refuses a call that names a namespace the cluster does not have. */
    demandNamespace(namespace: string): void {
        if (this.objects.find("v1", "Namespace", "", namespace) === undefined) {
            throw new Refusal(`namespaces "${namespace}" not found`, "Kubernetes: NamespaceLifecycle admission");
        }
    }

    #uid(): string {
        const digits = Array.from({ length: 32 }, () => Math.floor(this.surroundings.random.next() * 16).toString(16));
        const text = digits.join("");
        return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-8${text.slice(17, 20)}-${text.slice(20)}`;
    }
}
