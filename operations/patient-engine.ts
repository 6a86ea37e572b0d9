/** The engine as the command calls it for something real. */
import * as path from "node:path";
import { locateEngine } from "../rehearsal/engine/locate";
import { writeExecutable } from "../rehearsal/engine/scratch";
import { temporaryFolder } from "../rehearsal/engine/temporary";

/** An engine that a closed terminal does not kill. */
export interface PatientEngine {
    /** Its program, gone when this process ends. */
    readonly path: string;
    /** What PATH begins with for it to be found, and what belongs to it. */
    readonly folders: readonly string[];
}

/**
 * Finds the engine, and says on standard error which: what a command answers goes to a file as often as not.
 *
 * A terminal that is closed hangs up on all that runs in it, and the engine knows of interrupts and SIGTERM only
 * (pulumi/pulumi: pkg/backend/cancellation_scope.go). This process hears of it, too, and interrupts the engine.
 */
export async function patientEngine(): Promise<PatientEngine> {
    const { path: engine } = await locateEngine({ onProgress: console.error });
    const folder = temporaryFolder("strata-engine-");
    const patient = path.join(folder, "pulumi");
    writeExecutable(patient, `#!/bin/sh\ntrap '' HUP\nexec '${engine}' "$@"\n`);
    return { path: patient, folders: [folder, path.dirname(engine)] };
}
