/** `strata pulumi`: the engine Strata found, which may stand on nobody's PATH, as its user calls it. */
import { spawn } from "node:child_process";
import * as os from "node:os";
import { locateEngine } from "../rehearsal/engine/locate";
import { interruption } from "./interruption";
import { projectFolder } from "./stack";

/**
 * Runs the engine in the project's folder, at the user's own terminal.
 *
 * @returns Its exit code.
 */
export async function runPulumi(args: readonly string[], folder = projectFolder): Promise<number> {
    // What the engine says on standard output goes to a file as often as not.
    const { path: engine } = await locateEngine({ onProgress: console.error });
    return interruption.whileWorking(
        (signal) =>
            new Promise<number>((done, failed) => {
                const child = spawn(engine, args, { cwd: folder, stdio: "inherit" });
                signal.addEventListener("abort", () => child.kill("SIGINT"));
                child.on("error", failed);
                child.on("close", (code, by) => done(code ?? 128 + (by === null ? 0 : os.constants.signals[by])));
            }),
    );
}
