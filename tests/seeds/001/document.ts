/** Reads the architecture document of the Oracle stacks: its figures, and every arrow of its diagrams. */
import type { Item } from "../000/document";

/** Figures of a text, those inside of names (`K8s`, `TS1`, `x86`) left out. */
export function figures(text: string): string[] {
    return text.match(/(?<![A-Za-z\d.])\d+(?:\.\d+)*/g) ?? [];
}

/** Lines inside a diagram that style it. */
const silent = /^(%%|classDef |class |end$|flowchart |graph |gantt$|dateFormat |axisFormat |sequenceDiagram$)/;
/** Lines outside of diagrams with figures that are not the stack's: the table of contents, and the colours. */
const outside = /^(---$|\d+\. \[|- \*\*\w+ \(#)/;

/** Every line of a diagram, every heading, and what is said between the diagrams. */
export function lines(document: string): Item[] {
    const items: Item[] = [];
    let section = "";
    let drawing = false;
    for (const line of document.split("\n").map((each) => each.trim())) {
        const heading = /^#{2,} (.*)$/.exec(line)?.[1];
        section = heading ?? section;
        if (line.startsWith("```")) {
            drawing = !drawing;
        } else if (line !== "" && !(drawing ? silent : outside).test(line)) {
            items.push({ section, text: heading ?? line });
        }
    }
    return items;
}

/** Lines with a figure in them. */
export function figureItems(document: string): Item[] {
    return lines(document).filter(({ text }) => figures(text).length > 0);
}

/** An arrow of a flow chart, with its label. */
const link = /\s(-->(?:\|[^|]*\|)?|-\.->|-\.\w+\.->)\s/;
/** A message of a sequence, e.g. `TF->>PVE: Create 3 VMs`. */
const message = /^\w+-?->>\w+: .+$/;

/** Names of the nodes on one side of an arrow: `A1["..."] & A2`. */
function names(side: string): string[] {
    return side.split("&").map((each) => /^\s*(\w+)/.exec(each)?.[1] ?? "");
}

/**
 * The arrows a line draws, as `A --> B` with the arrow and its label as drawn: chains and `A & B --> C & D` taken apart.
 * Throws at an arrow of a form the document does not use, which would otherwise be overlooked.
 */
export function arrowsOf({ section, text }: Item): Item[] {
    if (message.test(text)) {
        return [{ section, text }];
    }
    const parts = text.replace(/"[^"]*"/g, '""').split(link);
    const strange = parts.find((part, index) => index % 2 === 0 && /--|==|-\.|->|~~~/.test(part));
    if (strange !== undefined) {
        throw new Error(`Expected arrows as the document draws them, found: ${text}`);
    }
    return parts.flatMap((drawn, index) =>
        index % 2 === 0
            ? []
            : names(parts[index - 1] ?? "").flatMap((from) =>
                  names(parts[index + 1] ?? "").map((to) => ({ section, text: `${from} ${drawn} ${to}` })),
              ),
    );
}

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** The arrows a time table means: from each row to every row that begins when it ends. */
export function handovers(items: readonly Item[]): Item[] {
    const rows = items.flatMap(({ section, text }) => {
        const [, name = "", start, length] = /^(.+?)\s*:(?:\w+, )?(\d\d:\d\d), (\d+)m$/.exec(text) ?? [];
        return start === undefined
            ? []
            : [{ section, name, start: minutes(start), end: minutes(start) + Number(length) }];
    });
    return rows.flatMap(({ section, name, end }) =>
        rows.filter(({ start }) => start === end).map((next) => ({ section, text: `${name} --> ${next.name}` })),
    );
}

/** Every arrow of the document. */
export function arrowItems(document: string): Item[] {
    const all = lines(document);
    return [...all.flatMap(arrowsOf), ...handovers(all)];
}
