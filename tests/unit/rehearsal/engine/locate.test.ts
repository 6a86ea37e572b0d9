import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { builtVersion, estimatedMinutes, pinnedVersion } from "../../../../rehearsal/engine/go-build";
import { installEngine, reachable } from "../../../../rehearsal/engine/install";
import { type LocateOptions, locateEngine, oldestVersion } from "../../../../rehearsal/engine/locate";

let root: string;

beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "strata-locate-"));
});

afterEach(() => {
    rmSync(root, { recursive: true, force: true });
});

/** A program that says what `pulumi version` would. */
function fakeEngine(path: string, says: string): string {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\necho '${says}'\n`);
    chmodSync(path, 0o755);
    return path;
}

const unobtainable = async (): Promise<void> => {
    throw new Error("not here.\nat all");
};

/** Nothing on PATH, nothing in the cache, and no way to get anything. */
function nothing(more: Partial<LocateOptions> = {}): LocateOptions {
    return {
        environment: { PATH: join(root, "path") },
        cache: join(root, "cache"),
        install: unobtainable,
        build: unobtainable,
        ...more,
    };
}

describe("where the engine comes from", () => {
    test("a binary named in STRATA_ENGINE wins over PATH", async () => {
        const path = fakeEngine(join(root, "mine", "engine"), "v3.250.1");
        fakeEngine(join(root, "path", "pulumi"), "v3.251.0");
        const engine = await locateEngine(nothing({ environment: { PATH: join(root, "path"), STRATA_ENGINE: path } }));
        expect(engine).toEqual({ path, version: "3.250.1", source: "named in STRATA_ENGINE" });
    });

    test("a STRATA_ENGINE that does not run is an error, not a reason to look elsewhere", async () => {
        fakeEngine(join(root, "path", "pulumi"), "v3.251.0");
        const path = join(root, "nowhere");
        await expect(
            locateEngine(nothing({ environment: { PATH: join(root, "path"), STRATA_ENGINE: path } })),
        ).rejects.toThrow(`STRATA_ENGINE names '${path}', which does not run as a Pulumi engine`);
    });

    test("pulumi on PATH is taken where it is new enough", async () => {
        const path = fakeEngine(join(root, "path", "pulumi"), "v3.246.0");
        expect(await locateEngine(nothing())).toEqual({ path, version: "3.246.0", source: "pulumi on PATH" });
    });

    test("an older pulumi on PATH is passed over for a newer one behind it, and that is said", async () => {
        fakeEngine(join(root, "old", "pulumi"), "v3.99.0");
        const path = fakeEngine(join(root, "new", "pulumi"), "v3.300.0");
        const said: string[] = [];
        const engine = await locateEngine(
            nothing({
                environment: { PATH: `${join(root, "old")}:${join(root, "new")}` },
                onProgress: (message) => said.push(message),
            }),
        );
        expect(engine.path).toBe(path);
        expect(said).toEqual([
            `pulumi 3.99.0 on PATH is older than ${oldestVersion} and is passed over.`,
            "Engine: pulumi 3.300.0, pulumi on PATH.",
        ]);
    });

    test("an engine installed before is found without asking the network", async () => {
        const path = fakeEngine(join(root, "cache", "installed", "bin", "pulumi"), "v3.248.0");
        expect(await locateEngine(nothing())).toEqual({ path, version: "3.248.0", source: "installed before" });
    });

    test("an engine built before is found without building again", async () => {
        const path = fakeEngine(join(root, "cache", builtVersion, "bin", "pulumi"), `v${builtVersion}`);
        expect(await locateEngine(nothing())).toEqual({
            path,
            version: builtVersion,
            source: "built with Go before",
        });
    });

    test("the installer is asked before Go is", async () => {
        let built = false;
        const engine = await locateEngine(
            nothing({
                install: async (folder) => {
                    fakeEngine(join(folder, "bin", "pulumi"), "v3.248.0");
                },
                build: async () => {
                    built = true;
                },
            }),
        );
        expect(engine.source).toBe("fetched by the Automation API's installer");
        expect(built).toBe(false);
    });

    test("Go builds where the installer cannot be reached, and tells its progress", async () => {
        const said: string[] = [];
        const engine = await locateEngine(
            nothing({
                build: async (path, onProgress) => {
                    onProgress("halfway");
                    fakeEngine(path, `v${builtVersion}`);
                },
                onProgress: (message) => said.push(message),
            }),
        );
        expect(engine.source).toBe("built with Go");
        expect(said).toEqual(["halfway", `Engine: pulumi ${builtVersion}, built with Go.`]);
    });

    test("fails with one sentence that names each way and why it failed", async () => {
        await expect(locateEngine(nothing())).rejects.toThrow(
            new Error(
                `No Pulumi engine can be had: there is no pulumi ${oldestVersion} or later on PATH, and it cannot be fetched by the Automation API's installer (not here), and it cannot be built with Go (not here); install one from https://www.pulumi.com/docs/install/ or name a binary in STRATA_ENGINE.`,
            ),
        );
    });

    test("an engine that says no version is none", async () => {
        fakeEngine(join(root, "path", "pulumi"), "hello");
        await expect(locateEngine(nothing())).rejects.toThrow("No Pulumi engine can be had");
    });
});

describe("the installer", () => {
    test("fails within seconds where its host does not answer", async () => {
        const server = createServer();
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        await new Promise((done) => server.close(done));
        await expect(installEngine(join(root, "there"), () => {}, { host: "127.0.0.1", port })).rejects.toThrow(
            "127.0.0.1 cannot be reached",
        );
    });

    test("a host that answers is reachable", async () => {
        const server = createServer();
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const address = server.address();
        const port = typeof address === "object" && address !== null ? address.port : 0;
        await expect(reachable("127.0.0.1", port)).resolves.toBeUndefined();
        await new Promise((done) => server.close(done));
    });
});

describe("the Go build", () => {
    test("builds the version the module pins", () => {
        expect(pinnedVersion("require github.com/pulumi/pulumi/pkg/v3 v3.1.2 // indirect\n")).toBe("3.1.2");
        expect(builtVersion).toBe("3.246.0");
    });

    test("a module without the engine is an error", () => {
        expect(() => pinnedVersion("module tools\n")).toThrow("tools/go.mod does not name the Pulumi engine");
    });

    test.each([
        [1, 8],
        [2, 4],
        [3, 3],
        [16, 1],
    ])("on %i cores it is said to take %i minutes", (cores, minutes) => {
        expect(estimatedMinutes(cores)).toBe(minutes);
    });
});
