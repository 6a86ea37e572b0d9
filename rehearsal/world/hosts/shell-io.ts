/** Streams of a rehearsed shell, and how it ends what it runs. */

/** Where text goes. */
export interface Sink {
    text: string;
}

/** Where text comes from, read from the front. */
export interface Source {
    text: string;
}

/** The three streams of a command. */
export interface Streams {
    readonly input: Source;
    readonly out: Sink;
    readonly err: Sink;
}

/** The exit of a shell. */
export class Exit extends Error {
    constructor(readonly code: number) {
        super(`exit ${code}`);
    }
}

/** The return from a function. */
export class Return extends Error {
    constructor(readonly code: number) {
        super(`return ${code}`);
    }
}

/** What a shell is asked that it has no answer for: the construct is named, nothing is guessed. */
export class Unsupported extends Error {
    constructor(construct: string) {
        super(`rehearsal: the shell construct ${construct} is not interpreted; use a simpler one`);
    }
}

/** A command that waits for what does not come, for ever. The world is impatient: it says so at once. */
export class Hang extends Error {
    constructor(command: string) {
        super(`rehearsal: '${command}' would wait for ever here; give it a time limit`);
    }
}

/** What a command answers. */
export interface Answer {
    readonly code: number;
    readonly out?: string;
    readonly err?: string;
}

/** A command that went well. */
export const fine = (out = ""): Answer => ({ code: 0, out });

/** A command that did not; its words end with a line feed. */
export const failed = (err: string, code = 1): Answer => ({ code, err: err === "" ? "" : `${err}\n` });

/** What the commands of a shell act on. */
export interface ShellHost {
    /** Text of a file, undefined where there is none. */
    read(path: string): string | undefined;
    /** Writes a file; false where its folder is missing. */
    write(path: string, text: string): boolean;
    /** True for a folder. */
    isFolder(path: string): boolean;
    /** Runs a command that is neither the shell's own nor a text tool; undefined where there is none of that name. */
    run(name: string, args: readonly string[], input: Source): Answer | undefined;
    /** True where a command of that name is installed. */
    has(name: string): boolean;
}
