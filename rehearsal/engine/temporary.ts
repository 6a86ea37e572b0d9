/** Folders that are gone when this process ends, however it ends but by SIGKILL. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folders = new Set<string>();
let watching = false;

/** Makes a folder of its own under the system's folder for such, e.g. `/tmp/strata-bin-x3Gf9a`. */
export function temporaryFolder(prefix: string): string {
    if (!watching) {
        watching = true;
        process.once("exit", () => {
            for (const folder of folders) {
                removeTemporary(folder);
            }
        });
    }
    const folder = mkdtempSync(join(tmpdir(), prefix));
    folders.add(folder);
    return folder;
}

/** Removes such a folder now. */
export function removeTemporary(folder: string): void {
    folders.delete(folder);
    // What was killed a moment ago may still be writing.
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
