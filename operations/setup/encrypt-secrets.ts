/**
 * A stack's secrets for its repository: templates filled with their values and encrypted for the stack's age key by
 * sops. A value is never on a command line and never in a file: it reaches sops through a pipe.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { askedValues, filled, type SecretValues, secretTemplates, valueMistake } from "./secret-template";

/** What is encrypted, for whom, by what. */
export interface EncryptSecretsArgs {
    /** Folder of the repository with `.sops.yaml` and `base/secrets`. */
    readonly gitops: string;
    /** Folder of the stack in it, e.g. `oci-free`. */
    readonly stack: string;
    /** Public half of the stack's age key, `age1...`. */
    readonly recipient: string;
    /** By `SECRET/KEY`, e.g. `operator-oauth/client_id`. */
    readonly values: SecretValues;
    /**
     * Private half of the stack's age key: with it, a file that says the same already is left as it is. Without it
     * every file is written anew, since sops encrypts the same value differently each time.
     */
    readonly identity?: string;
    /** The sops binary. Default: `sops` on PATH. */
    readonly sops?: string;
}

/** What became of the files, each by its name in the stack's folder of secrets. */
export interface EncryptedSecrets {
    readonly written: readonly string[];
    readonly unchanged: readonly string[];
    /** Files of secrets no template asks for any more; they are gone. */
    readonly removed: readonly string[];
}

const encryptedSuffix = ".enc.yaml";

/**
 * Fills the templates and writes `*.enc.yaml` and the kustomization that lists them. Run twice with the key, it changes
 * nothing.
 *
 * @throws Error naming every value that is missing, every value nobody asks for, every one that cannot be right, or what
 *     sops says; nothing is written then.
 */
export async function encryptSecrets(args: EncryptSecretsArgs): Promise<EncryptedSecrets> {
    if (!/^age1[02-9ac-hj-np-z]{58}$/.test(args.recipient)) {
        throw new Error("The recipient must be the public half of an age key, age1 and 58 characters after it.");
    }
    const templates = secretTemplates(join(args.gitops, "base", "secrets"));
    const asked = askedValues(templates);
    const strange = Object.keys(args.values).filter((key) => !asked.includes(key));
    const missing = asked.filter((key) => (args.values[key] ?? "") === "");
    const wrong = Object.entries(args.values).flatMap(([key, value]) =>
        value === "" ? [] : (valueMistake(key, value) ?? []),
    );
    if (missing.length + strange.length + wrong.length > 0) {
        throw new Error(
            [
                ...(missing.length > 0 ? [`No value is given for ${missing.join(", ")}.`] : []),
                ...(strange.length > 0
                    ? [`No secret asks for ${strange.join(", ")}: ${asked.join(", ")} are asked for.`]
                    : []),
                ...wrong,
            ].join(" "),
        );
    }
    const folder = join(args.gitops, args.stack, "secrets");
    mkdirSync(folder, { recursive: true });

    const files = new Map<string, string | undefined>();
    for (const template of templates) {
        const file = `${template.name}${encryptedSuffix}`;
        const wanted = filled(template, args.values);
        const same = await saysTheSame(args, join(folder, file), wanted);
        files.set(file, same ? undefined : await encrypt(args, file, wanted));
    }
    const removed = readdirSync(folder).filter((file) => file.endsWith(encryptedSuffix) && !files.has(file));
    for (const file of removed) {
        rmSync(join(folder, file));
    }
    for (const [file, text] of files) {
        if (text !== undefined) {
            writeFileSync(join(folder, file), text);
        }
    }
    writeFileSync(join(folder, "kustomization.yaml"), kustomization([...files.keys()]));
    const names = [...files];
    return {
        written: names.filter(([, text]) => text !== undefined).map(([file]) => file),
        unchanged: names.filter(([, text]) => text === undefined).map(([file]) => file),
        removed,
    };
}

/** The list of a stack's encrypted files. */
export function kustomization(files: readonly string[]): string {
    return [
        "# Written by `strata setup`.",
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        "kind: Kustomization",
        "resources:",
        ...[...files].sort().map((file) => `    - ${file}`),
        "",
    ].join("\n");
}

/** True where a file is encrypted for the recipient alone and says what is wanted, in clear, already. */
async function saysTheSame(args: EncryptSecretsArgs, path: string, wanted: string): Promise<boolean> {
    if (args.identity === undefined || !existsSync(path)) {
        return false;
    }
    const text = readFileSync(path, "utf8");
    const encrypted = parse(text) as { readonly sops?: { readonly age?: readonly { readonly recipient?: string }[] } };
    if ((encrypted.sops?.age ?? []).map(({ recipient }) => recipient).join() !== args.recipient) {
        return false;
    }
    try {
        const plain: unknown = parse(await decrypt({ ...args, identity: args.identity }, text));
        // The template's own text counts as well: an annotation it has gained is not in the file yet.
        return isDeepStrictEqual(plain, parse(wanted));
    } catch {
        // A file the key does not open, or that was changed by hand, is written anew.
        return false;
    }
}

/** Encrypts one Secret, as YAML, for a recipient. `file` decides which rule of `.sops.yaml` holds. */
export function encrypt(
    args: Pick<EncryptSecretsArgs, "gitops" | "recipient" | "sops">,
    file: string,
    plain: string,
): Promise<string> {
    const config = join(resolve(args.gitops), ".sops.yaml");
    return sops(
        args,
        ["--config", config, "encrypt", "--age", args.recipient, "--filename-override", file, ...formats],
        plain,
    );
}

/**
 * Decrypts what sops encrypted, with an age key.
 *
 * @throws Error with what sops says, e.g. where the key is another one.
 */
export function decrypt(
    args: { readonly identity: string; readonly sops?: string },
    encrypted: string,
): Promise<string> {
    return sops(args, ["decrypt", "--filename-override", "secret.enc.yaml", ...formats], encrypted, {
        SOPS_AGE_KEY: args.identity,
    });
}

/** sops reads its standard input, since 3.10, where a name stands in for a file. */
const formats = ["--input-type", "yaml", "--output-type", "yaml"];

/** Runs sops with a text on its standard input, and no age key of this machine's own. */
function sops(
    args: { readonly sops?: string },
    options: readonly string[],
    input: string,
    environment: Readonly<Record<string, string>> = {},
): Promise<string> {
    const { SOPS_AGE_KEY: _key, SOPS_AGE_KEY_FILE: _file, SOPS_AGE_KEY_CMD: _cmd, ...rest } = process.env;
    return new Promise((done, failed) => {
        const child = spawn(args.sops ?? "sops", [...options], { env: { ...rest, ...environment } });
        const out: Buffer[] = [];
        const err: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
        // A child that ends before it has read everything closes the pipe; its exit code says why.
        child.stdin.on("error", () => undefined);
        child.on("error", () =>
            failed(
                new Error("sops cannot be run: install 3.10 or later, or name its binary (https://getsops.io/docs/)."),
            ),
        );
        child.on("close", (code) => {
            if (code === 0) {
                done(Buffer.concat(out).toString("utf8"));
            } else {
                const said = Buffer.concat(err)
                    .toString("utf8")
                    .trim()
                    .split("\n")
                    .filter((line) => line.trim() !== "");
                failed(new Error(`sops refused (exit code ${code}): ${said.join(" ")}`));
            }
        });
        child.stdin.end(input);
    });
}
