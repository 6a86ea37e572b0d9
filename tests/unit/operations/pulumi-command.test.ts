import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { command } from "../../../operations/cli";
import { projectFolder } from "../../../operations/stack";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-pulumi-"));
    vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
    process.exitCode = undefined;
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    fs.rmSync(folder, { recursive: true });
});

/** An engine that writes down how it was called, and ends as it is told to. */
function engine(end: string): string {
    const said = path.join(folder, "said");
    const lines = ["#!/bin/sh", '[ "$1" = version ] && echo v3.246.0 && exit', `pwd >'${said}'`];
    const file = path.join(folder, "pulumi");
    fs.writeFileSync(file, [...lines, `printf '%s\\n' "$@" >>'${said}'`, end, ""].join("\n"), { mode: 0o755 });
    vi.stubEnv("STRATA_ENGINE", file);
    return said;
}

const strata = (...args: string[]) => command().parseAsync(["node", "strata", ...args]);

test("the engine that is found gets the arguments as they stand, in the project's folder, and its exit code holds", async () => {
    const said = engine("exit 7");
    const args = ["stack", "output", "--show-secrets", "--stack", "mine", "--help", "two words"];
    await strata("pulumi", ...args);
    expect(fs.readFileSync(said, "utf8").trim().split("\n")).toEqual([projectFolder, ...args]);
    expect(process.exitCode).toBe(7);
});

test("options alone are the engine's as well", async () => {
    const said = engine("exit 0");
    await strata("pulumi", "--help");
    expect(fs.readFileSync(said, "utf8").trim().split("\n")).toEqual([projectFolder, "--help"]);
    expect(process.exitCode).toBe(0);
});

test("an engine that a signal ended gives what a shell says of it", async () => {
    engine("kill -TERM $$");
    await strata("pulumi", "up");
    expect(process.exitCode).toBe(143);
});
