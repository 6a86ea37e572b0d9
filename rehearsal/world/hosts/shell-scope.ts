/** Variables and positional parameters of a shell, and what comes back when a function or a subshell ends. */

/** One shell's names. */
export class Scope {
    readonly variables = new Map<string, string>();
    positional: readonly string[] = [];
    readonly #frames: Map<string, string | undefined>[] = [];

    /** A variable's or parameter's value, undefined where it is not set. */
    get(name: string): string | undefined {
        if (/^\d+$/.test(name)) {
            return this.positional[Number(name) - 1];
        }
        switch (name) {
            case "*":
                return this.positional.join(" ");
            case "#":
                return `${this.positional.length}`;
            default:
                return this.variables.get(name);
        }
    }

    /** Makes a variable the running function's own: what it was comes back at its end. */
    own(name: string): void {
        const frame = this.#frames.at(-1);
        if (frame !== undefined && !frame.has(name)) {
            frame.set(name, this.variables.get(name));
        }
    }

    /** Runs a function's body with its arguments. */
    inFunction<T>(args: readonly string[], act: () => T): T {
        const outer = this.positional;
        const frame = new Map<string, string | undefined>();
        this.positional = args;
        this.#frames.push(frame);
        try {
            return act();
        } finally {
            this.positional = outer;
            this.#frames.pop();
            for (const [name, value] of frame) {
                if (value === undefined) {
                    this.variables.delete(name);
                } else {
                    this.variables.set(name, value);
                }
            }
        }
    }

    /** Runs what a subshell runs: its variables stay inside. */
    apart<T>(act: () => T): T {
        const kept = new Map(this.variables);
        try {
            return act();
        } finally {
            this.variables.clear();
            for (const [name, value] of kept) {
                this.variables.set(name, value);
            }
        }
    }
}
