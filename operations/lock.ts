/** Whether another engine works on a stack, or died over it: the lock it left where its state lies. */
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type KeptStack, locksFolder } from "../rehearsal/engine/state-folder";

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

/** A lock is written at once: one that is no lock for so long, an engine was killed over. */
const tornAfterSeconds = 10;

/** The locks in a folder; undefined for one an engine died over while it wrote it. */
function locksIn(folder: string): (Lock | undefined)[] {
    const files = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => !name.endsWith(".attrs")) : [];
    return files.flatMap((name) => {
        const file = path.join(folder, name);
        try {
            return [JSON.parse(fs.readFileSync(file, "utf8")) as Lock];
        } catch {
            const written = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
            // Younger than that, its engine has only begun; taken away in the meantime, it is done.
            return Date.now() - written > tornAfterSeconds * 1000 ? [undefined] : [];
        }
    });
}

/** Which stack, and where its state is. */
export interface LockedStack extends KeptStack {
    /** The folder its state is in; undefined where it is elsewhere, and its locks cannot be read. */
    readonly folder: string | undefined;
    /** This machine's name. Default: as it is. */
    readonly hostname?: string;
}

/**
 * Looks whether somebody else's engine works on a stack.
 *
 * @returns Whether one died over it and left its lock, on this machine.
 * @throws Error where one does, or did on another machine, where nobody here can tell whether it still lives.
 */
export function isAbandoned({ project, stack, folder, hostname = os.hostname() }: LockedStack): boolean {
    const locks = folder === undefined ? [] : locksIn(locksFolder(folder, { project, stack }));
    for (const lock of locks.filter((each) => each !== undefined)) {
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
