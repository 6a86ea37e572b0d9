/** `strata help`: the commander's own shows all there is where it does not know what it is asked about. */
import type { Command } from "commander";

/** Adds `help` to the command in place of the commander's own. */
export function addHelpCommand(strata: Command): void {
    strata
        .helpCommand(false)
        .command("help [COMMAND...]")
        .description("tell about a command")
        .action((names: readonly string[]) => commandOf(strata, names).outputHelp());
}

function commandOf(strata: Command, names: readonly string[]): Command {
    return names.reduce((parent, name, index) => {
        const found = parent.commands.find((each) => each.name() === name);
        if (found === undefined) {
            const known = parent.commands.map((each) => each.name()).filter((each) => each !== "help");
            const instead = known.length === 0 ? "it has none of its own" : `expected one of ${known.join(", ")}`;
            throw new Error(`There is no command '${names.slice(0, index + 1).join(" ")}': ${instead}.`);
        }
        return found;
    }, strata);
}
