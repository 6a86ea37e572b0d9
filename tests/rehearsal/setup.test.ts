import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { newSshKey } from "../../operations/setup/ssh-key";
import { openStackConfig, type StackConfigStore } from "../../operations/setup/stack-config";
import { locateEngine } from "../../rehearsal/engine/locate";
import { needsEngine } from "../harness/engine";

const written = `# My stack.
config:
  strata:cloud:
    tenancyId: ocid1.tenancy.oc1..example # from the console
    recipients:
      - owner@example.org
`;

describe("a stack's config, kept by the real engine", () => {
    needsEngine();
    let folder: string;
    let asked: string[];
    let log: string;
    let environment: NodeJS.ProcessEnv;

    beforeEach(async () => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-setup-"));
        asked = [];
        log = path.join(folder, "commands.log");
        fs.writeFileSync(path.join(folder, "Pulumi.yaml"), "name: strata\nruntime: nodejs\n");
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), written);
        fs.mkdirSync(path.join(folder, "state"));
        // The engine, with every command line it was given written down.
        const { path: engine } = await locateEngine();
        const wrapper = path.join(folder, "pulumi");
        const lines = ["#!/bin/sh", `printf '%s\\n' "$*" >>'${log}'`, `exec '${engine}' "$@"`];
        fs.writeFileSync(wrapper, `${lines.join("\n")}\n`, { mode: 0o755 });
        vi.stubEnv("STRATA_ENGINE", wrapper);
        environment = {
            PATH: process.env.PATH,
            HOME: folder,
            PULUMI_HOME: path.join(folder, "home"),
            PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
        };
    });

    afterEach(() => {
        vi.unstubAllEnvs();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    const open = (): Promise<StackConfigStore> =>
        openStackConfig({
            stack: "mine",
            folder,
            environment,
            prompter: async ({ message }) => {
                asked.push(message);
                return "correct horse";
            },
        });
    const file = () => fs.readFileSync(path.join(folder, "Pulumi.mine.yaml"), "utf8");

    test("secrets are encrypted in the file and are on no command line; the passphrase is asked for once", async () => {
        const key = newSshKey("mine");
        const config = await open();
        await config.write("strata:sshPrivateKey", key, true);
        await config.write("grafana:url", "https://me.grafana.net", false);
        expect(asked).toEqual(["Passphrase that encrypts the secrets of mine"]);
        expect(file()).toMatch(/strata:sshPrivateKey:\n\s+secure: v1:/);
        expect(file()).toContain("grafana:url: https://me.grafana.net");
        const commands = fs.readFileSync(log, "utf8");
        for (const secret of [...key.trim().split("\n"), "correct horse"]) {
            expect(commands).not.toContain(secret);
            expect(file()).not.toContain(secret);
        }
        environment.PULUMI_CONFIG_PASSPHRASE = "correct horse";
        const values = await (await open()).read();
        expect(values["strata:sshPrivateKey"]).toBe(key.trimEnd());
        expect(asked).toHaveLength(1);
    });

    test("plain values change in the file, and what is written beside them stays", async () => {
        environment.PULUMI_CONFIG_PASSPHRASE = "x";
        const config = await open();
        await config.change([
            { path: ["strata:cloud", "tenancyId"], value: "ocid1.tenancy.oc1..mine" },
            { path: ["strata:cloud", "recipients", 0], value: "me@strata.dev" },
        ]);
        expect(file()).toContain("# My stack.");
        expect(file()).toContain("tenancyId: ocid1.tenancy.oc1..mine # from the console");
        expect(JSON.parse((await config.read())["strata:cloud"] ?? "")).toEqual({
            recipients: ["me@strata.dev"],
            tenancyId: "ocid1.tenancy.oc1..mine",
        });
    });

    test("a section written without a namespace changes where it stands", async () => {
        environment.PULUMI_CONFIG_PASSPHRASE = "x";
        const config = await open();
        fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), file().replace("strata:cloud:", "cloud:"));
        await config.change([{ path: ["strata:cloud", "recipients", 0], value: "me@strata.dev" }]);
        expect(JSON.parse((await config.read())["strata:cloud"] ?? "")).toEqual({
            recipients: ["me@strata.dev"],
            tenancyId: "ocid1.tenancy.oc1..example",
        });
    });

    test("fails saying where to log in where the engine has no place for state", async () => {
        delete environment.PULUMI_BACKEND_URL;
        await expect(open()).rejects.toThrow(
            "The engine has nowhere to keep state: run `npm run strata -- pulumi login --local`",
        );
    });
});
