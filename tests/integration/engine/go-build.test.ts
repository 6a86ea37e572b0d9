import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { builtVersion } from "../../../rehearsal/engine/go-build";
import { locateEngine } from "../../../rehearsal/engine/locate";

const root = mkdtempSync(join(tmpdir(), "strata-go-build-"));

afterAll(() => {
    rmSync(root, { recursive: true, force: true });
});

test("Go builds an engine that says the version the tool module pins", async () => {
    const said: string[] = [];
    const engine = await locateEngine({
        // What is on PATH counts only for Go: an engine there would be taken instead.
        environment: { PATH: join(root, "nothing") },
        cache: root,
        install: async () => {
            throw new Error("not asked for here");
        },
        onProgress: (message) => said.push(message),
    });
    expect(engine).toEqual({
        path: join(root, builtVersion, "bin", "pulumi"),
        version: builtVersion,
        source: "built with Go",
    });
    expect(said[0]).toMatch(
        new RegExp(`^Building the Pulumi engine ${builtVersion} with Go: about \\d+ minutes the first time`),
    );
});
