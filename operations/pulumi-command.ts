/** `strata pulumi`: the engine Strata found, which may stand on nobody's PATH, as its user calls it. */
import { spawn } from "node:child_process";
import * as os from "node:os";
import { interruption } from "./interruption";
import { patientEngine } from "./patient-engine";
import { projectFolder } from "./stack";

/**
 * Runs the engine in the project's folder, at the user's own terminal.
 *
 * @returns Its exit code.
 */
export async function runPulumi(args: readonly string[], folder = projectFolder): Promise<number> {
    const engine = await patientEngine();
    return interruption.whileWorking(
        (signal) =>
            new Promise<number>((done, failed) => {
                const child = spawn(engine.path, args, { cwd: folder, stdio: "inherit" });
                signal.addEventListener("abort", () => child.kill("SIGINT"));
                child.on("error", failed);
                child.on("close", (code, by) => done(code ?? 128 + (by === null ? 0 : os.constants.signals[by])));
            }),
    );
}
