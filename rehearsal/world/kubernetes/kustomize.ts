/**
 * Builds a folder as kustomize does. Only what is understood is built: a field nobody modelled is refused by its name,
 * rather than left out in silence.
 */
import { posix } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Files } from "../git";
import { isProperties, list, type Properties, text, type Value } from "../value";

const understood = [
    "apiVersion",
    "kind",
    "resources",
    "configMapGenerator",
    "generatorOptions",
    "patches",
    "namespace",
];

/** Patches of lists merge by keys in these kinds, by place in none: the world merges no list of theirs. */
const ownKinds = /^(v1|apps\/v1|batch\/v1|networking\.k8s\.io\/v1|rbac\.authorization\.k8s\.io\/v1)$/;

/** Names a kustomization may have, in the order they are looked for. */
const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** The kustomization of a folder; undefined where it has none. */
export function kustomizationOf(
    files: Files,
    place: string,
): { readonly path: string; readonly source: string } | undefined {
    const [found] = fileNames.flatMap((name) => {
        const path = posix.join(place, name);
        const source = files.get(path);
        return source === undefined ? [] : [{ path, source }];
    });
    return found;
}

/** The objects a folder's kustomization makes. Throws in kustomize's words. */
export function kustomizeBuild(files: Files, folder: string): readonly Properties[] {
    const place = posix.normalize(folder).replace(/\/$/, "");
    const own = kustomizationOf(files, place);
    if (own === undefined) {
        throw new Error(
            `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${place}'`,
        );
    }
    const file = own.path;
    const [kustomization = {}] = documentsOf(own.source, file);
    const strange = Object.keys(kustomization).find((key) => !understood.includes(key));
    if (strange !== undefined) {
        throw new Error(
            `${file}: the rehearsed world does not read the field "${strange}"; it reads ${understood.join(", ")}`,
        );
    }
    const resources = list(kustomization, "resources").flatMap((entry) => resource(files, place, String(entry)));
    const generated = list(kustomization, "configMapGenerator").map((entry) =>
        configMap(files, place, entry, kustomization.generatorOptions),
    );
    const made = [...resources, ...generated];
    if (made.length === 0) {
        throw new Error(`kustomization.yaml is empty`);
    }
    const twice = made.find((each, turn) => made.findIndex((other) => sameObject(each, other)) !== turn);
    if (twice !== undefined) {
        throw new Error(`may not add resource with an already registered id: ${nameOf(twice)}`);
    }
    const patched = list(kustomization, "patches").reduce<readonly Properties[]>(
        (objects, patch) => withPatch(files, place, objects, patch),
        made,
    );
    const { namespace } = kustomization;
    return typeof namespace === "string" ? patched.map((each) => inNamespace(each, namespace)) : patched;
}

/** The documents of a file of YAML. Throws in kustomize's words where it is none. */
export function documentsOf(source: string, file: string): readonly Properties[] {
    return parseAllDocuments(source, { schema: "core" }).flatMap((document) => {
        const [error] = document.errors;
        if (error !== undefined) {
            throw new Error(`accumulating resources: MalformedYAMLError: ${error.message} in ${file}`);
        }
        const value: unknown = document.toJS();
        return typeof value === "object" && value !== null ? [value as Properties] : [];
    });
}

function resource(files: Files, place: string, entry: string): readonly Properties[] {
    const path = posix.join(place, entry);
    const source = files.get(path);
    if (source === undefined) {
        if ([...files.keys()].some((each) => each.startsWith(`${path}/`))) {
            return kustomizeBuild(files, path);
        }
        throw new Error(
            `accumulating resources: accumulation err='accumulating resources from '${entry}': evalsymlink failure on '${path}' : lstat ${path}: no such file or directory'`,
        );
    }
    return documentsOf(source, path).map((each) => {
        if (typeof each.kind !== "string" || typeof each.apiVersion !== "string") {
            throw new Error(`missing metadata.name, kind or apiVersion in object of ${path}`);
        }
        return each;
    });
}

/** A generated ConfigMap under its own name: names with a hash would have to be changed wherever they are used. */
function configMap(files: Files, place: string, entry: Value, options: Value | undefined): Properties {
    const name = text(entry, "name") ?? "";
    if (!isProperties(options) || options.disableNameSuffixHash !== true) {
        throw new Error(
            `${place}: the rehearsed world generates ConfigMaps with generatorOptions.disableNameSuffixHash only`,
        );
    }
    const data = list(entry, "files").map((each): [string, string] => {
        const [key = "", path = key] = String(each).split("=");
        const content = files.get(posix.join(place, path));
        if (content === undefined) {
            throw new Error(
                `loading KV pairs: file sources: [${String(each)}]: file not found: ${posix.join(place, path)}`,
            );
        }
        return [posix.basename(key), content];
    });
    const namespace = text(entry, "namespace");
    return {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
        data: Object.fromEntries(data),
    };
}

function withPatch(files: Files, place: string, objects: readonly Properties[], entry: Value): readonly Properties[] {
    const path = posix.join(place, text(entry, "path") ?? "");
    const source = files.get(path);
    if (source === undefined || (isProperties(entry) && Object.keys(entry).some((key) => key !== "path"))) {
        throw new Error(`${place}: the rehearsed world reads patches given by the path of a file only, got ${path}`);
    }
    return documentsOf(source, path).reduce<readonly Properties[]>((before, patch) => {
        if (!before.some((each) => sameObject(each, patch))) {
            throw new Error(
                `no matches for Id ${nameOf(patch)}; failed to find unique target for patch ${nameOf(patch)}`,
            );
        }
        if (ownKinds.test(String(patch.apiVersion)) && hasList(patch)) {
            throw new Error(`${path}: the rehearsed world merges no lists of ${String(patch.kind)} objects`);
        }
        return before.map((each) => (sameObject(each, patch) ? (merged(each, patch) as Properties) : each));
    }, objects);
}

/** Maps merge, null deletes, everything else is replaced: kustomize's merge of a kind whose schema it does not have. */
function merged(base: Value | undefined, patch: Value): Value {
    if (!isProperties(base) || !isProperties(patch)) {
        return patch;
    }
    const entries = Object.entries(patch).map(([key, value]): [string, Value] => [key, merged(base[key], value)]);
    return Object.fromEntries(
        Object.entries({ ...base, ...Object.fromEntries(entries) }).filter(([, value]) => value !== null),
    );
}

function hasList(value: Value): boolean {
    return Array.isArray(value) || (isProperties(value) && Object.values(value).some(hasList));
}

function inNamespace(object: Properties, namespace: string): Properties {
    const metadata = isProperties(object.metadata) ? object.metadata : {};
    return object.kind === "Namespace" ? object : { ...object, metadata: { ...metadata, namespace } };
}

function sameObject(one: Properties, other: Properties): boolean {
    return nameOf(one) === nameOf(other);
}

function nameOf(object: Properties): string {
    const [group] = String(object.apiVersion).split("/");
    return `${String(object.kind)}.${group}/${text(object, "metadata.name") ?? ""}.${text(object, "metadata.namespace") ?? "[noNs]"}`;
}
