/** Asks the person at the keyboard for what cannot be found. */
import { Stopped } from "../interruption";

/** One question. */
export interface Asked {
    /** What is asked for, e.g. `E-mail address to tell of the first cent`. */
    readonly message: string;
    /** What has to be done to have an answer; shown above the question. */
    readonly before?: string;
    /** Hidden while it is typed. */
    readonly secret?: boolean;
    /** True, or what is wrong with the answer. */
    readonly check?: (answer: string) => true | string;
}

/** Whoever answers. */
export type Prompter = (asked: Asked) => Promise<string>;

const given = (answer: string): true | string => answer.trim() !== "" || "An answer is needed.";

/**
 * The keyboard.
 *
 * @throws Error naming the question where nobody sits at it: in a pipeline everything has to be there already.
 * @throws Stopped at Ctrl-C.
 */
export const keyboard: Prompter = async ({ message, before, secret = false, check = given }) => {
    if (process.stdin.isTTY !== true) {
        throw new Error(`${message}: nobody is there to be asked; run this in a terminal.`);
    }
    if (before !== undefined) {
        console.log(`\n${before}\n`);
    }
    // Loaded when somebody is asked: it takes the terminal over.
    const { default: ask } = secret ? await import("@inquirer/password") : await import("@inquirer/input");
    try {
        return (await ask({ message, validate: check })).trim();
    } catch (error) {
        throw error instanceof Error && error.name === "ExitPromptError"
            ? new Stopped("Stopped; run it again, it asks only for what is missing.")
            : error;
    }
};
