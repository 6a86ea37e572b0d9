/** `strata preview`, `up` and `destroy` themselves, on the real engine, with the simulated world behind the providers. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { destroy, preview, up } from "../../operations/deploy";
import { projectFolder } from "../../operations/stack";
import { type ProviderServer, serve } from "../../rehearsal/protocol/server";
import { packages } from "../../rehearsal/providers";
import { siteOf } from "../../rehearsal/sites";
import { World } from "../../rehearsal/world/world";
import { needsEngine } from "../harness/engine";

const made = "The engine knows no stack homelab yet and makes it, empty";
const files = ["Pulumi.yaml", "Pulumi.homelab.yaml"] as const;

describe("homelab, as its user deploys it", { timeout: 300_000 }, () => {
    needsEngine();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-deploy-"));
    const project = path.join(folder, "project");
    const world = new World({ site: siteOf("homelab") });
    let server: ProviderServer;
    let said = "";

    beforeAll(async () => {
        fs.mkdirSync(project);
        for (const file of files) {
            fs.copyFileSync(path.join(projectFolder, file), path.join(project, file));
        }
        // The program is the one of this process, but the engine looks whether the file its project names is there.
        fs.writeFileSync(path.join(project, "index.ts"), "");
        fs.mkdirSync(path.join(folder, "state"));
        server = await serve({ world, packages: packages(world) });
        vi.stubEnv("PULUMI_DEBUG_PROVIDERS", server.attachments);
        vi.stubEnv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true");
        vi.stubEnv("PULUMI_BACKEND_URL", `file://${path.join(folder, "state")}`);
        vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "a passphrase of this test");
        vi.stubEnv("PROXMOX_VE_API_TOKEN", "root@pam!test=00000000-0000-4000-8000-000000000000");
        vi.stubEnv("PATH", process.env.PATH ?? "");
        const hear = (text: unknown): boolean => {
            said += String(text);
            return true;
        };
        vi.spyOn(process.stdout, "write").mockImplementation(hear);
        vi.spyOn(process.stderr, "write").mockImplementation(hear);
        vi.spyOn(console, "log").mockImplementation((text) => void hear(text));
    });

    afterAll(() => {
        vi.restoreAllMocks();
        vi.unstubAllEnvs();
        server.close();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    beforeEach(({ onTestFailed }) => onTestFailed(() => console.error(said)));

    test("a preview touches nothing, and says that the engine makes the stack for it", async () => {
        await preview("homelab", project);
        expect(said).toMatch(/\+ \d+ to create/);
        expect(said.split(made)).toHaveLength(2);
        expect(world.ledger.entries).toEqual([]);
    });

    test("an up deploys it and leaves the project's file as it was", async () => {
        await up("homelab", project);
        expect(said.split(made)).toHaveLength(2);
        expect(world.audit()).toEqual([]);
        expect(world.remains().length).toBeGreaterThan(3);
        expect(fs.readFileSync(path.join(project, "Pulumi.yaml"), "utf8")).toBe(
            fs.readFileSync(path.join(projectFolder, "Pulumi.yaml"), "utf8"),
        );
    });

    test("a destroy deletes nothing while something is protected, and says in one sentence what to do", async () => {
        const before = [world.ledger.entries.length, world.remains()];
        await expect(destroy("homelab", false, project)).rejects.toThrow(
            /^The preview of the destroy of homelab failed, as said above; nothing was deleted\. .* --unprotect\.$/,
        );
        expect(said).toContain("protected");
        expect([world.ledger.entries.length, world.remains()]).toEqual(before);
    });

    test("a destroy that may, takes everything", async () => {
        await destroy("homelab", true, project);
        expect(world.remains()).toEqual([]);
    });
});
