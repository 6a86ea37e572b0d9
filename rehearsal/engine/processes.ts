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

/** Kills everything a process has started (SIGKILL), and not the process. */
export function killDescendants(pid: number): void {
    for (const id of descendantsOf(pid)) {
        signalTo(id, "SIGKILL");
    }
}

/** Kills a process and its descendants (SIGKILL); what is dead already is passed over. */
export function killTree(pid: number): void {
    // Stopped first: what it would still start in the meantime could not be found.
    signalTo(pid, "SIGSTOP");
    killDescendants(pid);
    signalTo(pid, "SIGKILL");
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
    try {
        process.kill(pid, signal);
    } catch {
        // Dead already.
    }
}
