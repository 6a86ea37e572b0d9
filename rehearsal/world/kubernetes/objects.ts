/** The objects an API server stores. */
import { isProperties, type Properties, text, type Value } from "../value";
import { texts } from "./syntax";

/** An object of a cluster. */
export interface KubeObject {
    readonly apiVersion: string;
    readonly kind: string;
    /** Empty for kinds without namespace. */
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly createdAt: string;
    /** Counts the changes of what was asked. */
    generation: number;
    resourceVersion: number;
    /** What was asked, with the metadata completed; without status. */
    manifest: Properties;
    status: Properties | undefined;
    /** World minute from which it is ready; infinite while it is not. */
    readyAt: number;
    /** Why it is not ready, in the controllers' words. */
    problems: readonly string[];
    /** The object it belongs to and goes with. */
    readonly owner?: KubeObject;
}

/** Labels of an object. */
export function labelsOf(object: KubeObject): Readonly<Record<string, string>> {
    return texts(isProperties(object.manifest.metadata) ? object.manifest.metadata.labels : undefined);
}

/** Annotations of an object or of inputs. */
export function annotationsOf(manifest: Properties): Readonly<Record<string, string>> {
    return texts(isProperties(manifest.metadata) ? manifest.metadata.annotations : undefined);
}

/** `namespace/name`, or the name alone: what the Kubernetes provider uses as id. */
export function idOf(object: { readonly namespace: string; readonly name: string }): string {
    return object.namespace === "" ? object.name : `${object.namespace}/${object.name}`;
}

/** The object as the API server shows it. */
export function shown(object: KubeObject): Properties {
    const asked = isProperties(object.manifest.metadata) ? object.manifest.metadata : {};
    const metadata: Properties = {
        ...asked,
        name: object.name,
        ...(object.namespace === "" ? {} : { namespace: object.namespace }),
        uid: object.uid,
        resourceVersion: String(object.resourceVersion),
        creationTimestamp: object.createdAt,
        generation: object.generation,
    };
    return {
        ...object.manifest,
        apiVersion: object.apiVersion,
        kind: object.kind,
        metadata,
        ...(object.status === undefined ? {} : { status: object.status }),
    };
}

/** Objects by API group, kind, namespace and name. Versions of a group show the same objects. */
export class ObjectStore {
    readonly #objects = new Map<string, KubeObject>();

    /** All objects, oldest first. */
    get all(): readonly KubeObject[] {
        return [...this.#objects.values()];
    }

    /** The object of that name, undefined where there is none. */
    find(apiVersion: string, kind: string, namespace: string, name: string): KubeObject | undefined {
        return this.#objects.get(key(apiVersion, kind, namespace, name));
    }

    /** All objects of a kind, of one namespace where one is named. */
    list(apiVersion: string, kind: string, namespace?: string): readonly KubeObject[] {
        return this.all.filter(
            (object) =>
                object.kind === kind &&
                object.apiVersion.split("/")[0] === apiVersion.split("/")[0] &&
                (namespace === undefined || object.namespace === namespace),
        );
    }

    /** Stores an object. */
    add(object: KubeObject): void {
        this.#objects.set(key(object.apiVersion, object.kind, object.namespace, object.name), object);
    }

    /** Drops an object. */
    drop(object: KubeObject): void {
        this.#objects.delete(key(object.apiVersion, object.kind, object.namespace, object.name));
    }
}

function key(apiVersion: string, kind: string, namespace: string, name: string): string {
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    return `${group}|${kind}|${namespace}|${name}`;
}

/** Name of the object that inputs ask for, undefined while it is not known. */
export function nameOf(inputs: Properties): string | undefined {
    return text(inputs, "metadata.name");
}

/** A deep copy without entries that are null: the API server does not store them. */
export function withoutNulls(value: Value): Value {
    if (Array.isArray(value)) {
        return value.map(withoutNulls);
    }
    return isProperties(value)
        ? Object.fromEntries(
              Object.entries(value)
                  .filter(([, entry]) => entry !== null)
                  .map(([name, entry]) => [name, withoutNulls(entry)]),
          )
        : value;
}
