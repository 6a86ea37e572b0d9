/** Whether another engine works on a stack, or died over it: the lock it left where its state lies. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

/** What an engine writes into its lock (pulumi/pulumi: pkg/backend/diy/lock.go). */
interface Lock {
    readonly pid: number;
    readonly username: string;
    readonly hostname: string;
    /** ISO time. */
    readonly timestamp: string;
}

/** True where an engine runs under this process id; another program may have come by it since. */
function isEngine(pid: number): boolean {
    try {
        return /pulumi/.test(execFileSync("ps", ["-p", String(pid), "-o", "comm="], { encoding: "utf8" }));
    } catch {
        return false;
    }
}

function locksIn(folder: string): Lock[] {
    const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
    return files.flatMap((file) => {
        try {
            return [JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as Lock];
        } catch {
            // Taken away in the meantime, or not written to its end: its engine has only begun, or is done.
            return [];
        }
    });
}

/** Which stack, and where its state is. */
export interface LockedStack {
    readonly project: string;
    readonly stack: string;
    /** URL of the backend, as `pulumi whoami` tells it. Only of a folder can locks be read. */
    readonly backend: string;
    /** This machine's name. Default: as it is. */
    readonly hostname?: string;
}

/**
 * Looks whether somebody else's engine works on a stack.
 *
 * @returns Whether one died over it and left its lock, on this machine.
 * @throws Error where one does, or did on another machine, where nobody here can tell whether it still lives.
 */
export function isAbandoned({ project, stack, backend, hostname = os.hostname() }: LockedStack): boolean {
    if (!backend.startsWith("file://")) {
        return false;
    }
    const home = fileURLToPath(backend.replace(/^file:\/\/~/, `file://${os.homedir()}`));
    const locks = locksIn(path.join(home, ".pulumi", "locks", "organization", project, stack));
    for (const lock of locks) {
        const who = `the engine of ${lock.username} on ${lock.hostname} (process ${lock.pid}, since ${lock.timestamp})`;
        if (lock.hostname !== hostname) {
            throw new Error(
                `${stack} is locked by ${who}: wait until it is done or, if it is dead, take its lock away with \`pulumi cancel --stack ${stack}\`.`,
            );
        }
        if (isEngine(lock.pid)) {
            throw new Error(`${stack} is locked by ${who}, which is at work: wait until it is done, or end it there.`);
        }
    }
    return locks.length > 0;
}
