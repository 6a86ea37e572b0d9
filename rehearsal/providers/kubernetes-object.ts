/** Objects of any kind, through the Kubernetes provider. */
import { sameValue } from "../protocol/difference";
import type { Operation, ResourceBehaviour, State } from "../world/behaviour";
import { create, demandKind, placeOf, remove, stillUnready, update } from "../world/kubernetes/api";
import { notReady } from "../world/kubernetes/await";
import type { Cluster } from "../world/kubernetes/cluster";
import { groupOf, type Kind, type TokenKind } from "../world/kubernetes/kinds";
import { idOf, type KubeObject, shown } from "../world/kubernetes/objects";
import { PartialFailure, Refusal } from "../world/refusal";
import { at, isProperties, type Properties, text, UNKNOWN } from "../world/value";
import type { Connection, KubernetesWorld } from "./kubernetes";
import { autonamed, named } from "./kubernetes-naming";
import { patchBehaviour } from "./kubernetes-patch";
import { replacedBy } from "./kubernetes-replacement";

const provider = "pulumi-kubernetes: provider/pkg/provider/provider.go";

/** The behaviour of one kind. */
export function objectBehaviour(connection: Connection, world: KubernetesWorld, token: TokenKind): ResourceBehaviour {
    if (token.patch) {
        return patchBehaviour(connection, token);
    }
    const find = (cluster: Cluster, id: string): KubeObject | undefined => {
        const slash = id.indexOf("/");
        const [namespace, name] = slash < 0 ? ["", id] : [id.slice(0, slash), id.slice(slash + 1)];
        return cluster.objects.find(token.apiVersion, token.kind, namespace, name);
    };
    return {
        check(inputs, old, operation) {
            if (inputs.kind !== undefined && inputs.kind !== UNKNOWN && inputs.kind !== token.kind) {
                return {
                    inputs,
                    failures: [{ property: "kind", reason: `kind must be ${token.kind}, got ${String(inputs.kind)}` }],
                };
            }
            return { inputs: named(inputs, old, operation.name, token, world.random), failures: [] };
        },
        diff: (oldInputs, newInputs) => {
            const keys = new Set([...Object.keys(oldInputs), ...Object.keys(newInputs)]);
            const changes = [...keys].filter((key) => !sameValue(oldInputs[key], newInputs[key]));
            const replaces = replacedBy(token, oldInputs, newInputs);
            const sameName = sameValue(at(oldInputs, "metadata.name"), at(newInputs, "metadata.name"));
            const samePlace = sameValue(at(oldInputs, "metadata.namespace"), at(newInputs, "metadata.namespace"));
            return {
                changes,
                replaces,
                deleteBeforeReplace: replaces.length > 0 && sameName && samePlace && !autonamed(newInputs),
            };
        },
        async create(inputs, operation): Promise<State> {
            const cluster = connection.demand(operation.provider);
            const kind = demandKind(cluster, token.apiVersion, token.kind);
            const object = await create(cluster, kind, inputs, (step) => operation.takes(step));
            return { id: idOf(object), outputs: outputsOf(object, inputs) };
        },
        async read(id, state, inputs, operation) {
            const reached = reachable(connection, operation);
            if (reached === undefined) {
                return undefined;
            }
            const object = find(reached, id);
            if (object === undefined) {
                return undefined;
            }
            const kind = demandKind(reached, token.apiVersion, token.kind);
            const known = Object.keys(inputs).length > 0 ? inputs : importedInputs(object, kind);
            const problems = stillUnready(reached, object);
            if (problems.length > 0) {
                throw new PartialFailure(notReady(object, id, problems), provider, id, outputsOf(object, known));
            }
            return { id, outputs: { ...outputsOf(object, known), ...kept(state) }, inputs: drifted(known, object) };
        },
        async update(id, _old, inputs, operation) {
            const cluster = connection.demand(operation.provider);
            const object = find(cluster, id);
            if (object === undefined) {
                const kind = demandKind(cluster, token.apiVersion, token.kind);
                throw new Refusal(`${kind.plural} "${placeOf(kind, inputs).name}" not found`, "Kubernetes API server");
            }
            await update(cluster, object, inputs, (step) => operation.takes(step));
            return outputsOf(object, inputs);
        },
        async delete(id, _state, operation) {
            const found = connection.reach(operation.provider);
            if (found instanceof Refusal) {
                if (operation.provider.config.deleteUnreachable === true) {
                    return;
                }
                throw new Refusal(
                    'configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
                    provider,
                );
            }
            const object = find(found, id);
            if (object !== undefined) {
                remove(found, object);
            }
        },
        ...(token.kind === "Secret" && groupOf(token.apiVersion) === ""
            ? { secretOutputs: ["data", "stringData"] }
            : {}),
        deterministicId: (inputs) => {
            const name = text(inputs, "metadata.name");
            const namespace = text(inputs, "metadata.namespace");
            return name === undefined ? undefined : namespace === undefined ? name : `${namespace}/${name}`;
        },
    };
}

/** The cluster of a read; undefined where it is gone and the program wants what was in it forgotten. */
function reachable(connection: Connection, operation: Operation): Cluster | undefined {
    const found = connection.reach(operation.provider);
    if (!(found instanceof Refusal)) {
        return found;
    }
    if (operation.provider.config.deleteUnreachable === true) {
        return undefined;
    }
    throw new Refusal(
        'failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"',
        provider,
    );
}

/** Everything the engine keeps of an object: the live object, and the inputs the API server does not show. */
function outputsOf(object: KubeObject, inputs: Properties): Properties {
    const live = shown(object);
    const { stringData } = inputs;
    return stringData === undefined ? live : { ...live, stringData };
}

function kept(state: Properties): Properties {
    return state.stringData === undefined ? {} : { stringData: state.stringData };
}

/** The inputs with what changed behind the program's back: here, what the live object no longer says. */
function drifted(inputs: Properties, object: KubeObject): Properties {
    const live = object.manifest;
    return Object.fromEntries(
        Object.entries(inputs).map(([key, value]) => {
            if (key === "stringData" || key === "apiVersion" || key === "kind") {
                return [key, value];
            }
            const there = live[key];
            return [key, there === undefined ? value : merged(value, there)];
        }),
    );
}

/** The live value of everything the inputs name. */
function merged(asked: Properties[string], live: Properties[string]): Properties[string] {
    if (isProperties(asked) && isProperties(live)) {
        return Object.fromEntries(
            Object.entries(asked).map(([key, value]) => {
                const there = live[key];
                return [key, there === undefined || value === null ? value : merged(value, there)];
            }),
        );
    }
    return sameValue(asked, live) ? asked : hasNulls(asked) ? asked : live;
}

function hasNulls(value: Properties[string]): boolean {
    return (
        value === null ||
        (Array.isArray(value) && value.some(hasNulls)) ||
        (isProperties(value) && Object.values(value).some(hasNulls))
    );
}

/** The inputs of an object that is adopted: all it was asked to be. */
function importedInputs(object: KubeObject, kind: Kind): Properties {
    const { stringData: _hidden, ...manifest } = object.manifest;
    return { apiVersion: kind.apiVersion, kind: kind.kind, ...manifest };
}
