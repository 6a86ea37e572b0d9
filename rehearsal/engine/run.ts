/** Running another program and reading what it says. */
import { spawn } from "node:child_process";

/** How a program is run. */
export interface RunOptions {
    readonly directory?: string;
    /** Added to this process's own environment. */
    readonly environment?: Readonly<Record<string, string>>;
    /** Seconds after which it is killed and counts as failed. Default: never. */
    readonly timeoutSeconds?: number;
    /** Told each line of its standard error as it comes. */
    readonly onErrorLine?: (line: string) => void;
}

/** Runs a program to its end. Gives its standard output; throws, with the end of what it said, where it fails. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
    return new Promise((done, failed) => {
        const child = spawn(command, args, {
            cwd: options.directory,
            env: { ...process.env, ...options.environment },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let output = "";
        let errors = "";
        let line = "";
        const limit = options.timeoutSeconds;
        const timer = limit === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), limit * 1000);
        child.stdout.on("data", (data: Buffer) => {
            output += data.toString();
        });
        child.stderr.on("data", (data: Buffer) => {
            errors += data.toString();
            line += data.toString();
            const lines = line.split("\n");
            line = lines.pop() ?? "";
            for (const complete of lines) {
                options.onErrorLine?.(complete);
            }
        });
        child.on("error", (error) => {
            clearTimeout(timer);
            failed(error);
        });
        child.on("close", (code, signal) => {
            clearTimeout(timer);
            if (code === 0) {
                done(output);
            } else if (signal !== null && limit !== undefined) {
                failed(new Error(`'${command}' did not end within ${limit} seconds`));
            } else {
                const last = errors.trim().split("\n").at(-1) ?? "";
                failed(new Error(`'${command} ${args[0] ?? ""}' failed: ${last || `exit code ${code}`}`));
            }
        });
    });
}

/** The first line of an error's message, without the full stop at its end. */
export function firstLine(error: unknown): string {
    const message = error instanceof Error ? error.message : String(error);
    return (message.split("\n")[0] ?? "").replace(/\.$/, "");
}
