import { X509Certificate } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { text } from "../../../../rehearsal/world/value";
import { Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test("secrets are keys and certificates that stand up to a parser", async () => {
    const certificate = (path: string) => new X509Certificate(Buffer.from(text(stage.secrets, path) ?? "", "base64"));
    const authority = certificate("machineSecrets.certs.os.cert");
    const client = certificate("clientConfiguration.clientCertificate");
    expect(authority.ca).toBe(true);
    expect(client.verify(authority.publicKey)).toBe(true);
    expect(client.subject).toBe("O=os:admin");
    expect(text(stage.secrets, "clientConfiguration.caCertificate")).toBe(
        text(stage.secrets, "machineSecrets.certs.os.cert"),
    );
    expect(text(stage.secrets, "machineSecrets.trustdinfo.token")).toMatch(/^[0-9a-f]{6}\.[0-9a-f]{16}$/);
    expect(text(await stage.actor.secrets(), "machineSecrets.cluster.id")).not.toBe(
        text(stage.secrets, "machineSecrets.cluster.id"),
    );
});

test.each([["latest"], ["v1"], ["1"]])("the version contract '%s' is refused", async (talosVersion) => {
    await expect(stage.actor.create("talos:machine/secrets:Secrets", "secrets", { talosVersion })).rejects.toThrow(
        "error parsing version",
    );
});

test("an older contract makes the secrets anew, a newer one does not", () => {
    const { diff } = stage.actor.behaviour("talos:machine/secrets:Secrets");
    const state = { talosVersion: "v1.10.5" };
    expect(diff?.(state, { talosVersion: "v1.9" }, state).replaces).toEqual(["talosVersion"]);
    expect(diff?.(state, {}, state).replaces).toEqual(["talosVersion"]);
    expect(diff?.(state, { talosVersion: "v1.11.0" }, state)).toEqual({ changes: ["talosVersion"], replaces: [] });
});
