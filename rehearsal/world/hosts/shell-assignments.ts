/** Assignments of a shell: before a command, and as arguments of `local` and `export`. */
import type { Command } from "unbash";
import { Unsupported } from "./shell-io";
import type { Scope } from "./shell-scope";
import { type Expansion, text } from "./shell-words";

/** Sets what is assigned. @param command Name of the command they stand beside; undefined: they stand alone. */
export function assign(
    parts: readonly (Command["prefix"][number] | Command["suffix"][number])[],
    command: string | undefined,
    scope: Scope,
    around: Expansion,
): void {
    for (const each of parts) {
        if (each.type === "Assignment") {
            if (command === "local") {
                scope.own(each.name);
            }
            const { value } = each;
            if (value.type === "ArrayValue" || each.append === true) {
                throw new Unsupported(each.text);
            }
            scope.variables.set(each.name, text(value, around));
        } else if (each.type === "Word" && command === "local") {
            scope.own(text(each, around));
        }
    }
}
