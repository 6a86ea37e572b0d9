import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { jsonWriter } from "../../../operations/json-result";

let folder: string;
beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-json-result-"));
});
afterEach(() => {
    vi.restoreAllMocks();
    fs.rmSync(folder, { recursive: true });
});

test("a result is written where it is wanted, and nothing before", () => {
    const file = path.join(folder, "result.json");
    const write = jsonWriter(file);
    expect(fs.existsSync(file)).toBe(false);
    write({ version: 1 });
    expect(fs.readFileSync(file, "utf8")).toBe('{\n  "version": 1\n}\n');
});

test("- is standard output", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    jsonWriter("-")({ version: 1 });
    expect(log.mock.calls).toEqual([['{\n  "version": 1\n}']]);
    expect(fs.existsSync("-")).toBe(false);
});

test("a file that cannot be written is refused before anything is rehearsed", () => {
    const nowhere = path.join(folder, "no", "such");
    expect(() => jsonWriter(path.join(nowhere, "x.json"))).toThrow(
        `--json ${nowhere}/x.json cannot be written: there is no folder ${nowhere}.`,
    );
    expect(() => jsonWriter(folder)).toThrow(`--json ${folder} cannot be written: it is a folder, expected a file.`);
    fs.writeFileSync(path.join(folder, "file"), "");
    expect(() => jsonWriter(path.join(folder, "file", "x.json"))).toThrow("there is no folder");
});
