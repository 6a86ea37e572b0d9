/** What stands behind a kind: who admits its objects, makes them ready and lets them go. */
import type { Properties } from "../value";
import type { Cluster } from "./cluster";
import type { KubeObject } from "./objects";

/** What controllers make of an object, given the cluster as it is now. */
export interface Outcome {
    /** Why it does not become ready, in the real messages; empty where it does. */
    readonly problems: readonly string[];
    readonly status?: Properties;
    /** What the controllers' logs say beside the status; told where the program waits in vain. */
    readonly notes?: readonly string[];
    /** Changes the cluster accordingly; called only where there is no problem. */
    commit?(): void;
}

/** An object on its way to the API server. */
export interface Admission {
    readonly namespace: string;
    readonly name: string;
    readonly manifest: Properties;
    /** What is stored under the name already, where the request is an update. */
    readonly old?: KubeObject;
}

/** The controllers of one kind. */
export interface Controller {
    /** True where the Kubernetes provider waits for such objects by itself; others only by `pulumi.com/waitFor`. */
    readonly awaited: boolean;
    /** Throws a refusal for what the API server or a webhook does not take. */
    admit?(request: Admission, cluster: Cluster): void;
    /** The step of `world/durations.ts` it takes to become ready; undefined where that takes no time worth counting. */
    step?(object: KubeObject, cluster: Cluster): string | undefined;
    settle?(object: KubeObject, cluster: Cluster): Outcome;
    /** Minutes after which what is ready is looked at again; undefined where only a change of the object is news. */
    polls?(object: KubeObject, cluster: Cluster): number | undefined;
    /** Why a deletion would not end, in the real messages; undefined where it does. */
    stuck?(object: KubeObject, cluster: Cluster): string | undefined;
    /** Changes the cluster when the object goes. */
    removed?(object: KubeObject, cluster: Cluster): void;
}

/** The outcome of something that is ready as soon as it is stored. */
export const nothingToDo: Outcome = { problems: [] };
