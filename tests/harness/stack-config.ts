/** The stacks' own files, as tests read them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

/** The folder of the project. */
export const projectFolder = path.join(__dirname, "..", "..");

/** The `strata:` sections of a stack's file, by section name; a copy of one's own each time. */
export function stackSections(stack: string): Record<string, unknown> {
    const file = fs.readFileSync(path.join(projectFolder, `Pulumi.${stack}.yaml`), "utf8");
    const { config } = parse(file) as { readonly config: Record<string, unknown> };
    const own = Object.entries(config).filter(([key]) => key.startsWith("strata:"));
    return Object.fromEntries(own.map(([key, value]) => [key.slice("strata:".length), value]));
}
