/** Patches: the program sets fields of an object somebody else made. */
import type { ResourceBehaviour } from "../world/behaviour";
import { update } from "../world/kubernetes/api";
import type { Cluster } from "../world/kubernetes/cluster";
import type { TokenKind } from "../world/kubernetes/kinds";
import { idOf, type KubeObject, shown } from "../world/kubernetes/objects";
import { Refusal } from "../world/refusal";
import { isProperties, type Properties, text } from "../world/value";
import type { Connection } from "./kubernetes";

/** The behaviour of the patch form of a kind. Deleting it leaves the object. */
export function patchBehaviour(connection: Connection, token: TokenKind): ResourceBehaviour {
    const find = (cluster: Cluster, inputs: Properties): KubeObject => {
        const name = text(inputs, "metadata.name") ?? "";
        const kind = cluster.kind(token.apiVersion, token.kind);
        const namespace = kind?.namespaced === true ? (text(inputs, "metadata.namespace") ?? "default") : "";
        const object = cluster.objects.find(token.apiVersion, token.kind, namespace, name);
        if (object === undefined) {
            throw new Refusal(`${kind?.plural ?? token.kind} "${name}" not found`, "Kubernetes API server");
        }
        return object;
    };
    return {
        async create(inputs, operation) {
            const cluster = connection.demand(operation.provider);
            const object = find(cluster, inputs);
            await update(cluster, object, laid(object.manifest, inputs), (step) => operation.takes(step));
            return { id: idOf(object), outputs: shown(object) };
        },
        async read(id, _state, inputs, operation) {
            const found = connection.reach(operation.provider);
            if (found instanceof Refusal) {
                return undefined;
            }
            return { id, outputs: shown(find(found, inputs)), inputs };
        },
        async update(_id, _old, inputs, operation) {
            const cluster = connection.demand(operation.provider);
            const object = find(cluster, inputs);
            await update(cluster, object, laid(object.manifest, inputs), (step) => operation.takes(step));
            return shown(object);
        },
        async delete() {},
        deterministicId: (inputs) => text(inputs, "metadata.name"),
    };
}

function laid(base: Properties, patch: Properties): Properties {
    return Object.fromEntries(
        [...new Set([...Object.keys(base), ...Object.keys(patch)])].map((key) => {
            const below = base[key];
            const above = patch[key];
            return [key, isProperties(below) && isProperties(above) ? laid(below, above) : (above ?? below ?? null)];
        }),
    );
}
