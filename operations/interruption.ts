/** What Ctrl-C, a `kill` and a closed pipe do: an engine at work on something real is let come to its end. */
import { killDescendants } from "../rehearsal/engine/processes";

/** Why this process is to end; SIGPIPE where nobody reads what it prints any more. */
export type Ending = "SIGHUP" | "SIGINT" | "SIGPIPE" | "SIGTERM";

/** Exit codes of a process that a signal ends: 128 and its number (POSIX shells). */
const codes: Readonly<Record<Ending, number>> = { SIGHUP: 129, SIGINT: 130, SIGPIPE: 141, SIGTERM: 143 };

/**
 * What comes so soon after a signal, in milliseconds, is the same wish: npm passes on to its script what the terminal has
 * sent the script already (@npmcli/run-script: lib/signal-manager.js), and a terminal that is closed closes pipes too.
 */
const sameWishMs = 1000;

/** What this is told of the process it runs in. */
export interface Surroundings {
    /** A clock, in milliseconds; only differences count. */
    readonly now: () => number;
    /** True where Ctrl-C reaches the engine by itself: the terminal sends it to everything it started. */
    readonly inTerminal: boolean;
    /** Says a sentence to the one who waits. */
    readonly say: (sentence: string) => void;
    /** Ends everything this process has started, and then the process. */
    readonly end: (code: number) => void;
}

/** What work that was interrupted ends with: no failure, but what was asked for. */
export class Stopped extends Error {
    override readonly name = "Stopped";

    constructor(message = "Stopped, as asked. Nothing is lost: run it again, and it goes on.", options?: ErrorOptions) {
        super(message, options);
    }
}

/** Whether this process was asked to end, and what it does then. */
export class Interruption {
    readonly #stop = new AbortController();
    #working = 0;
    #asked: Ending | undefined;
    #askedAt = 0;

    constructor(private readonly surroundings: Surroundings) {}

    /** Exit code of a process that was asked to end; undefined where it was not. */
    get code(): number | undefined {
        return this.#asked === undefined ? undefined : codes[this.#asked];
    }

    /**
     * Lets an engine work on something real. Where the process is asked to end meanwhile, the engine is told to finish
     * what it has begun and to begin nothing more.
     *
     * @param work Runs the engine; the signal is an option of the Automation API, which interrupts the engine by it.
     * @throws Stopped where it failed after that, or was not begun any more.
     */
    async whileWorking<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
        if (this.#asked !== undefined) {
            throw new Stopped();
        }
        this.#working++;
        try {
            return await work(this.#stop.signal);
        } catch (error) {
            throw this.#asked === undefined ? error : new Stopped(undefined, { cause: error });
        } finally {
            this.#working--;
        }
    }

    /** Is asked to end. A second time, or where nothing real is under way, it does so at once. */
    ask(ending: Ending): void {
        const now = this.surroundings.now();
        const again = this.#asked !== undefined;
        if (again && now - this.#askedAt < sameWishMs) {
            return;
        }
        this.#asked ??= ending;
        this.#askedAt = now;
        if (again || this.#working === 0) {
            this.surroundings.end(codes[this.#asked]);
            return;
        }
        // A second interrupt would make the engine drop what it has begun.
        if (ending !== "SIGINT" || !this.surroundings.inTerminal) {
            this.#stop.abort();
        }
        if (ending !== "SIGPIPE") {
            this.surroundings.say("Stopping: what is under way is brought to its end. Once more stops at once.");
        }
    }
}

/** That of this process. Nothing is heard of before `listen`. */
export const interruption = new Interruption({
    now: () => performance.now(),
    inTerminal: process.stdin.isTTY === true,
    say: (sentence) => process.stderr.write(`\n${sentence}\n`),
    end: (code) => {
        // A child of a dead parent would go on.
        killDescendants(process.pid);
        if (process.stderr.isTTY === true) {
            // A live display hides the cursor.
            process.stderr.write("\u001b[?25h");
        }
        process.exit(code);
    },
});

/** Hears signals, and that nobody reads any more. */
export function listen(): void {
    for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
        process.on(signal, () => interruption.ask(signal));
    }
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", (error: NodeJS.ErrnoException) => {
            // A pipe, or a terminal, that is closed.
            if (error.code !== "EPIPE" && error.code !== "EIO") {
                throw error;
            }
            // Every further line fails the same way, which is no second wish to stop.
            if (interruption.code === undefined) {
                interruption.ask("SIGPIPE");
            }
        });
    }
}
