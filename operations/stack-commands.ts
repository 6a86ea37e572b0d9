/** The parts of `strata` around a deployment: what comes before it, and what is asked after it. */
import type { Command } from "commander";

// Loaded by the command that needs them: Oracle's clients take half a second.
const setupCommands = () => import("./setup/command.js");
const imageCommands = () => import("./images/command.js");
const validateCommands = () => import("./validate/command.js");

/** Adds `setup`, `images build`, `images upload` and `validate` to the command. */
export function addStackCommands(strata: Command): void {
    strata
        .command("setup <STACK>")
        .description("find, ask for or make what a stack needs before it is deployed: keys, credentials, secrets")
        .action(async (stack: string) => (await setupCommands()).setupCommand(stack));
    const images = strata.command("images").description("the disk images of an Oracle stack");
    images
        .command("build <STACK>")
        .description("build them, in Dagger or on a Debian host, and check that they stay below 20 GB")
        .action(async (stack: string) => (await imageCommands()).buildCommand(stack));
    images
        .command("upload <STACK>")
        .description("put them into object storage, unless they are there, and import what the instances boot")
        .action(async (stack: string) => (await imageCommands()).uploadCommand(stack));
    strata
        .command("validate <STACK>")
        .description("ask a deployed stack whether it is free, whole and ready: Safe, or STOP and what to do")
        .action(async (stack: string) => {
            if (!(await (await validateCommands()).validateCommand(stack))) {
                process.exitCode = 1;
            }
        });
}
