/**
 * Where the Pulumi engine comes from: the one a user names or has on PATH; else one that was fetched before; else the
 * Automation API's own installer; else a build with Go. The last two land in a cache outside of this project.
 */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { buildEngine, builtVersion } from "./go-build";
import { installEngine } from "./install";
import { firstLine, run } from "./run";

/** A Pulumi engine that can be run. */
export interface Engine {
    /** Absolute path of the `pulumi` binary. */
    readonly path: string;
    /** e.g. `3.246.0`. */
    readonly version: string;
    /** How it was found, as a report says it, e.g. "pulumi on PATH". */
    readonly source: string;
}

/** How an engine is looked for; every way can be put in place of the real one. */
export interface LocateOptions {
    /** Told what is going on, and how long it may take. */
    readonly onProgress?: (message: string) => void;
    /** `PATH` and `STRATA_ENGINE` are read from it. Default: this process's. */
    readonly environment?: Readonly<Record<string, string | undefined>>;
    /** Folder of fetched engines. Default `~/.cache/strata/engine`. */
    readonly cache?: string;
    /** Installs an engine into a folder, whose `bin/pulumi` it then is. Default: the Automation API's installer. */
    readonly install?: (root: string, onProgress: (message: string) => void) => Promise<void>;
    /** Builds an engine to a path. Default: the Go tool of `tools/go.mod`. */
    readonly build?: (path: string, onProgress: (message: string) => void) => Promise<void>;
}

/** The oldest engine a rehearsal is known to run on; older ones were never tried. */
export const oldestVersion = "3.246.0";

/** Finds an engine, fetching it where there is none. Throws one sentence where none can be had. */
export async function locateEngine(options: LocateOptions = {}): Promise<Engine> {
    const environment = options.environment ?? process.env;
    const tell = options.onProgress ?? (() => {});
    const found = (await named(environment)) ?? (await onPath(environment, tell));
    if (found !== undefined) {
        tell(`Engine: pulumi ${found.version}, ${found.source}.`);
        return found;
    }
    const cache = options.cache ?? join(homedir(), ".cache", "strata", "engine");
    const installed = join(cache, "installed");
    const built = join(cache, builtVersion);
    const ways: readonly Way[] = [
        { source: "installed before", binary: binaryIn(installed) },
        { source: "built with Go before", binary: binaryIn(built) },
        {
            source: "fetched by the Automation API's installer",
            binary: binaryIn(installed),
            fetch: () => (options.install ?? installEngine)(installed, tell),
        },
        {
            source: "built with Go",
            binary: binaryIn(built),
            fetch: () => (options.build ?? buildEngine)(binaryIn(built), tell),
        },
    ];
    const failures: string[] = [];
    for (const way of ways) {
        const engine = await tryWay(way, failures);
        if (engine !== undefined) {
            tell(`Engine: pulumi ${engine.version}, ${engine.source}.`);
            return engine;
        }
    }
    throw new Error(
        `No Pulumi engine can be had: there is no pulumi ${oldestVersion} or later on PATH, and ${failures.join(", and ")}; install one from https://www.pulumi.com/docs/install/ or name a binary in STRATA_ENGINE.`,
    );
}

interface Way {
    readonly source: string;
    readonly binary: string;
    readonly fetch?: () => Promise<void>;
}

function binaryIn(root: string): string {
    return join(root, "bin", "pulumi");
}

async function tryWay(way: Way, failures: string[]): Promise<Engine | undefined> {
    try {
        await way.fetch?.();
        if (way.fetch === undefined && !existsSync(way.binary)) {
            return undefined;
        }
        return { path: way.binary, version: await versionOf(way.binary), source: way.source };
    } catch (error) {
        failures.push(`it cannot be ${way.source} (${firstLine(error)})`);
        return undefined;
    }
}

/** The binary a user names: it must work, because a user who names one wants no other. */
async function named(environment: NonNullable<LocateOptions["environment"]>): Promise<Engine | undefined> {
    const name = environment.STRATA_ENGINE;
    if (name === undefined || name === "") {
        return undefined;
    }
    const path = resolve(name);
    try {
        return { path, version: await versionOf(path), source: "named in STRATA_ENGINE" };
    } catch (error) {
        throw new Error(`STRATA_ENGINE names '${name}', which does not run as a Pulumi engine: ${firstLine(error)}.`);
    }
}

/** The first `pulumi` on PATH that is new enough. */
async function onPath(
    environment: NonNullable<LocateOptions["environment"]>,
    tell: (message: string) => void,
): Promise<Engine | undefined> {
    for (const folder of (environment.PATH ?? "").split(delimiter)) {
        const path = resolve(folder, "pulumi");
        if (folder === "" || !isExecutable(path)) {
            continue;
        }
        try {
            const version = await versionOf(path);
            if (!isOlder(version, oldestVersion)) {
                return { path, version, source: "pulumi on PATH" };
            }
            tell(`pulumi ${version} on PATH is older than ${oldestVersion} and is passed over.`);
        } catch (error) {
            tell(`'${path}' does not run and is passed over: ${firstLine(error)}.`);
        }
    }
    return undefined;
}

function isExecutable(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
    } catch {
        return false;
    }
}

/** What a binary says of itself, without the leading `v`. */
async function versionOf(path: string): Promise<string> {
    const said = await run(path, ["version"], {
        environment: { PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeoutSeconds: 30,
    });
    const [, version] = /^v?(\d+\.\d+\.\d+\S*)/.exec(said.trim()) ?? [];
    if (version === undefined) {
        throw new Error(`'pulumi version' says '${said.trim().slice(0, 60)}', which is no version`);
    }
    return version;
}

/** Compares major, minor and patch; what follows them is left out. */
function isOlder(version: string, than: string): boolean {
    const numbers = (text: string) => text.split(/[.+-]/).slice(0, 3).map(Number);
    const [a, b] = [numbers(version), numbers(than)];
    for (let index = 0; index < 3; index++) {
        const difference = (a[index] ?? 0) - (b[index] ?? 0);
        if (difference !== 0) {
            return difference < 0;
        }
    }
    return false;
}
