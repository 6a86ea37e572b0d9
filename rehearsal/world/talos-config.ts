/** Machine configuration documents and patches as Talos reads them: strict about keys and kinds, merged by its rules. */
import { parseAllDocuments, stringify } from "yaml";
import { Refusal } from "./refusal";
import keys from "./talos-config-keys.json";
import { applyJsonPatch, isJsonPatch } from "./talos-json-patch";

/** A value of a configuration document. */
export type ConfigValue = null | boolean | number | string | readonly ConfigValue[] | ConfigDocument;

/** A document, or a map inside one. */
export interface ConfigDocument {
    readonly [key: string]: ConfigValue;
}

/** Kind of value by key: the name of a scalar, a list of its one element, a map, or `*` for any key. */
type Shape = unknown;

const documentShapes: Readonly<Record<string, Shape>> = keys.documents;

const decoding = "siderolabs/talos: pkg/machinery/config/configloader/internal/decoder";

/** True for a map. */
export function isDocument(value: unknown): value is ConfigDocument {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path such as `machine.network`, undefined where there is none. */
export function valueAt(document: ConfigValue | undefined, path: string): ConfigValue | undefined {
    let current: ConfigValue | undefined = document;
    for (const key of path.split(".")) {
        if (!isDocument(current)) {
            return undefined;
        }
        current = current[key];
    }
    return current;
}

/** The text at a path, undefined where there is none. */
export function textAt(document: ConfigValue | undefined, path: string): string | undefined {
    const found = valueAt(document, path);
    return typeof found === "string" ? found : undefined;
}

/** The list at a path, empty where there is none. */
export function listAt(document: ConfigValue | undefined, path: string): readonly ConfigValue[] {
    const found = valueAt(document, path);
    return Array.isArray(found) ? found : [];
}

/** The kind of document it is: `v1alpha1`, or the `kind` of a document of its own. */
export function documentKind(document: ConfigDocument): string {
    return typeof document.kind === "string" ? document.kind : "v1alpha1";
}

/**
 * Reads YAML documents. Refuses what is not YAML, kinds there are none of, and keys and kinds of values the machine
 * configuration does not have.
 */
export function readDocuments(text: string): ConfigDocument[] {
    const parsed = parseAllDocuments(text);
    if (!Array.isArray(parsed)) {
        return [];
    }
    return parsed.flatMap((document) => {
        const [problem] = document.errors;
        if (problem !== undefined) {
            throw new Refusal(`yaml: ${problem.message.split("\n")[0]}`, decoding);
        }
        const value: unknown = document.toJS();
        if (value === null) {
            return [];
        }
        if (!isDocument(value)) {
            throw new Refusal("document is not a mapping", decoding);
        }
        checkKeys(value);
        return [value];
    });
}

/** Refuses keys and values that the document's kind does not have. */
function checkKeys(document: ConfigDocument): void {
    const kind = documentKind(document);
    const shape = documentShapes[kind];
    if (shape === undefined) {
        throw new Refusal(
            `"${kind}" "${String(document.apiVersion ?? "")}": not registered`,
            "siderolabs/talos: pkg/machinery/config/internal/registry",
        );
    }
    const unknown = strangers(document, shape, kind);
    if (unknown !== undefined) {
        throw new Refusal(
            `unknown keys found during decoding:\n${stringify(unknown, { indent: 4 })}`,
            `${decoding}/unknown_keys.go`,
        );
    }
}

/** The part of a value whose keys are not known, undefined where all are. Refuses a value of the wrong kind. */
function strangers(value: ConfigValue, shape: Shape, path: string): ConfigValue | undefined {
    if (value === null || shape === "any") {
        return undefined;
    }
    if (typeof shape === "string") {
        checkScalar(value, shape, path);
        return undefined;
    }
    if (Array.isArray(shape)) {
        if (!Array.isArray(value)) {
            // The patch directive `$patch: delete` stands where a list would.
            return isDocument(value) && "$patch" in value ? undefined : wrong(value, "a list", path);
        }
        const found = value.flatMap((item: ConfigValue) => strangers(item, shape[0], path) ?? []);
        return found.length === 0 ? undefined : found;
    }
    if (!isDocument(shape)) {
        return undefined;
    }
    if ("$one of" in shape) {
        return undefined;
    }
    if (!isDocument(value)) {
        return wrong(value, "a map", path);
    }
    const any = (shape as { readonly [key: string]: Shape })["*"];
    const found = Object.entries(value).flatMap(([key, inner]) => {
        if (key === "$patch") {
            return [];
        }
        const known: Shape = any ?? (shape as { readonly [key: string]: Shape })[key];
        if (known === undefined) {
            return [[key, inner] as const];
        }
        const below = strangers(inner, known, `${path}.${key}`);
        return below === undefined ? [] : [[key, below] as const];
    });
    return found.length === 0 ? undefined : Object.fromEntries(found);
}

const goKinds: Readonly<Record<string, string>> = {
    boolean: "bool",
    integer: "int",
    number: "float64",
    string: "string",
};

function checkScalar(value: ConfigValue, kind: string, path: string): void {
    const fits =
        kind === "string"
            ? typeof value !== "object"
            : kind === "boolean"
              ? typeof value === "boolean"
              : typeof value === "number";
    if (!fits && !(isDocument(value) && "$patch" in value)) {
        wrong(value, goKinds[kind] ?? kind, path);
    }
}

function wrong(value: ConfigValue, kind: string, path: string): never {
    const tag = Array.isArray(value)
        ? "!!seq"
        : isDocument(value)
          ? "!!map"
          : typeof value === "string"
            ? "!!str"
            : "!!int";
    const shown = typeof value === "object" ? "" : ` \`${String(value)}\``;
    throw new Refusal(
        `error decoding document ${path}: yaml: unmarshal errors: cannot unmarshal ${tag}${shown} into ${kind}`,
        `${decoding}/decoder.go`,
    );
}

/** Lists a patch replaces rather than appends to (fields Talos tags `merge:"replace"`). */
const replacedLists = new Set([
    "cluster.network.podSubnets",
    "cluster.network.serviceSubnets",
    "cluster.apiServer.auditPolicy",
    "machine.network.interfaces.vlans",
    "machine.logging.destinations",
]);

/** Lists whose elements a patch finds again by a key of theirs. */
const keyedLists: Readonly<Record<string, readonly string[]>> = {
    "machine.network.interfaces": ["interface", "deviceSelector"],
    "cluster.apiServer.admissionControl": ["name"],
};

/** A document with a patch merged into it by the rules of Talos's strategic merge. */
export function merge(base: ConfigValue | undefined, patch: ConfigValue, path = ""): ConfigValue | undefined {
    if (isDocument(patch) && patch.$patch === "delete") {
        return undefined;
    }
    if (Array.isArray(patch) && Array.isArray(base)) {
        return replacedLists.has(path) ? patch : mergeLists(base, patch, path);
    }
    if (!isDocument(patch)) {
        return patch;
    }
    const before = isDocument(base) ? base : {};
    const merged: Record<string, ConfigValue> = { ...before };
    for (const [key, value] of Object.entries(patch)) {
        const result = merge(before[key], value, path === "" ? key : `${path}.${key}`);
        if (result === undefined) {
            delete merged[key];
        } else {
            merged[key] = result;
        }
    }
    return merged;
}

function mergeLists(base: readonly ConfigValue[], patch: readonly ConfigValue[], path: string): ConfigValue[] {
    const identity = keyedLists[path];
    const result = [...base];
    for (const item of patch) {
        const index =
            identity === undefined
                ? -1
                : result.findIndex((other) =>
                      identity.some((key) => {
                          const mine = valueAt(item, key);
                          return mine !== undefined && JSON.stringify(mine) === JSON.stringify(valueAt(other, key));
                      }),
                  );
        const found = index < 0 ? item : merge(result[index], item, path);
        if (found !== undefined) {
            result.splice(index < 0 ? result.length : index, index < 0 ? 0 : 1, found);
        }
    }
    return result;
}

/** A configuration with patches applied in order: each strategic merge documents, or a list of JSON patches. */
export function applyPatches(documents: readonly ConfigDocument[], patches: readonly string[]): ConfigDocument[] {
    let current = [...documents];
    for (const text of patches) {
        if (isJsonPatch(text)) {
            const [only, ...others] = current;
            if (only !== undefined && others.length === 0) {
                const patched = applyJsonPatch(only, text);
                checkKeys(patched);
                current = [patched];
                continue;
            }
            throw new Refusal(
                "JSON6902 patches are not supported for multi-document machine configuration",
                "siderolabs/talos: pkg/machinery/config/configpatcher/apply.go",
            );
        }
        for (const patch of readDocuments(text)) {
            const kind = documentKind(patch);
            const same = (other: ConfigDocument) => documentKind(other) === kind && other.name === patch.name;
            const merged = merge(current.find(same), patch);
            current = isDocument(merged)
                ? current.some(same)
                    ? current.map((other) => (same(other) ? merged : other))
                    : [...current, merged]
                : current.filter((other) => !same(other));
        }
    }
    return current;
}

/** Documents as the text of a machine configuration. */
export function writeDocuments(documents: readonly ConfigDocument[]): string {
    return documents.map((document) => stringify(document, { indent: 4, lineWidth: 0 })).join("---\n");
}
