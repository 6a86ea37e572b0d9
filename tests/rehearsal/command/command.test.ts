/** The `strata` command as its user types it: what it prints, what it writes, how it ends. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportSchema } from "../../../operations/report-json";
import { projectFolder, rehearsedSecrets, stackNames } from "../../../operations/stack";
import { siteOf } from "../../../rehearsal/sites";
import { needsEngine } from "../../harness/engine";
import { copyProject } from "../../harness/project-copy";
import { madeBy } from "../../seeds/000/resources";

/** A command starts in a second or two; a rehearsal takes longer. */
const timeout = 180_000;

/** `npm run strata -- ...` in a folder, without what npm itself has to say. */
function strata(args: readonly string[], cwd = projectFolder, environment: NodeJS.ProcessEnv = {}) {
    const { status, stdout, stderr } = spawnSync("npm", ["run", "--silent", "strata", "--", ...args], {
        cwd,
        env: { ...process.env, ...environment },
        encoding: "utf8",
    });
    const own = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("npm "));
    return { status, stdout, stderr: own.join("\n"), all: stdout + own.join("\n") };
}

/** Lines of a stack trace. */
const trace = /^\s+at .+(:\d+:\d+\)?|\(native\))$/m;

describe("a mistake on the command line is one sentence, and exit 1", () => {
    test("a stack that is not there", { timeout }, () => {
        const sentence = `error: There is no stack 'nowhere': expected one of ${stackNames().join(", ")}.`;
        expect(strata(["rehearse", "nowhere"])).toMatchObject({ status: 1, stdout: "", stderr: sentence });
    });

    test("no stack at all", { timeout }, () => {
        const sentence = `error: Which stack? Expected one of ${stackNames().join(", ")}, or --all, or --program DIR.`;
        expect(strata(["rehearse"])).toMatchObject({ status: 1, stdout: "", stderr: sentence });
    });

    test("an engine that is not there", { timeout }, () => {
        const none = path.join(os.tmpdir(), "no-such-engine");
        const { status, stdout, stderr } = strata(["rehearse", "homelab"], projectFolder, { STRATA_ENGINE: none });
        expect({ status, stderr }).toEqual({
            status: 1,
            stderr: `error: STRATA_ENGINE names '${none}', which does not run as a Pulumi engine: spawn ${none} ENOENT.`,
        });
        expect(stdout).not.toMatch(trace);
    });

    test("a fault nobody understands", { timeout }, () => {
        const { status, stderr } = strata(["rehearse", "homelab", "--fault", "explode:c0"]);
        expect(status).toBe(1);
        expect(stderr).toMatch(/^error: The fault 'explode:c0' is not understood: write [^\n]+\.$/);
    });
});

describe("a stack with wrong values", () => {
    let copy: string;

    beforeAll(() => {
        copy = fs.mkdtempSync(path.join(os.tmpdir(), "strata-wrong-"));
        copyProject(copy);
        const file = path.join(copy, "Pulumi.homelab.yaml");
        const right = fs.readFileSync(file, "utf8");
        const wrong = right.replace(/vmId: 140\b/, "vmId: forty").replace("strata:cni:", "starta:cni:");
        expect(wrong).not.toBe(right);
        fs.writeFileSync(file, wrong);
    });
    afterAll(() => fs.rmSync(copy, { recursive: true, force: true }));

    test.each([
        ["rehearse", ["rehearse", "homelab"]],
        ["spof", ["spof", "homelab"]],
        ["preview", ["preview", "homelab"]],
    ])(
        "ends %s with 1 before any engine is looked for, with every mistake once, and no stack trace",
        {
            timeout,
        },
        (_, args) => {
            const none = path.join(os.tmpdir(), "no-such-engine");
            const { status, stdout, stderr } = strata(args, copy, { STRATA_ENGINE: none });
            expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
            expect(stderr).toMatch(
                /^error: Pulumi\.homelab\.yaml has 3 mistakes:\n {2}starta:cni belongs to nobody here: .+/,
            );
            expect(stderr).toContain('  strata:machines.c0.vmId is "forty", expected a number.\n');
            expect(stderr).toMatch(/ {2}strata:cni is missing, expected a map\.$/);
            expect(stderr.split("\n")).toHaveLength(4);
        },
    );

    test("ends up with 1 before any engine is looked for, with the mistakes of the file as a whole", {
        timeout,
    }, () => {
        const none = path.join(os.tmpdir(), "no-such-engine");
        const { status, stderr } = strata(["up", "homelab"], copy, { STRATA_ENGINE: none });
        expect(status).toBe(1);
        expect(stderr).toMatch(
            /^error: Pulumi\.homelab\.yaml has one mistake:\n {2}starta:cni belongs to nobody here: .+$/,
        );
    });
});

describe("a rehearsal of the homelab", () => {
    needsEngine();

    test("ends with 0 and writes exactly the agreed form", { timeout }, () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-json-"));
        const json = path.join(folder, "result.json");
        const { status, all, stdout } = strata(["rehearse", "homelab", "--json", json]);
        const written = fs.readFileSync(json, "utf8");
        fs.rmSync(folder, { recursive: true });
        expect(status).toBe(0);

        const report = reportSchema.parse(JSON.parse(written));
        expect(report).toMatchObject({ version: 1, stack: "homelab", ok: true, remains: [], leaks: [] });
        expect(report.resources).toBe(madeBy("homelab").length);
        const touched = report.phases.map(({ name, changes: c }) => [
            name,
            c.create,
            c.update,
            c.replace,
            c.delete > 0,
        ]);
        const all0 = [0, 0, 0, false];
        expect(touched.filter(([name]) => name === "up-again" || name === "refresh")).toEqual([
            ["up-again", ...all0],
            ["refresh", ...all0],
        ]);
        expect(touched.at(-1)).toEqual(["destroy", 0, 0, 0, true]);

        for (const heading of ["Phases", "Timeline", "Policy"]) {
            expect(stdout, "what it prints for people").toContain(heading);
        }
        const token = rehearsedSecrets(siteOf("homelab"))["proxmoxve:apiToken"]?.value;
        expect(typeof token).toBe("string");
        expect(all + written).not.toContain(String(token));
    });
});
