/** Plain text in columns, as wide as it needs to be and no wider than a terminal. */

/**
 * The width lines are kept to: a terminal's, from 60 up, else 100.
 *
 * @param stream Where they are shown.
 */
export function width(stream: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout): number {
    const { isTTY, columns = 0 } = stream;
    return isTTY === true && columns > 0 ? Math.max(60, columns) : 100;
}

/**
 * Rows under their headings, columns aligned, the last one wrapped where the line would get longer than `width()`.
 *
 * @param indent Spaces in front of every line.
 */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], indent = 2): string[] {
    const all = [headings, ...rows];
    const widths = headings.map((_, column) =>
        column === headings.length - 1 ? 0 : Math.max(...all.map((row) => (row[column] ?? "").length)),
    );
    const before = indent + widths.reduce((sum, each) => sum + each + (each > 0 ? 2 : 0), 0);
    const room = Math.max(24, width() - before);
    return all.flatMap((row) => {
        const last = wrap(row.at(-1) ?? "", room);
        const lead = row
            .slice(0, -1)
            .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 2))
            .join("");
        return last.map((line, index) =>
            `${" ".repeat(indent)}${index === 0 ? lead : " ".repeat(before - indent)}${line}`.trimEnd(),
        );
    });
}

/** Text in lines of at most `room` characters, broken between words. */
export function wrap(text: string, room: number): string[] {
    const lines: string[] = [];
    let line = "";
    for (const word of text.split(/\s+/)) {
        if (line !== "" && line.length + 1 + word.length > room) {
            lines.push(line);
            line = word;
        } else {
            line = line === "" ? word : `${line} ${word}`;
        }
    }
    return [...lines, line];
}

/** Minutes for people: `11 min`, `0.5 min`. */
export function minutes(count: number): string {
    return `${Math.round(count * 10) / 10} min`;
}
