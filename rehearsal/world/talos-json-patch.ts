/** JSON patches (RFC 6902) of a machine configuration: accepted while it is a single document. */
import { parseAllDocuments } from "yaml";
import { Refusal } from "./refusal";
import type { ConfigDocument, ConfigValue } from "./talos-config";

const source = "evanphx/json-patch, as siderolabs/talos: pkg/machinery/config/configpatcher/jsonpatch.go uses it";

/** One operation. */
interface JsonOperation {
    readonly op: string;
    readonly path: string;
    readonly value?: ConfigValue;
}

/** True where a patch is a list of operations rather than a document to merge. */
export function isJsonPatch(text: string): boolean {
    return /^\s*(\[|-\s+["']?(op|path|value)["']?\s*:)/.test(text);
}

/** Reads the operations of a patch. Refuses what is none. */
export function readJsonPatch(text: string): readonly JsonOperation[] {
    const [document] = parseAllDocuments(text);
    const [problem] = document?.errors ?? [];
    const parsed: unknown = document?.toJS({ maxAliasCount: 0 });
    if (problem !== undefined || !Array.isArray(parsed)) {
        throw new Refusal(
            `yaml: ${problem?.message.split("\n")[0] ?? "cannot unmarshal !!map into jsonpatch.Patch"}`,
            source,
        );
    }
    return parsed.map((operation: unknown) => {
        const found = operation as Partial<JsonOperation> | null;
        if (typeof found?.path !== "string" || !found.path.startsWith("/")) {
            throw new Refusal("missing operation path: unexpected kind: unknown operation", source);
        }
        if (!["add", "remove", "replace"].includes(found.op ?? "")) {
            throw new Refusal(`Unexpected kind: ${found.op ?? "unknown"}`, source);
        }
        return { op: found.op ?? "", path: found.path, ...(found.value === undefined ? {} : { value: found.value }) };
    });
}

/** A document with a patch's operations done in order. Refuses a path whose parent is not there. */
export function applyJsonPatch(document: ConfigDocument, text: string): ConfigDocument {
    const copy = structuredClone(document) as Record<string, unknown>;
    for (const { op, path, value } of readJsonPatch(text)) {
        const steps = path
            .slice(1)
            .split("/")
            .map((step) => step.replace(/~1/g, "/").replace(/~0/g, "~"));
        const last = steps.pop() ?? "";
        let parent: unknown = copy;
        for (const step of steps) {
            parent = isContainer(parent) ? parent[step] : undefined;
        }
        const missing = !isContainer(parent) || (op !== "add" && parent[last] === undefined);
        if (!isContainer(parent) || missing) {
            throw new Refusal(`${op} operation does not apply: doc is missing path: "${path}": missing value`, source);
        }
        if (Array.isArray(parent)) {
            const index = last === "-" ? parent.length : Number(last);
            parent.splice(index, op === "add" ? 0 : 1, ...(op === "remove" ? [] : [value]));
        } else if (op === "remove") {
            delete parent[last];
        } else {
            parent[last] = value;
        }
    }
    return copy as ConfigDocument;
}

function isContainer(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null;
}
