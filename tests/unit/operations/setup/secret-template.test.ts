import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { encryptSecrets } from "../../../../operations/setup/encrypt-secrets";
import { askedValues, filled, secretTemplates, valueMistake } from "../../../../operations/setup/secret-template";
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

test.each([
    ["grafana-cloud/LOGS_URL", "https://logs-prod-012.grafana.net"],
    ["grafana-cloud/LOGS_URL", "logs-prod-012.grafana.net/loki/api/v1/push"],
    ["grafana-cloud/LOGS_URL", "http://logs-prod-012.grafana.net/loki/api/v1/push"],
    ["grafana-cloud/METRICS_URL", "https://prometheus-prod-01-eu-west-0.grafana.net/api/prom"],
    ["grafana-cloud/METRICS_URL", "glc_a-token"],
])("%s that nothing can be posted to is refused, and not shown", (key, value) => {
    const said = valueMistake(key, value) ?? "";
    expect(said).toContain(`${key} must be an https address whose path ends in /push, such as https://`);
    expect(said).not.toMatch(/glc_|grafana\.net[:/]? /);
});

test("addresses that can be posted to pass, and so does everything that is no address", () => {
    const fine = {
        "grafana-cloud/LOGS_URL": "https://logs-prod-012.grafana.net/loki/api/v1/push",
        "grafana-cloud/METRICS_URL": "https://prometheus-prod-01-eu-west-0.grafana.net/api/prom/push",
        "grafana-cloud/TOKEN": "glc_a-token",
    };
    expect(Object.entries(fine).flatMap(([key, value]) => valueMistake(key, value) ?? [])).toEqual([]);
});

test("the examples a person is shown above the question are the ones that pass", () => {
    const said = secretTemplates(own).find(({ name }) => name === "grafana-cloud")?.said ?? "";
    expect(said).toContain("/api/prom/push");
    expect(said).toContain("/loki/api/v1/push");
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

test("encryption refuses an address nothing can be posted to, before anything is written", async () => {
    await expect(
        encryptSecrets({
            gitops: join(projectFolder, "gitops"),
            stack: "oci-free",
            recipient: somebody,
            values: { "grafana-cloud/LOGS_URL": "https://logs-prod-012.grafana.net" },
            sops: "/nonexistent",
        }),
    ).rejects.toThrow("grafana-cloud/LOGS_URL must be an https address whose path ends in /push");
});

test("a recipient that is none is refused: a private key, above all, is never a recipient", async () => {
    await expect(
        encryptSecrets({ gitops: "g", stack: "s", recipient: "AGE-SECRET-KEY-1ABC", values: {}, sops: "/nonexistent" }),
    ).rejects.toThrow("must be the public half of an age key");
});
