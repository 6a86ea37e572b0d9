/** The engine as a Go tool, built from the module `tools/go.mod`. */
import { mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./run";

/** The module that pins the engine as a tool. */
const moduleFolder = join(__dirname, "..", "..", "tools");

/** The engine's package in it. */
const tool = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Where the engine keeps its version; without it it says 3.0.0 and the Automation API refuses it. */
const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** Core minutes of a build with nothing cached: four minutes on two cores, as measured. */
const coreMinutes = 8;

/** The version that `tools/go.mod` pins, e.g. `3.246.0`. */
export const builtVersion: string = pinnedVersion(readFileSync(join(moduleFolder, "go.mod"), "utf8"));

/** The engine's version in a `go.mod`. */
export function pinnedVersion(goMod: string): string {
    const [, version] = /github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/.exec(goMod) ?? [];
    if (version === undefined) {
        throw new Error(
            "tools/go.mod does not name the Pulumi engine: it must require github.com/pulumi/pulumi/pkg/v3.",
        );
    }
    return version;
}

/** What to expect of a build on so many cores, in minutes, rounded up. */
export function estimatedMinutes(cores: number): number {
    return Math.ceil(coreMinutes / Math.max(1, cores));
}

/** How many packages are left to compile between two messages. */
const messageEvery = 200;

/** Builds the engine to a path. The file appears there only when it is whole. */
export async function buildEngine(path: string, onProgress: (message: string) => void): Promise<void> {
    await run("go", ["version"], { timeoutSeconds: 30 }).catch(() => {
        throw new Error("there is no Go on PATH");
    });
    const minutes = estimatedMinutes(availableParallelism());
    onProgress(
        `Building the Pulumi engine ${builtVersion} with Go: about ${minutes} minutes the first time, then never again ...`,
    );
    mkdirSync(dirname(path), { recursive: true });
    const unfinished = `${path}.${process.pid}`;
    const packages = await countPackages();
    const began = Date.now();
    let compiled = 0;
    try {
        await run(
            "go",
            ["build", "-v", "-o", unfinished, "-ldflags", `-s -w -X ${versionVariable}=${builtVersion}`, tool],
            {
                directory: moduleFolder,
                onErrorLine: () => {
                    compiled++;
                    if (compiled % messageEvery === 0) {
                        const seconds = Math.round((Date.now() - began) / 1000);
                        onProgress(`${compiled} of at most ${packages} packages after ${seconds} s ...`);
                    }
                },
            },
        );
        renameSync(unfinished, path);
    } finally {
        rmSync(unfinished, { force: true });
    }
}

/** How many packages the engine is made of; fetches the modules where they are not there yet. */
async function countPackages(): Promise<number> {
    const list = await run("go", ["list", "-deps", tool], { directory: moduleFolder });
    return list.trim().split("\n").length;
}
