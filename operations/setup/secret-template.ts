/** Templates of a stack's secrets: Kubernetes Secrets whose values are empty, and the values that fill them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";

/** A template's name ends so; what is in front of it names the Secret. */
const suffix = ".secret.yaml";

/** One Secret that has to be filled. */
export interface SecretTemplate {
    /** Name of the Secret, e.g. `grafana-cloud`. */
    readonly name: string;
    readonly namespace: string;
    /** Names of its values. */
    readonly keys: readonly string[];
    /** What the comment above it says of where its values come from; undefined where there is none. */
    readonly said: string | undefined;
    /** The template as it is written, comments included. */
    readonly text: string;
}

/** What fills the templates: by `SECRET/KEY`, e.g. `grafana-cloud/TOKEN`. */
export type SecretValues = Readonly<Record<string, string>>;

/**
 * Reads every template of a folder.
 *
 * @throws Error where one is no Secret, has another name than its file, or holds a value: a template is committed.
 */
export function secretTemplates(folder: string): readonly SecretTemplate[] {
    return readdirSync(folder)
        .filter((file) => file.endsWith(suffix))
        .sort()
        .map((file) => readTemplate(file, readFileSync(join(folder, file), "utf8")));
}

function readTemplate(file: string, text: string): SecretTemplate {
    const manifest: unknown = parseDocument(text).toJS();
    const { kind, metadata, stringData, data } = record(manifest);
    const { name, namespace } = record(metadata);
    const wrong = (expected: string) => new Error(`The template ${file} must ${expected}.`);
    if (kind !== "Secret" || typeof namespace !== "string") {
        throw wrong("be a Secret with a namespace");
    }
    if (name !== file.slice(0, -suffix.length)) {
        throw wrong(`be named after its Secret: it holds ${String(name)}`);
    }
    const values = Object.entries(record(stringData));
    if (values.length === 0 || data !== undefined) {
        throw wrong("name its values under stringData");
    }
    const full = values.find(([, value]) => value !== "");
    if (full !== undefined) {
        throw wrong(`hold no value: ${full[0]} has one, and templates are committed as they are`);
    }
    return { name, namespace, keys: values.map(([key]) => key), said: commentAbove(text), text };
}

function commentAbove(text: string): string | undefined {
    const lines = text.split("\n");
    const end = lines.findIndex((line) => !line.startsWith("#"));
    const said = lines.slice(0, end).map((line) => line.replace(/^# ?/, ""));
    return said.length === 0 ? undefined : said.join("\n");
}

function record(value: unknown): Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : {};
}

/** The names of all values the templates ask for, `SECRET/KEY`. */
export function askedValues(templates: readonly SecretTemplate[]): readonly string[] {
    return templates.flatMap(({ name, keys }) => keys.map((key) => `${name}/${key}`));
}

/**
 * Values that are addresses something is posted to, and how such an address looks. Alloy uses each as it is given; the
 * stack's page shows that of metrics whole, and of logs the host alone.
 */
const pushAddresses: Readonly<Record<string, string>> = {
    "grafana-cloud/METRICS_URL": "https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push",
    "grafana-cloud/LOGS_URL": "https://logs-prod-012.grafana.net/loki/api/v1/push",
};

/** Why a value, `SECRET/KEY`, cannot be what is asked for, in one sentence that does not show it; undefined otherwise. */
export function valueMistake(key: string, value: string): string | undefined {
    const example = pushAddresses[key];
    if (example === undefined || (URL.canParse(value) && isPushAddress(new URL(value)))) {
        return undefined;
    }
    return `${key} must be an https address whose path ends in /push, such as ${example}: nothing is added to it, and Grafana Cloud discards what is posted elsewhere.`;
}

function isPushAddress({ protocol, pathname }: URL): boolean {
    return protocol === "https:" && pathname.endsWith("/push");
}

/**
 * A template with its values, as YAML. It exists in memory only.
 *
 * @throws Error naming every value that is missing or empty.
 */
export function filled(template: SecretTemplate, values: SecretValues): string {
    const missing = template.keys.map((key) => `${template.name}/${key}`).filter((key) => (values[key] ?? "") === "");
    if (missing.length > 0) {
        throw new Error(`The Secret ${template.name} cannot be made without ${missing.join(", ")}: give each a value.`);
    }
    const document = parseDocument(template.text);
    for (const key of template.keys) {
        document.setIn(["stringData", key], values[`${template.name}/${key}`]);
    }
    return document.toString({ lineWidth: 0 });
}
