/** Values as they stand on the wire, with secrets and unknowns marked so that a test can tell them apart. */
export type WireValue = { readonly [key: string]: unknown };

const secretMark = "1b47061264138c4ac30d75fd1eb44270";
const signature = "4dabf18193072939515e22adb298388d";
const unknownMark = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Stands for a value the engine will only know later. */
export const unknown = "<unknown>";

/** A wire value with `<unknown>` and `{ secret: … }` in the place of the engine's marks. */
export function wireValue(value: object): WireValue {
    return mark(value) as WireValue;
}

function mark(value: unknown): unknown {
    if (value === unknownMark) {
        return unknown;
    }
    if (Array.isArray(value)) {
        return value.map(mark);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const entries = Object.entries(value);
    const kind = entries.find(([key]) => key === signature)?.[1];
    if (kind === secretMark) {
        return { secret: mark(entries.find(([key]) => key === "value")?.[1]) };
    }
    return Object.fromEntries(entries.map(([key, each]) => [key, mark(each)]));
}
