import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parseFleet } from "../../../config";
import { decrypt, encryptSecrets } from "../../../operations/setup/encrypt-secrets";
import { secretsStep } from "../../../operations/setup/key-steps";
import { type Setting, setup, type Told } from "../../../operations/setup/setup";
import { goTool, needsGoTools } from "../../harness/go-tool";
import { oracleProxmoxSections } from "../../harness/oracle-stacks";
import { gitopsCopy, sops } from "../gitops/tools";

describe("setup with the real sops", () => {
    needsGoTools(sops);
    let binary = "";
    beforeAll(async () => {
        binary = await goTool(sops).catch(() => "");
    });

    test("makes an age key, asks for each secret of the repository once, and a second run leaves every file as it is", async () => {
        const gitops = gitopsCopy();
        const values = new Map<string, string>();
        const asked: string[] = [];
        const told: Told[] = [];
        const verdict = parseFleet(oracleProxmoxSections());
        if ("mistakes" in verdict) {
            throw new Error(verdict.mistakes.join(" "));
        }
        const setting: Setting = {
            stack: "oci-free",
            folder: path.dirname(gitops),
            home: path.dirname(gitops),
            environment: {},
            fleet: verdict.fleet,
            prompter: async ({ message }) => {
                asked.push(message);
                return message.endsWith("_URL")
                    ? `https://value-of.example/${asked.length}/push`
                    : `value of ${message}`;
            },
            config: { read: async () => ({}), write: async () => {}, change: async () => {} },
            values,
            tell: (each) => told.push(each),
        };
        const step = secretsStep(path.join(path.basename(gitops), "oci-free"), {
            encrypt: (args) => encryptSecrets({ ...args, sops: binary }),
            decrypt: ({ identity }, text) => decrypt({ identity, sops: binary }, text),
        });
        const folder = path.join(gitops, "oci-free", "secrets");
        const files = () =>
            fs
                .readdirSync(folder)
                .sort()
                .map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]);

        await setup(setting, [step]);
        expect(asked.length).toBeGreaterThan(0);
        expect(told.at(-1)?.outcome).toBe("asked");
        const first = files();
        expect(JSON.stringify(first)).not.toMatch(/value[ -]of/);

        const questions = asked.length;
        await setup(setting, [step]);
        expect(asked).toHaveLength(questions);
        expect(told.at(-1)).toMatchObject({ step: "Encrypt Secrets", outcome: "found" });
        expect(files()).toEqual(first);

        // Somebody else's key opens nothing: everything is asked for again and encrypted anew.
        values.delete("strata:ageKey");
        await setup(setting, [step]);
        expect(asked).toHaveLength(2 * questions);
        expect(files()).not.toEqual(first);
    });
});
