/** Reads the architecture document of the Oracle stacks where it lies beside this project: figures and arrows. */
import * as fs from "node:fs";
import * as path from "node:path";
import { projectFolder } from "../../harness/stack-config";
import type { Item } from "../000/document";

/** The document's text; undefined where it does not lie beside this project. */
export function documentText(): string | undefined {
    const folder = path.join(projectFolder, "..", "shared", "seeds");
    const file = fs.existsSync(folder) ? fs.readdirSync(folder).find((name) => name.startsWith("001_")) : undefined;
    return file === undefined ? undefined : fs.readFileSync(path.join(folder, file), "utf8");
}

/** Figures of a text, those inside of names (`K8s`, `TS1`, `x86`) left out. */
export function figures(text: string): string[] {
    return text.match(/(?<![A-Za-z\d.])\d+(?:\.\d+)*/g) ?? [];
}

/** Lines inside a diagram that style it. */
const silent = /^(%%|classDef |class |end$|flowchart |graph |gantt$|dateFormat |axisFormat |sequenceDiagram$)/;

/** Every line of a diagram, and the line that sums up the timeline. */
function lines(document: string): Item[] {
    const items: Item[] = [];
    let section = "";
    let drawing = false;
    for (const line of document.split("\n").map((each) => each.trim())) {
        section = /^#{2,} (.*)$/.exec(line)?.[1] ?? section;
        if (line.startsWith("```")) {
            drawing = !drawing;
        } else if ((drawing && line !== "" && !silent.test(line)) || line.startsWith("**Total time")) {
            items.push({ section, text: line });
        }
    }
    return items;
}

/** Lines with a figure in them. */
export function figureItems(document: string): Item[] {
    return lines(document).filter(({ text }) => figures(text).length > 0);
}

/** Names of the nodes on one side of an arrow: `A1["..."] & A2`. */
function names(side: string): string[] {
    const bare = side.replace(/"[^"]*"/g, "");
    return bare.split("&").map((each) => /^\s*(\w+)/.exec(each)?.[1] ?? "");
}

/** Every arrow as `A > B`, chains and `A & B --> C & D` taken apart. */
export function arrowItems(document: string): Item[] {
    return lines(document).flatMap(({ section, text }) => {
        const sides = text.replace(/"[^"]*"/g, '""').split(/\s(?:-->(?:\|[^|]*\|)?|-\.->|-\.\w+\.->)\s/);
        return sides
            .slice(1)
            .flatMap((side, index) =>
                names(sides[index] ?? "").flatMap((from) =>
                    names(side).map((to) => ({ section, text: `${from} > ${to}` })),
                ),
            );
    });
}
