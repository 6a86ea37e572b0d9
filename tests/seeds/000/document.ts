/** Reads the deployment graph of the homelab where it lies beside this project, item by item. */
import * as fs from "node:fs";
import * as path from "node:path";
import { projectFolder } from "../../harness/stack-config";

/** One thing the document says: a node or an arrow of its graph, a bullet, a row of a table. */
export interface Item {
    /** The nearest heading above, without its marks. */
    readonly section: string;
    readonly text: string;
}

/** The text of a document, by its number; undefined where it does not lie beside this project. */
export function documentText(number = "000"): string | undefined {
    const folder = path.join(projectFolder, "..", "shared", "seeds");
    const file = fs.existsSync(folder)
        ? fs.readdirSync(folder).find((name) => name.startsWith(`${number}_`))
        : undefined;
    return file === undefined ? undefined : fs.readFileSync(path.join(folder, file), "utf8");
}

/** Lines that draw or separate and say nothing. */
const silent = /^(```|graph |classDef |class |%% (Styling|Dependencies)|\|[-| ]+\|$|# )/;

/** Every item of the document, in its order. */
export function itemsOf(document: string): Item[] {
    const items: Item[] = [];
    let section = "";
    let previous = "";
    for (const line of document.split("\n").map((each) => each.trim())) {
        const heading = /^#{2,} (.*)$/.exec(line)?.[1];
        // The first row of a table names its columns.
        const names = line.startsWith("|") && !previous.startsWith("|");
        if (heading !== undefined) {
            section = heading;
            if (/\d/.test(heading)) {
                items.push({ section, text: heading });
            }
        } else if (line !== "" && !silent.test(line) && !names) {
            items.push({ section, text: line });
        }
        previous = line;
    }
    return items;
}

/** The figures in a text: `10.10.0.140`, `6`, `1.33.3`. */
export function figures(text: string): string[] {
    return text.match(/\d+(?:\.\d+)*/g) ?? [];
}
