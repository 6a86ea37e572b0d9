/** The `strata` command where it is told to end: what is left behind, and what is said. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { projectFolder, projectName } from "../../../operations/stack";
import { killTree } from "../../../rehearsal/engine/processes";
import { locksFolder } from "../../../rehearsal/engine/state-folder";
import { type ProviderServer, serve } from "../../../rehearsal/protocol/server";
import { packages } from "../../../rehearsal/providers";
import { siteOf } from "../../../rehearsal/sites";
import { World } from "../../../rehearsal/world/world";
import { needsEngine } from "../../harness/engine";
import { copyProject } from "../../harness/project-copy";

/** A command that runs. */
interface Running {
    readonly child: ChildProcess;
    /** All it has printed. */
    readonly said: () => string;
    readonly ended: Promise<number | null>;
    /** Waits until it has printed something. */
    readonly says: (what: RegExp) => Promise<void>;
}

describe("told to end", { timeout: 300_000 }, () => {
    needsEngine();
    let folder: string;
    let running: Running[];

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-interrupted-"));
        fs.mkdirSync(path.join(folder, "tmp"));
        running = [];
    });
    afterEach(() => {
        // Another program may have come by the process id of one that has ended.
        for (const { child } of running.filter(
            (each) => each.child.exitCode === null && each.child.signalCode === null,
        )) {
            killTree(child.pid ?? 0);
        }
        fs.rmSync(folder, { recursive: true, force: true });
    });

    const strata = (args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv = {}): Running =>
        start(process.execPath, ["--import", "tsx", "operations/cli.ts", ...args], cwd, environment);

    function start(command: string, args: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): Running {
        const child = spawn(command, args, {
            cwd,
            env: { ...process.env, TMPDIR: path.join(folder, "tmp"), ...environment },
        });
        let said = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream?.on("data", (data: Buffer) => {
                said += data.toString();
            });
        }
        const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
        const says = async (what: RegExp): Promise<void> => {
            let over = false;
            void ended.then(() => {
                over = true;
            });
            while (!what.test(said)) {
                if (over) {
                    throw new Error(`It ended and never said ${what}:\n${said}`);
                }
                await new Promise((resolve) => setTimeout(resolve, 50));
            }
        };
        const one = { child, said: () => said, ended, says };
        running.push(one);
        return one;
    }

    /** Folders of this project that are left where temporary ones are. */
    const left = () => fs.readdirSync(path.join(folder, "tmp")).filter((name) => name.startsWith("strata-"));

    test("a rehearsal leaves nothing behind", async () => {
        const rehearsal = strata(["rehearse", "homelab"], projectFolder);
        await rehearsal.says(/up \.\.\./);
        expect(left()).toEqual([expect.stringMatching(/^strata-rehearsal-/)]);
        rehearsal.child.kill("SIGTERM");
        expect(await rehearsal.ended).toBe(143);
        expect(left()).toEqual([]);
    });

    test("a rehearsal nobody reads from any more ends as quietly", async () => {
        const rehearsal = strata(["rehearse", "homelab"], projectFolder);
        await rehearsal.says(/Engine/);
        rehearsal.child.stdout?.destroy();
        rehearsal.child.stderr?.destroy();
        expect(await rehearsal.ended).toBe(141);
        expect(left()).toEqual([]);
    });

    describe("the engine its user calls by hand", () => {
        let engine: string;

        beforeEach(() => {
            engine = path.join(folder, "engine");
            const lines = [
                "#!/bin/sh",
                '[ "$1" = version ] && echo v3.246.0 && exit',
                "trap 'sleep 2; echo finished; exit 3' INT",
                "echo begun",
                "while :; do sleep 0.1; done",
            ];
            fs.writeFileSync(engine, `${lines.join("\n")}\n`, { mode: 0o755 });
        });

        test("ends in its own time, and its exit code holds", async () => {
            const called = strata(["pulumi", "up"], projectFolder, { STRATA_ENGINE: engine });
            await called.says(/begun/);
            called.child.kill("SIGINT");
            expect(await called.ended).toBe(3);
            expect(called.said()).toContain("finished");
        });

        test("does so in a terminal, too, where npm passes Ctrl-C on to a command that has heard it already", async () => {
            // bash hands its process over to the command, as sh does on other systems than Debian.
            const line = "npm run --silent --script-shell bash strata -- pulumi up";
            const called = start("script", ["-qfec", line, "/dev/null"], projectFolder, { STRATA_ENGINE: engine });
            await called.says(/begun/);
            called.child.stdin?.write("\u0003");
            await called.ended;
            expect(called.said()).toContain("finished");
        });
    });

    describe("a deployment", () => {
        let world: World;
        let server: ProviderServer;
        let project: string;
        let environment: NodeJS.ProcessEnv;

        beforeEach(async () => {
            project = path.join(folder, "project");
            copyProject(project);
            fs.mkdirSync(path.join(folder, "state"));
            world = new World({ site: siteOf("homelab") });
            server = await serve({ world, packages: packages(world) });
            environment = {
                PULUMI_DEBUG_PROVIDERS: server.attachments,
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
                PULUMI_BACKEND_URL: `file://${path.join(folder, "state")}`,
                PULUMI_CONFIG_PASSPHRASE: "a passphrase of this test",
                PROXMOX_VE_API_TOKEN: "root@pam!test=00000000-0000-4000-8000-000000000000",
            };
        });
        afterEach(() => server.close());

        const up = () => strata(["up", "homelab"], project, environment);
        const locks = () => {
            const place = locksFolder(path.join(folder, "state"), { project: projectName, stack: "homelab" });
            return fs.readdirSync(place).flatMap((name) => (name.endsWith(".json") ? path.join(place, name) : []));
        };

        test("keeps others out, lets its engine finish what it began, and goes on where it was", async () => {
            // Until the others are done no time passes, so that what the first began goes on.
            let held = true;
            world.clock.busy = () => held;
            const first = up();
            await first.says(/creating \(\d/);
            const second = up();
            expect(await second.ended).toBe(1);
            expect(second.said()).toMatch(/^error: homelab is locked by the engine of .* which is at work: wait/m);

            first.child.kill("SIGTERM");
            await first.says(/Stopping: what is under way is brought to its end\./);
            held = false;
            expect(await first.ended).toBe(143);
            expect(first.said()).toMatch(/^Stopped, as asked\. Nothing is lost: run it again, and it goes on\.$/m);
            expect(left()).toEqual([]);

            const again = up();
            expect(await again.ended, again.said()).toBe(0);
            expect(again.said()).not.toContain("engine died");
            expect(world.audit()).toEqual([]);
        });

        test("lets its engine finish what it began where the terminal it runs in is closed", async () => {
            let held = true;
            world.clock.busy = () => held;
            const line = "npm run --silent strata -- up homelab";
            const terminal = start("script", ["-qfec", line, "/dev/null"], project, environment);
            await terminal.says(/creating \(\d/);
            terminal.child.kill("SIGKILL");
            await terminal.ended;
            held = false;
            await vi.waitFor(() => expect([locks(), left()]).toEqual([[], []]), { timeout: 60_000, interval: 100 });
            const again = up();
            expect(await again.ended, again.said()).toBe(0);
            expect(again.said()).not.toContain("engine died");
            expect(world.audit()).toEqual([]);
        });
    });
});
