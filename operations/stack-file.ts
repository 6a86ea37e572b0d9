/** A stack's file as it was written: the keys it sets, and what is wrong with it before any section is judged. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parseDocument } from "yaml";
import { secretKeys } from "../config/secrets";
import { firstLine } from "../rehearsal/engine/run";

/** Keys of the providers, and of Grafana Cloud, that are secret; the engine takes them in clear without a word. */
const secrets: readonly string[] = [
    "proxmoxve:apiToken",
    "proxmoxve:password",
    "tailscale:apiKey",
    "tailscale:oauthClientSecret",
    "oci:privateKey",
    "oci:privateKeyPassword",
    "grafana:auth",
    ...secretKeys,
];

/** What may stand before a key's colon: the project, the engine, and the providers and services the program speaks to. */
export const namespaces: readonly string[] = [
    "strata",
    "pulumi",
    "command",
    "grafana",
    "kubernetes",
    "oci",
    "proxmoxve",
    "random",
    "tailscale",
    "talos",
    "tls",
];

/** Keys of the file itself (pulumi, sdk/go/common/workspace, ProjectStack). */
const topKeys: readonly string[] = ["config", "secretsprovider", "encryptedkey", "encryptionsalt", "environment"];

/** True for a value Pulumi encrypted: `{ secure: ... }`. */
export function isEncrypted(value: unknown): boolean {
    return typeof value === "object" && value !== null && "secure" in value;
}

/** Secrets that are not encrypted, one sentence each. What they are is shown to nobody. */
function secretsInClear(stack: string, config: Values): readonly string[] {
    return Object.entries(config)
        .filter(([key, value]) => secrets.includes(key) && value !== null && !isEncrypted(value))
        .map(
            ([key]) =>
                `${key} stands there in clear: encrypt it with \`npm run strata -- pulumi config set --secret ${key} --stack ${stack}\`, and draw a new one if anybody else has seen the file.`,
        );
}

type Values = Readonly<Record<string, unknown>>;

/** A stack's file, read. */
export interface StackFile {
    /** Values by whole key, encrypted ones as they stand there. */
    readonly config: Values;
    /** What is wrong with it, one sentence each; the sections are not judged yet. */
    readonly mistakes: readonly string[];
}

/**
 * Reads a stack's file.
 *
 * @param project What a key without a namespace belongs to, as it does to the engine.
 * @throws Error with the line where it is no YAML.
 */
export function readStackFile(stack: string, folder: string, project: string): StackFile {
    const file = `Pulumi.${stack}.yaml`;
    const read = parsed(file, fs.readFileSync(path.join(folder, file), "utf8")) ?? {};
    if (!isMap(read)) {
        return { config: {}, mistakes: ["The file is no map, expected the keys of the stack under config."] };
    }
    const strangers = Object.keys(read)
        .filter((key) => !topKeys.includes(key))
        .map((key) => `${key} is no key of the file: there are ${topKeys.join(", ")}.`);
    const written = read.config ?? {};
    if (!isMap(written)) {
        const noMap = "config is no map, expected a key for each section, e.g. strata:machines.";
        return { config: {}, mistakes: [...strangers, noMap] };
    }
    const config = Object.fromEntries(
        Object.entries(written).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]),
    );
    const mistakes = [
        ...strangers,
        ...Object.keys(written)
            .filter((key) => !key.includes(":") && `${project}:${key}` in written)
            .map((key) => `${project}:${key} is there twice, once as ${key}: keep one.`),
        ...Object.keys(config)
            .filter((key) => !namespaces.includes(key.slice(0, key.indexOf(":"))))
            .map((key) => `${key} belongs to nobody here: before the colon stands one of ${namespaces.join(", ")}.`),
        ...secretsInClear(stack, config),
    ];
    return { config, mistakes };
}

function isMap(value: unknown): value is Values {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a file's text says. The parser shows the lines around a mistake, whatever stands there: only the first is told. */
function parsed(file: string, text: string): unknown {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error !== undefined) {
        const [what = ""] = error.message.split(/ at line \d+|\n/);
        throw new Error(`${file}, line ${error.linePos?.[0].line ?? 1}: ${what.replace(/\.$/, "")}.`);
    }
    try {
        return document.toJS();
    } catch (thrown) {
        throw new Error(`${file}: ${firstLine(thrown)}.`);
    }
}
