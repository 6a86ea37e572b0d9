import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { decrypt, encryptSecrets } from "../../../operations/setup/encrypt-secrets";
import { askedValues, secretTemplates } from "../../../operations/setup/secret-template";
import { ageDecrypt, ageEncrypt, ageKey, recipientOf } from "../../../rehearsal/world/sops/age";
import { readYaml, sopsDecrypt, sopsEncrypt } from "../../../rehearsal/world/sops/sops";
import { goTool, needsGoTools } from "../../harness/go-tool";
import { projectFolder } from "../../harness/stack-config";
import { built, gitopsCopy, kustomize, sops } from "./tools";

const own = ageKey();
const other = ageKey();
/** What a value is in these tests: an address where one is asked for, since no other is taken. */
const testValue = (key: string) => (key.endsWith("_URL") ? `https://value-of.example/${key}/push` : `value of ${key}`);
const values = Object.fromEntries(
    askedValues(secretTemplates(join(projectFolder, "gitops", "base", "secrets"))).map((key) => [key, testValue(key)]),
);

describe("the real sops", () => {
    needsGoTools(sops, kustomize);
    let binary = "";
    beforeAll(async () => {
        binary = await goTool(sops).catch(() => "");
    });

    const encrypt = (gitops: string, more: object = {}) =>
        encryptSecrets({
            gitops,
            stack: "oci-free",
            recipient: own.recipient,
            identity: own.identity,
            values,
            sops: binary,
            ...more,
        });

    test("encrypts every template, hides every value, and gives each back to the key", async () => {
        const gitops = gitopsCopy();
        const { written } = await encrypt(gitops);
        expect(written).toEqual(["grafana-cloud.enc.yaml", "operator-oauth.enc.yaml"]);
        for (const file of written) {
            const text = readFileSync(join(gitops, "oci-free", "secrets", file), "utf8");
            expect(text).not.toMatch(/value[ -]of/);
            const name = file.replace(".enc.yaml", "");
            // The rest stays readable: a review sees what a commit changes.
            expect(text).toContain(`name: ${name}`);
            const { stringData } = parse(await decrypt({ identity: own.identity, sops: binary }, text));
            expect(stringData).toEqual(
                Object.fromEntries(Object.keys(stringData).map((key) => [key, testValue(`${name}/${key}`)])),
            );
        }
    });

    test("refuses another key", async () => {
        const gitops = gitopsCopy();
        await encrypt(gitops);
        const text = readFileSync(join(gitops, "oci-free/secrets/operator-oauth.enc.yaml"), "utf8");
        await expect(decrypt({ identity: other.identity, sops: binary }, text)).rejects.toThrow(
            /sops refused .*no identity matched any of the recipients/,
        );
    });

    test("run twice with the key, setup changes nothing; with another value, that file alone", async () => {
        const gitops = gitopsCopy();
        await encrypt(gitops);
        const folder = join(gitops, "oci-free", "secrets");
        const contents = () => readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
        const before = contents();
        expect((await encrypt(gitops)).written).toEqual([]);
        expect(contents()).toEqual(before);
        const next = { values: { ...values, "grafana-cloud/TOKEN": "another" } };
        expect((await encrypt(gitops, next)).written).toEqual(["grafana-cloud.enc.yaml"]);
    });

    test("a template that has changed is written anew, with the values that are known", async () => {
        const gitops = gitopsCopy();
        await encrypt(gitops);
        const template = join(gitops, "base/secrets/operator-oauth.secret.yaml");
        writeFileSync(template, readFileSync(template, "utf8").replace("prune: disabled", "prune: enabled"));
        expect((await encrypt(gitops)).written).toEqual(["operator-oauth.enc.yaml"]);
        expect((await encrypt(gitops)).written).toEqual([]);
    });

    test("for another recipient everything is written anew, and what no template asks for goes", async () => {
        const gitops = gitopsCopy();
        await encrypt(gitops);
        writeFileSync(join(gitops, "oci-free/secrets/old.enc.yaml"), "kind: Secret\n");
        const { written, removed } = await encrypt(gitops, { recipient: other.recipient, identity: other.identity });
        expect(written).toHaveLength(2);
        expect(removed).toEqual(["old.enc.yaml"]);
    });

    test("kustomize sorts what was encrypted, so its sum no longer holds; Flux reads it all the same", async () => {
        const gitops = gitopsCopy();
        await encrypt(gitops);
        const texts = (await built(join(gitops, "oci-free", "secrets"))).split("\n---\n");
        expect(texts).toHaveLength(2);
        const [first = ""] = texts;
        await expect(decrypt({ identity: own.identity, sops: binary }, first)).rejects.toThrow("MAC mismatch");
        expect(sopsDecrypt(readYaml(first), [own.identity], false)).toMatchObject({
            stringData: { TOKEN: "value of grafana-cloud/TOKEN" },
        });
    });

    test("reads what the rehearsed world encrypts, and the world what sops encrypts", async () => {
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "a" },
            stringData: { k: "hush: #1", n: "2" },
        };
        const hidden = stringify(sopsEncrypt(secret, own.recipient, "^(data|stringData)$"));
        expect(parse(await decrypt({ identity: own.identity, sops: binary }, hidden))).toEqual(secret);
        const gitops = gitopsCopy();
        await encrypt(gitops);
        const text = readFileSync(join(gitops, "oci-free/secrets/operator-oauth.enc.yaml"), "utf8");
        expect(sopsDecrypt(readYaml(text), [own.identity])).toMatchObject({
            stringData: { client_id: "value of operator-oauth/client_id" },
        });
    });
});

describe("the real age", () => {
    const run = promisify(execFile);

    test("makes keys the world reads, and each opens what the other closes", async (context) => {
        const keygen = await run("age-keygen", []).catch(() => undefined);
        if (keygen === undefined) {
            context.skip("there is no age-keygen on PATH");
            return;
        }
        const identity = /AGE-SECRET-KEY-1\S+/.exec(keygen.stdout)?.[0] ?? "";
        const recipient = recipientOf(identity);
        expect(keygen.stdout).toContain(recipient);

        const closing = run("age", ["--armor", "-r", recipient]);
        closing.child.stdin?.end("hush");
        expect(ageDecrypt((await closing).stdout, [identity])?.toString()).toBe("hush");

        const opening = run("bash", ["-c", 'age -d -i <(printf %s "$IDENTITY")'], {
            env: { ...process.env, IDENTITY: identity },
        });
        opening.child.stdin?.end(ageEncrypt(Buffer.from("hush"), recipient));
        expect((await opening).stdout).toBe("hush");
    });
});
