/** What the API server finds wrong with an object, in its words. */
import { at, list, type Properties, type Value } from "../value";
import { isLabelValue, isQualifiedName, quantity, texts } from "./syntax";

/** What a name or label has to look like, as apimachinery's validation says it. Source: pkg/util/validation. */
export const rules = {
    qualifiedName:
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    labelValue:
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    dnsLabel:
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    serviceName:
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    dnsSubdomain:
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
};

/** Collects what is wrong with an object, in the API server's words. */
export class Findings {
    /** The findings, in order. */
    readonly found: string[] = [];

    /** A field that must be there. */
    required(path: string, detail = ""): void {
        this.found.push(`${path}: Required value${detail === "" ? "" : `: ${detail}`}`);
    }

    /** A field whose value cannot be. */
    invalid(path: string, value: unknown, detail: string): void {
        this.found.push(`${path}: Invalid value: ${JSON.stringify(value)}: ${detail}`);
    }
}

/** Labels: keys are qualified names, values are short. */
export function labels(findings: Findings, path: string, map: Value | undefined): void {
    for (const [key, value] of Object.entries(texts(map))) {
        if (!isQualifiedName(key)) {
            findings.invalid(path, key, rules.qualifiedName);
        }
        if (!isLabelValue(value)) {
            findings.invalid(path, value, rules.labelValue);
        }
    }
}

/** A port of TCP or UDP. */
export function portNumber(findings: Findings, path: string, port: Value | undefined): void {
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65535) {
        findings.invalid(path, port ?? null, "must be between 1 and 65535, inclusive");
    }
}

/** The spec of a claim. */
export function claim(findings: Findings, path: string, value: Value | undefined): void {
    const modes = list(value, "accessModes");
    if (modes.length === 0) {
        findings.required(`${path}.accessModes`, "at least 1 access mode is required");
    }
    for (const mode of modes.filter(
        (each) => !["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"].includes(String(each)),
    )) {
        findings.found.push(
            `${path}.accessModes: Unsupported value: "${String(mode)}": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"`,
        );
    }
    const storage = at(value, "resources.requests.storage");
    if (storage === undefined) {
        findings.required(`${path}.resources[storage]`);
    } else if (quantity(storage) === undefined) {
        findings.invalid(
            `${path}.resources[storage]`,
            storage,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        );
    }
}

/** Fields that keep the value they were made with. */
export function immutable(
    findings: Findings,
    manifest: Properties,
    old: Properties | undefined,
    paths: readonly string[],
    words: string,
): void {
    for (const path of old === undefined ? [] : paths) {
        if (JSON.stringify(at(old, path) ?? null) !== JSON.stringify(at(manifest, path) ?? null)) {
            findings.found.push(
                `${path}: ${words.startsWith("field") ? `Invalid value: ${words}` : `Forbidden: ${words}`}`,
            );
        }
    }
}
