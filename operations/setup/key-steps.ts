/** Keys, and what is encrypted for them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { sshPublicKey } from "../../config/secrets";
import { decrypt, type EncryptedSecrets, type EncryptSecretsArgs, encryptSecrets } from "./encrypt-secrets";
import type { Asked } from "./prompter";
import { askedValues, secretTemplates, valueMistake } from "./secret-template";
import { keep, type Setting, type Step } from "./setup";
import { sshKeyFile } from "./ssh-key";

/** The key the instances let in: in the config already, in `~/.ssh`, or made. */
export const sshKeyStep: Step = {
    name: "SSH Keys",
    run: async (setting) => {
        const { values, home, stack, tell } = setting;
        const step = "SSH Keys";
        const key = "strata:sshPrivateKey";
        if (sshPublicKey(values.get(key) ?? "") !== undefined) {
            tell({ step, outcome: "found", said: `${key} is in the stack's config` });
            return;
        }
        const file = sshKeyFile(home, stack);
        // The engine takes the last line break off what it reads, so the comparison of a next run does as well.
        await keep(setting, key, file.privateKey.trimEnd(), true);
        tell({ step, outcome: file.outcome, said: `${file.path}, kept as ${key}, encrypted` });
    },
};

async function ageKeyOf(setting: Setting): Promise<{ readonly identity: string; readonly recipient: string }> {
    const { values, tell } = setting;
    const step = "Age Key";
    const key = "strata:ageKey";
    const { generateIdentity, identityToRecipient } = await import("age-encryption");
    const known = values.get(key);
    const identity = known ?? (await generateIdentity());
    const outcome = known === undefined ? "made" : "found";
    const recipient = await identityToRecipient(identity).catch(() => {
        throw new Error(`${key} is no age key: remove it (\`pulumi config rm ${key}\`), and the next run makes one.`);
    });
    await keep(setting, key, identity, true);
    tell({ step, outcome, said: `${recipient}, its private half kept as ${key}, encrypted` });
    return { identity, recipient };
}

/** What encrypts and decrypts; sops by default. */
export interface Cipher {
    readonly encrypt: (args: EncryptSecretsArgs) => Promise<EncryptedSecrets>;
    readonly decrypt: (args: { readonly identity: string }, encrypted: string) => Promise<string>;
}

const sops: Cipher = { encrypt: encryptSecrets, decrypt };

/** Values that were encrypted by an earlier run, by `SECRET/KEY`. */
async function encryptedValues(
    folder: string,
    identity: string,
    { decrypt: open }: Cipher,
): Promise<ReadonlyMap<string, string>> {
    const suffix = ".enc.yaml";
    const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((file) => file.endsWith(suffix)) : [];
    const found = new Map<string, string>();
    for (const file of files) {
        const plain = await open({ identity }, fs.readFileSync(path.join(folder, file), "utf8")).catch(() => undefined);
        // Encrypted for somebody else's key, as in a copied repository: its values are asked for again.
        const { stringData = {} } = (plain === undefined ? {} : parse(plain)) as {
            readonly stringData?: Readonly<Record<string, string>>;
        };
        for (const [key, value] of Object.entries(stringData)) {
            found.set(`${file.slice(0, -suffix.length)}/${key}`, value);
        }
    }
    return found;
}

/** Asks for what the templates want and no file has; a stack's repository holds it encrypted from then on. */
export function secretsStep(gitopsPath: string, cipher: Cipher = sops): Step {
    return {
        name: "Age Key, Encrypt Secrets",
        run: async (setting) => {
            const { identity, recipient } = await ageKeyOf(setting);
            const step = "Encrypt Secrets";
            const gitops = path.join(setting.folder, path.dirname(gitopsPath));
            const stack = path.basename(gitopsPath);
            const templates = secretTemplates(path.join(gitops, "base", "secrets"));
            const known = await encryptedValues(path.join(gitops, stack, "secrets"), identity, cipher);
            const values: Record<string, string> = {};
            let asked = 0;
            const shown = new Set<string>();
            const question = (key: string): Asked => {
                const [name = ""] = key.split("/");
                const said = shown.has(name) ? undefined : templates.find((each) => each.name === name)?.said;
                shown.add(name);
                return {
                    message: `Secret ${key}`,
                    secret: true,
                    check: (answer) =>
                        answer.trim() === "" ? "An answer is needed." : (valueMistake(key, answer.trim()) ?? true),
                    ...(said === undefined ? {} : { before: said }),
                };
            };
            for (const key of askedValues(templates)) {
                const before = known.get(key);
                // What an earlier run took and nothing can be posted to is asked for again.
                const there = valueMistake(key, before ?? "") === undefined ? before : undefined;
                values[key] = there ?? (await setting.prompter(question(key)));
                asked += there === undefined ? 1 : 0;
            }
            const { written, unchanged, removed } = await cipher.encrypt({
                gitops,
                stack,
                recipient,
                values,
                identity,
            });
            const changed = [...written, ...removed];
            setting.tell({
                step,
                outcome: asked > 0 ? "asked" : changed.length > 0 ? "written" : "found",
                said:
                    changed.length > 0
                        ? `${changed.join(", ")} in ${gitopsPath}/secrets: commit and push`
                        : `${unchanged.length} files in ${gitopsPath}/secrets are up to date`,
            });
        },
    };
}
