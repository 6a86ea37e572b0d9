import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readStackConfig } from "../../../operations/stack";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-stack-file-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
    fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), text);
    return readStackConfig("mine", folder);
}

describe("a secret that stands in clear in a stack's file", () => {
    const keys = [
        "proxmoxve:apiToken",
        "proxmoxve:password",
        "tailscale:apiKey",
        "tailscale:oauthClientSecret",
        "oci:privateKey",
        "oci:privateKeyPassword",
        "grafana:auth",
        "strata:sshPrivateKey",
        "strata:ageKey",
    ];

    test.each(keys)("is refused: %s", (key) => {
        expect(() => read(`config:\n  ${key}: hunter2\n`)).toThrow(
            `Pulumi.mine.yaml has one mistake:\n  ${key} stands there in clear: encrypt it with \`pulumi config set --secret ${key} --stack mine\`, and draw a new one if anybody else has seen the file.`,
        );
    });

    test.each(keys)("passes encrypted: %s", (key) => {
        expect(read(`config:\n  ${key}:\n    secure: v1:abc\n`)).toEqual({});
    });

    test("is named and not shown, with every other", () => {
        const two = "config:\n  proxmoxve:apiToken: hunter2\n  grafana:auth: hunter3\n";
        expect(() => read(two)).toThrow(/proxmoxve:apiToken.+\n.+grafana:auth/);
        expect(() => read(two)).not.toThrow(/hunter/);
    });
});
