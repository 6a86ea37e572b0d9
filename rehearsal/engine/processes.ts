/** Ending the engine as a crash would: at once, with everything it started. */
import { execFileSync } from "node:child_process";

/** Process ids of everything a process started, directly or not. */
export function descendantsOf(pid: number): readonly number[] {
    const pairs = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" })
        .trim()
        .split("\n")
        .map((line) => line.trim().split(/\s+/).map(Number));
    const found: number[] = [];
    const visit = (parent: number): void => {
        for (const [child, of] of pairs) {
            if (of === parent && child !== undefined) {
                found.push(child);
                visit(child);
            }
        }
    };
    visit(pid);
    return found;
}

/** Kills a process and its descendants (SIGKILL); what is dead already is passed over. */
export function killTree(pid: number): void {
    // Stopped first: what it would still start in the meantime could not be found.
    for (const [id, signal] of [
        [pid, "SIGSTOP"],
        ...descendantsOf(pid).map((id) => [id, "SIGKILL"] as const),
        [pid, "SIGKILL"],
    ] as const) {
        try {
            process.kill(id, signal);
        } catch {
            // Dead already.
        }
    }
}
