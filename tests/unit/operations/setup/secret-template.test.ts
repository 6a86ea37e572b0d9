import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { encryptSecrets } from "../../../../operations/setup/encrypt-secrets";
import { askedValues, filled, secretTemplates } from "../../../../operations/setup/secret-template";
import { projectFolder } from "../../../harness/stack-config";

const own = join(projectFolder, "gitops", "base", "secrets");

function folderWith(file: string, text: string): string {
    const folder = mkdtempSync(join(tmpdir(), "templates-"));
    writeFileSync(join(folder, file), text);
    return folder;
}

const secret = (name: string, more: string) =>
    `apiVersion: v1\nkind: Secret\nmetadata:\n    name: ${name}\n    namespace: a\n${more}`;

test("the templates of this project ask for the operator's and Grafana Cloud's credentials", () => {
    expect(askedValues(secretTemplates(own))).toEqual([
        "grafana-cloud/METRICS_URL",
        "grafana-cloud/METRICS_USER",
        "grafana-cloud/LOGS_URL",
        "grafana-cloud/LOGS_USER",
        "grafana-cloud/TOKEN",
        "operator-oauth/client_id",
        "operator-oauth/client_secret",
    ]);
});

test("a template is filled with its values, whatever characters they hold", () => {
    const [template] = secretTemplates(folderWith("a.secret.yaml", secret("a", 'stringData:\n    k: ""\n    n: ""\n')));
    const values = { "a/k": 'with: "quotes" # and\nlines', "a/n": "0123" };
    expect(template && parse(filled(template, values)).stringData).toEqual({
        k: 'with: "quotes" # and\nlines',
        n: "0123",
    });
});

test("a template that holds a value is refused: templates are committed", () => {
    const folder = folderWith("a.secret.yaml", secret("a", "stringData:\n    k: oops\n"));
    expect(() => secretTemplates(folder)).toThrow("must hold no value: k has one");
});

test("a template is named after its Secret", () => {
    const folder = folderWith("b.secret.yaml", secret("a", 'stringData:\n    k: ""\n'));
    expect(() => secretTemplates(folder)).toThrow("must be named after its Secret: it holds a");
});

test("a template that is no Secret, or names no values, is refused", () => {
    expect(() => secretTemplates(folderWith("a.secret.yaml", "kind: ConfigMap\n"))).toThrow(
        "be a Secret with a namesp",
    );
    expect(() => secretTemplates(folderWith("a.secret.yaml", secret("a", "data:\n    k: eA==\n")))).toThrow(
        "name its values under stringData",
    );
});

test("a Secret is not made without all of its values", () => {
    const [template] = secretTemplates(own);
    expect(() => template && filled(template, { "grafana-cloud/TOKEN": "t" })).toThrow(
        "cannot be made without grafana-cloud/METRICS_URL, grafana-cloud/METRICS_USER, grafana-cloud/LOGS_URL, grafana-cloud/LOGS_USER",
    );
});

const somebody = `age1${"q".repeat(58)}`;

test("encryption names every value that is missing and every one nobody asks for, before anything is written", async () => {
    await expect(
        encryptSecrets({
            gitops: join(projectFolder, "gitops"),
            stack: "oci-free",
            recipient: somebody,
            values: { "operator-oauth/client_id": "x", "operator-oauth/clientid": "x" },
            sops: "/nonexistent",
        }),
    ).rejects.toThrow(
        /^No value is given for grafana-cloud\/METRICS_URL, .*operator-oauth\/client_secret\. No secret asks for operator-oauth\/clientid:/,
    );
});

test("a recipient that is none is refused: a private key, above all, is never a recipient", async () => {
    await expect(
        encryptSecrets({ gitops: "g", stack: "s", recipient: "AGE-SECRET-KEY-1ABC", values: {}, sops: "/nonexistent" }),
    ).rejects.toThrow("must be the public half of an age key");
});
