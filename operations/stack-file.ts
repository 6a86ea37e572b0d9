/** A stack's file as it was written: the keys it sets, and what is wrong with it before any section is judged. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { report } from "../config/mistake";
import { secretKeys } from "../config/secrets";

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

/** True for a value Pulumi encrypted: `{ secure: ... }`. */
export function isEncrypted(value: unknown): boolean {
    return typeof value === "object" && value !== null && "secure" in value;
}

/** Secrets that are not encrypted, one sentence each. What they are is shown to nobody. */
function secretsInClear(stack: string, config: Readonly<Record<string, unknown>>): readonly string[] {
    return Object.entries(config)
        .filter(([key, value]) => secrets.includes(key) && value !== null && !isEncrypted(value))
        .map(
            ([key]) =>
                `${key} stands there in clear: encrypt it with \`pulumi config set --secret ${key} --stack ${stack}\`, and draw a new one if anybody else has seen the file.`,
        );
}

/**
 * The keys a stack's file sets, encrypted ones as they stand there.
 *
 * @throws Error with every mistake of the file.
 */
export function readStackFile(stack: string, folder: string): Readonly<Record<string, unknown>> {
    const text = fs.readFileSync(path.join(folder, `Pulumi.${stack}.yaml`), "utf8");
    const read = parse(text) as { config?: Record<string, unknown> } | null;
    const config = read?.config ?? {};
    const mistakes = secretsInClear(stack, config);
    if (mistakes.length > 0) {
        throw new Error(report(stack, mistakes));
    }
    return config;
}
