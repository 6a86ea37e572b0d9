/** What the engine says when it refuses, in one sentence that tells what to do. */
import { CommandError } from "@pulumi/pulumi/automation";

/** True where the engine has to encrypt or decrypt a secret with a passphrase and nobody said it. */
export function lacksPassphrase(said: string): boolean {
    return said.includes("passphrase must be set with PULUMI_CONFIG_PASSPHRASE");
}

/**
 * The refusal as a sentence.
 *
 * @param said The engine's standard error, as it is or as the Automation API passes it on: with words of its own around.
 */
export function refusal(said: string): string {
    if (lacksPassphrase(said)) {
        return "The engine encrypts a stack's secrets with a passphrase: set PULUMI_CONFIG_PASSPHRASE to it, for a new stack to one you will keep, and run this again.";
    }
    if (said.includes("incorrect passphrase")) {
        return "The passphrase is not the one this stack's secrets are encrypted with: set PULUMI_CONFIG_PASSPHRASE to that one and run this again.";
    }
    if (/PULUMI_ACCESS_TOKEN must be set|pulumi login/.test(said)) {
        return "The engine has nowhere to keep state: run `npm run strata -- pulumi login --local`, or the same with the backend of your choice.";
    }
    const lines = said.split("\n").map((line) => line.trim());
    const last = lines.findLast((line) => engineError.test(line)) ?? lines.findLast((line) => line !== "") ?? "";
    return last === "" ? "The engine failed and said nothing." : `The engine says: ${bare(last)}.`;
}

/** A line of the engine's own about what it could not do, bare or behind the command it was given. */
const engineError = /^(?:'.*' failed: )?error: /;

const bare = (line: string): string => line.replace(engineError, "").replace(/\.$/, "");

/** Whatever was thrown, as the command says it. */
export function sentenceOf(error: unknown): string {
    if (error instanceof CommandError) {
        return refusal(error.message);
    }
    return error instanceof Error ? error.message : String(error);
}
