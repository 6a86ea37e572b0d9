/** The parts of `strata` around a deployment: what comes before it, and what is asked after it. */
import type { Command } from "commander";
import { runPulumi } from "./pulumi-command";

// Loaded by the command that needs them: Oracle's clients take half a second.
const setupCommands = () => import("./setup/command.js");
const imageCommands = () => import("./images/command.js");
const validateCommands = () => import("./validate/command.js");

interface ValidateOptions {
    readonly rehearse?: boolean;
    readonly down: readonly string[];
}

const gather = (one: string, all: readonly string[]): readonly string[] => [...all, one];

/** Adds `pulumi`, `setup`, `images build`, `images upload` and `validate` to the command. */
export function addStackCommands(strata: Command): void {
    // What stands behind `pulumi` is the engine's, options and all.
    strata.enablePositionalOptions();
    strata
        .command("pulumi [ARGS...]")
        .description("the Pulumi engine itself, wherever it was found, in this project's folder")
        .helpOption(false)
        .allowUnknownOption()
        .passThroughOptions()
        .action(async (args: readonly string[]) => {
            process.exitCode = await runPulumi(args);
        });
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
        .option("--rehearse", "ask the simulated world, with the stack deployed in it")
        .option("--down <host>", "with --rehearse: a Proxmox VE host that has lost its power; repeatable", gather, [])
        .action(async (stack: string, { rehearse, down }: ValidateOptions) => {
            if (rehearse !== true && down.length > 0) {
                throw new Error("--down takes the power of a host of the simulated world: say --rehearse as well.");
            }
            const { validateCommand, validateInRehearsal } = await validateCommands();
            const safe = await (rehearse === true ? validateInRehearsal(stack, down) : validateCommand(stack));
            if (!safe) {
                process.exitCode = 1;
            }
        });
}
