import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { locatePlugins } from "../../../tools/plugins/locate";

let folder: string;

beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "strata-plugins-"));
});

afterEach(() => {
    rmSync(folder, { recursive: true });
});

function put(name: string, version: string, mode = 0o755): string {
    const place = join(folder, `resource-${name}-v${version}`);
    mkdirSync(place);
    const path = join(place, `pulumi-resource-${name}`);
    writeFileSync(path, "", { mode });
    return path;
}

const locate = (...names: string[]) => locatePlugins(names, { environment: { STRATA_PLUGINS: folder } });

test("the newest version of a plugin is taken, by number and not by letter", () => {
    put("talos", "0.8.1");
    const path = put("talos", "0.10.0");
    expect(locate("talos")).toEqual([{ name: "talos", version: "0.10.0", path }]);
});

test("a plugin nobody asked for, or that cannot run, is left out", () => {
    put("tls", "5.0.0");
    put("random", "4.21.2", 0o644);
    expect(locate("random", "talos")).toEqual([]);
});

test("a folder that is not there holds no plugin", () => {
    expect(locatePlugins(["talos"], { environment: { STRATA_PLUGINS: join(folder, "none") } })).toEqual([]);
});
