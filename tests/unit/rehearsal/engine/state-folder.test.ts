import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { removeTornAttributes, stateFolder } from "../../../../rehearsal/engine/state-folder";

let folder: string;

beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-state-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const whole = '{"user.content_type":"text/plain; charset=utf-8","md5":"DKQ5l9WSjajEOP+HGw63yA=="}\n';
/** The engine's file for a stack that is killed over it: made, and nothing or a part of it written. */
const torn = ["", '{"user.cach'];

function put(file: string, content: string): void {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), content);
}

const files = (): string[] =>
    fs
        .readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
        .sort();

test.each([
    "stacks/strata/homelab.json.attrs",
    "stacks/strata/homelab.json.bak.attrs",
    "stacks/strata/homelab.json.gz.attrs",
    "history/strata/homelab/homelab-17.history.json.attrs",
    "locks/organization/strata/homelab/f4c1.json.attrs",
])("%s goes where it was not written to its end, and stays where it was", (attributes) => {
    const file = path.join(".pulumi", attributes);
    const content = file.replace(/\.attrs$/, "");
    put(content, "");
    for (const part of torn) {
        put(file, part);
        removeTornAttributes(folder, { project: "strata", stack: "homelab" });
        expect(files()).toEqual([content]);
    }
    put(file, whole);
    removeTornAttributes(folder, { project: "strata", stack: "homelab" });
    expect(files()).toEqual([content, file]);
});

test("what is another stack's or another project's is left alone, and a folder that keeps nothing yet is none to look at", () => {
    removeTornAttributes(folder, { project: "strata", stack: "homelab" });
    put(".pulumi/stacks/strata/homelab-ha.json.attrs", "");
    put(".pulumi/stacks/other/homelab.json.attrs", "");
    const before = files();
    removeTornAttributes(folder, { project: "strata", stack: "homelab" });
    expect(files()).toEqual(before);
});

test.each([
    ["file:///srv/state", "/srv/state"],
    ["file:///srv/the%20state", "/srv/the state"],
    ["file:///srv/state?metadata=skip", "/srv/state"],
    ["file://~", os.homedir()],
    ["file://~/state", path.join(os.homedir(), "state")],
    ["file://./state", "/project/state"],
    ["file://state", "/project/state"],
    ["s3://states", undefined],
    ["https://api.pulumi.com", undefined],
])("the backend %s is the folder %s", (backend, place) => {
    expect(stateFolder(backend, "/project")).toBe(place);
});
