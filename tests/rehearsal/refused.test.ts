/** What `strata` says where the real engine refuses to begin. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { destroy, preview, up } from "../../operations/deploy";
import { sentenceOf } from "../../operations/engine-refusal";
import { projectFolder } from "../../operations/stack";
import { stackValues } from "../../operations/stack-values";
import { locateEngine } from "../../rehearsal/engine/locate";
import { run } from "../../rehearsal/engine/run";
import { needsEngine } from "../harness/engine";

/** How a state marks a secret (pulumi, sdk/go/common/resource). */
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

describe("an engine that refuses to begin is told in one sentence", { timeout: 60_000 }, () => {
    needsEngine();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-refused-"));
    const project = path.join(folder, "project");
    const file = path.join(project, "Pulumi.homelab.yaml");
    const commands = {
        preview: () => preview("homelab", project),
        up: () => up("homelab", project),
        destroy: () => destroy("homelab", false, project),
        "destroy --unprotect": () => destroy("homelab", true, project),
        validate: () => stackValues("homelab", project),
    };
    const said = async (command: keyof typeof commands): Promise<string> =>
        commands[command]().then(() => "nothing", sentenceOf);

    beforeAll(() => {
        fs.mkdirSync(path.join(folder, "state"), { recursive: true });
        fs.mkdirSync(project);
        fs.copyFileSync(path.join(projectFolder, "Pulumi.yaml"), path.join(project, "Pulumi.yaml"));
        fs.writeFileSync(path.join(project, "index.ts"), "");
        vi.stubEnv("PATH", process.env.PATH ?? "");
        vi.stubEnv("PULUMI_HOME", path.join(folder, "home"));
        vi.stubEnv("PULUMI_ACCESS_TOKEN", undefined);
        vi.spyOn(console, "log").mockImplementation(() => undefined);
        vi.spyOn(console, "error").mockImplementation(() => undefined);
    });

    beforeEach(() => {
        fs.copyFileSync(path.join(projectFolder, "Pulumi.homelab.yaml"), file);
        vi.stubEnv("PULUMI_BACKEND_URL", `file://${path.join(folder, "state")}`);
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", undefined);
    });

    afterAll(() => {
        vi.restoreAllMocks();
        vi.unstubAllEnvs();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    test.each(Object.keys(commands) as (keyof typeof commands)[])("nobody is logged in: %s", async (command) => {
        vi.stubEnv("PULUMI_BACKEND_URL", undefined);
        expect(await said(command)).toMatch(/^The engine has nowhere to keep state: run .+\.$/);
    });

    test.each(["preview", "up"] as const)("a new stack and no passphrase: %s", async (command) => {
        expect(await said(command)).toMatch(/^The engine encrypts a stack's secrets with a passphrase: .+\.$/);
    });

    test("a stack that was never deployed from here: validate", async () => {
        expect(await said("validate")).toBe(
            "The engine knows no stack homelab: deploy it first (`npm run strata -- up homelab`).",
        );
    });

    test.each(["destroy", "destroy --unprotect"] as const)(
        "a stack that was never deployed from here has nothing to %s, is not made, and that is no failure",
        async (command) => {
            const before = fs.readFileSync(file, "utf8");
            vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "any");
            expect(await said(command)).toBe("nothing");
            expect(console.log).toHaveBeenLastCalledWith(
                "The engine knows no stack homelab: there is nothing to destroy.",
            );
            expect(fs.readFileSync(file, "utf8")).toBe(before);
            expect(fs.readdirSync(path.join(folder, "state"), { recursive: true }).join(" ")).not.toContain("homelab");
        },
    );

    describe("another passphrase than the stack's", () => {
        beforeAll(async () => {
            vi.stubEnv("PULUMI_BACKEND_URL", `file://${path.join(folder, "state")}`);
            vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "the right one");
            fs.copyFileSync(path.join(projectFolder, "Pulumi.homelab.yaml"), file);
            const { path: pulumi } = await locateEngine();
            const engine = (...args: string[]) => run(pulumi, args, { directory: project });
            await engine("stack", "init", "homelab");
            const salt = /encryptionsalt: (\S+)/.exec(fs.readFileSync(file, "utf8"))?.[1];
            // One output, secret as every credential of a deployed stack is.
            const state = path.join(folder, "state.json");
            const deployment = {
                manifest: { time: "2026-01-01T00:00:00Z", magic: "", version: "" },
                secrets_providers: { type: "passphrase", state: { salt } },
                resources: [
                    {
                        urn: "urn:pulumi:homelab::strata::pulumi:pulumi:Stack::strata-homelab",
                        type: "pulumi:pulumi:Stack",
                        outputs: { kubeconfig: { [signature]: secret, plaintext: '"x"' } },
                    },
                ],
            };
            fs.writeFileSync(state, JSON.stringify({ version: 3, deployment }));
            await engine("stack", "import", "--file", state);
            fs.copyFileSync(file, `${file}.set`);
        });

        test.each(["up", "destroy --unprotect", "validate"] as const)("%s", async (command) => {
            fs.copyFileSync(`${file}.set`, file);
            vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "a wrong one");
            expect(await said(command)).toMatch(/^The passphrase is not the one this stack's secrets are .+\.$/);
        });
    });
});
