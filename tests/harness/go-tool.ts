/** The real upstream code that tests judge this project's work by: small Go programs, built once per machine. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach } from "vitest";
import { projectFolder } from "./stack-config";

const execute = promisify(execFile);

/** A Go program whose module lies in this project, its dependencies pinned by its `go.sum`. */
export interface GoTool {
    /** Folder of its module, below `tools/`. */
    readonly module: string;
    /** The package to build. Default: the module's own. */
    readonly package?: string;
    /** Name of the binary; also what the cache is told apart by. */
    readonly binary: string;
    /** Values of Go variables set at build time, by variable. */
    readonly variables?: Readonly<Record<string, string>>;
}

/** A build that takes longer is broken: the largest took eleven minutes on two shared cores. */
const buildMs = 1_500_000;

/** Where built tools lie, outside of this project. */
const cache = join(homedir(), ".cache", "strata", "tools");

/** The binary of a tool, which lies elsewhere as soon as anything it is built from changes. */
export function binaryOf(tool: GoTool): string {
    const folder = join(projectFolder, "tools", tool.module);
    const hash = createHash("sha256").update(JSON.stringify(tool));
    for (const file of readdirSync(folder).sort()) {
        if (/^go\.(mod|sum)$|\.go$/.test(file)) {
            hash.update(file).update(readFileSync(join(folder, file)));
        }
    }
    return join(cache, `${tool.binary}-${hash.digest("hex").slice(0, 16)}`, tool.binary);
}

const builds = new Map<string, Promise<string>>();

/** The binary of a tool, built where it is not there yet. Throws, with what Go said last, where it cannot be. */
export function goTool(tool: GoTool): Promise<string> {
    const binary = binaryOf(tool);
    const found = builds.get(binary) ?? (existsSync(binary) ? Promise.resolve(binary) : build(tool, binary));
    builds.set(binary, found);
    return found;
}

async function build(tool: GoTool, binary: string): Promise<string> {
    await execute("go", ["version"]).catch(() => {
        throw new Error(`${tool.binary} cannot be built: there is no Go on PATH.`);
    });
    const unfinished = `${binary}.${process.pid}`;
    mkdirSync(join(binary, ".."), { recursive: true });
    const variables = Object.entries(tool.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
    // `-mod=readonly`: what is built is what go.sum names, or nothing.
    const flags = ["-mod=readonly", "-ldflags", ["-s", "-w", ...variables].join(" "), "-o", unfinished];
    try {
        await execute("nice", ["-n", "19", "go", "build", ...flags, tool.package ?? "."], {
            cwd: join(projectFolder, "tools", tool.module),
            timeout: buildMs,
            maxBuffer: 2 ** 26,
        });
        renameSync(unfinished, binary);
    } catch (error) {
        const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
        throw new Error(`${tool.binary} cannot be built: ${said.split("\n").at(-1) || String(error)}`);
    } finally {
        rmSync(unfinished, { force: true });
    }
    return binary;
}

/**
 * Call it inside of a `describe`: each of its tests is skipped, with the reason, where a tool cannot be had. With
 * `STRATA_REQUIRE_ENGINE` set it fails instead, so that a machine that must never skip does not.
 */
export function needsGoTools(...tools: readonly GoTool[]): void {
    beforeEach(async (context) => {
        try {
            // One after the other: a build takes every core there is.
            for (const tool of tools) {
                await goTool(tool);
            }
        } catch (error) {
            if ((process.env.STRATA_REQUIRE_ENGINE ?? "") !== "") {
                throw error;
            }
            context.skip(error instanceof Error ? error.message : String(error));
        }
    }, buildMs);
}

/** Hands a tool JSON on its standard input; gives the JSON it answers. Throws what it said where it fails. */
export async function askGoTool(tool: GoTool, question: unknown): Promise<unknown> {
    const running = execute(await goTool(tool), [], { maxBuffer: 2 ** 28 });
    running.child.stdin?.end(JSON.stringify(question));
    const { stdout } = await running;
    return JSON.parse(stdout);
}
