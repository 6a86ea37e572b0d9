import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { showProgress } from "../../../operations/progress";
import type { Rehearsal } from "../../../rehearsal/engine/rehearsal";

let out: string;
let err: string;
const terminal = process.stdout.isTTY;
beforeEach(() => {
    [out, err] = ["", ""];
    const toOut = (text: unknown): boolean => {
        out += String(text);
        return true;
    };
    const toErr = (text: unknown): boolean => {
        err += String(text);
        return true;
    };
    vi.spyOn(console, "log").mockImplementation(toOut);
    vi.spyOn(console, "error").mockImplementation(toErr);
    vi.spyOn(process.stdout, "write").mockImplementation(toOut);
    vi.spyOn(process.stderr, "write").mockImplementation(toErr);
});
afterEach(() => {
    process.stdout.isTTY = terminal;
    vi.restoreAllMocks();
});

test.each([true, false])("progress is not the answer: it is on standard error; in a terminal: %s", async (live) => {
    process.stdout.isTTY = live;
    const run = async (onEvent: (event: { kind: "engine"; message: string }) => void): Promise<Rehearsal> => {
        onEvent({ kind: "engine", message: "Engine: one that is here." });
        return { ok: true } as Rehearsal;
    };
    await showProgress([{ title: "mine", run }], live);
    vi.restoreAllMocks();
    expect(err).toContain("mine");
    // The cursor is hidden and shown again by a library of its own.
    expect(out.replaceAll("\u001b[?25l", "").replaceAll("\u001b[?25h", "")).toBe("");
});
