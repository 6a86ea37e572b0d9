import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { isAbandoned } from "../../../operations/lock";

let folder: string;

beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-lock-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const stack = () => ({ project: "strata", stack: "homelab", folder, hostname: "desk" });

/** Writes a file where the engine keeps the locks of the stack. */
function lockFile(name: string, content: string): string {
    const locks = path.join(folder, ".pulumi", "locks", "organization", "strata", "homelab");
    fs.mkdirSync(locks, { recursive: true });
    fs.writeFileSync(path.join(locks, name), content);
    return path.join(locks, name);
}

/** A lock as the engine writes it, with its attributes beside it. */
function lock(pid: number, hostname = "desk"): void {
    lockFile("f4c1.json.attrs", "{}");
    const written = { pid, username: "me", hostname, timestamp: "2026-11-21T20:00:00Z" };
    lockFile("f4c1.json", JSON.stringify(written));
}

test("a stack nobody works on is free, wherever its state is", () => {
    expect(isAbandoned(stack())).toBe(false);
    expect(isAbandoned({ ...stack(), folder: undefined })).toBe(false);
});

test("a lock of a process that is gone was left by an engine that died", async () => {
    const gone = spawn("true");
    await new Promise((ended) => gone.on("close", ended));
    lock(gone.pid ?? 0);
    expect(isAbandoned(stack())).toBe(true);
});

test("a lock whose process id another program has by now was left by an engine that died", () => {
    lock(process.pid);
    expect(isAbandoned(stack())).toBe(true);
});

test("a lock that is not written to its end is one of an engine that has just begun, and after ten seconds of one that died", () => {
    const torn = lockFile("f4c1.json.1879f0.tmp", '{"pid": 1');
    expect(isAbandoned(stack())).toBe(false);
    const before = new Date(Date.now() - 11_000);
    fs.utimesSync(torn, before, before);
    expect(isAbandoned(stack())).toBe(true);
});

test("an engine that is at work is named, and left alone", async () => {
    const program = path.join(folder, "pulumi");
    fs.copyFileSync("/bin/sleep", program);
    const engine = spawn(program, ["60"]);
    try {
        lock(engine.pid ?? 0);
        await vi.waitFor(() =>
            expect(() => isAbandoned(stack())).toThrow(
                `homelab is locked by the engine of me on desk (process ${engine.pid}, since 2026-11-21T20:00:00Z), which is at work: wait until it is done, or end it there.`,
            ),
        );
    } finally {
        engine.kill("SIGKILL");
    }
});

test("whether an engine lives on another machine cannot be told here", () => {
    lock(1, "attic");
    expect(() => isAbandoned(stack())).toThrow(
        /^homelab is locked by the engine of me on attic .*: wait until it is done or, if it is dead, .* `pulumi cancel --stack homelab`\.$/,
    );
});
