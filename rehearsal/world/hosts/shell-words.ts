/** Words of a shell script: parameters, substitutions and splitting. */
import type { ParameterExpansionPart, Word, WordPart } from "unbash";
import { Unsupported } from "./shell-io";

/** What words are expanded with. */
export interface Expansion {
    /** A variable's or parameter's value, undefined where it is not set. */
    get(name: string): string | undefined;
    set(name: string, value: string): void;
    /** Positional parameters. */
    readonly positional: readonly string[];
    /** What a substituted command prints, without the line feeds at its end. */
    substitute(part: Extract<WordPart, { type: "CommandExpansion" }>): string;
    /** Stops the shell with a message. */
    stop(message: string): never;
}

/** A pattern such as `*:` or `/dev/*` as a regular expression, unanchored. */
export function globPattern(pattern: string): string {
    return pattern
        .replace(/[.+^${}()|\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
}

/** Removes the shortest or longest match of a pattern from one end. */
function remove(value: string, operator: string, pattern: string): string {
    const front = operator.startsWith("#");
    const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
    const matcher = new RegExp(`^(?:${globPattern(pattern)})$`, "s");
    for (const length of operator.length === 2 ? lengths.reverse() : lengths) {
        const cut = front ? value.slice(0, length) : value.slice(value.length - length);
        if (matcher.test(cut)) {
            return front ? value.slice(length) : value.slice(0, value.length - length);
        }
    }
    return value;
}

function parameter(part: ParameterExpansionPart, around: Expansion): string {
    const value = around.get(part.parameter);
    const { operation } = part;
    if (part.prefix !== undefined || part.index !== undefined) {
        throw new Unsupported(part.text);
    }
    if (operation === undefined) {
        return value ?? around.stop(`${part.parameter}: unbound variable`);
    }
    if (operation.type === "Remove") {
        const pattern = text(operation.operand, around);
        return remove(value ?? around.stop(`${part.parameter}: unbound variable`), operation.operator, pattern);
    }
    if (operation.type === "Default") {
        const missing = value === undefined || (operation.operator.startsWith(":") && value === "");
        switch (operation.operator.replace(":", "")) {
            case "-":
                return missing ? text(operation.operand, around) : (value ?? "");
            case "+":
                return missing ? "" : text(operation.operand, around);
            case "?":
                return missing ? around.stop(`${part.parameter}: ${text(operation.operand, around)}`) : (value ?? "");
            default:
                if (missing) {
                    around.set(part.parameter, text(operation.operand, around));
                }
                return around.get(part.parameter) ?? "";
        }
    }
    throw new Unsupported(part.text);
}

/** `$@` and `${@:2}` as a list; undefined for what is none of them. */
function all(part: WordPart, around: Expansion): readonly string[] | undefined {
    if (part.type === "SimpleExpansion") {
        return part.text === "$@" ? around.positional : undefined;
    }
    if (part.type !== "ParameterExpansion" || part.parameter !== "@") {
        return undefined;
    }
    const { operation } = part;
    if (operation?.type === "Slice" && operation.length === undefined) {
        return around.positional.slice(Number(text(operation.offset, around)) - 1);
    }
    if (operation !== undefined) {
        throw new Unsupported(part.text);
    }
    return around.positional;
}

/** Text of one part that is not a list. */
function single(part: WordPart, around: Expansion): string {
    switch (part.type) {
        case "Literal":
        case "SingleQuoted":
        case "AnsiCQuoted":
            return part.value;
        case "Glob":
            return part.text;
        case "DoubleQuoted":
            return part.parts.map((inner) => all(inner, around)?.join(" ") ?? single(inner, around)).join("");
        case "SimpleExpansion": {
            const name = part.text.slice(1);
            return all(part, around)?.join(" ") ?? around.get(name) ?? around.stop(`${name}: unbound variable`);
        }
        case "ParameterExpansion":
            return all(part, around)?.join(" ") ?? parameter(part, around);
        case "CommandExpansion":
            return around.substitute(part);
        default:
            throw new Unsupported(part.text);
    }
}

/** A word where nothing is split: of an assignment, a here-string, a file's name. */
export function text(word: Word, around: Expansion): string {
    return word.parts === undefined ? word.value : word.parts.map((part) => single(part, around)).join("");
}

/** Parts of a document that stands in the script. */
export function partsText(parts: readonly WordPart[], around: Expansion): string {
    return parts.map((part) => single(part, around)).join("");
}

/** The arguments a word becomes: none, one or several. */
export function fields(word: Word, around: Expansion): string[] {
    if (word.parts === undefined) {
        return [word.value];
    }
    const found: string[] = [];
    let current: string | undefined;
    const end = () => {
        if (current !== undefined) {
            found.push(current);
        }
        current = undefined;
    };
    for (const part of word.parts) {
        const inner = part.type === "DoubleQuoted" && part.parts.length === 1 ? part.parts[0] : undefined;
        const many = all(inner ?? part, around);
        if (many !== undefined) {
            for (const [index, each] of many.entries()) {
                if (index > 0) {
                    end();
                }
                current = (current ?? "") + each;
            }
            continue;
        }
        const value = single(part, around);
        if (!["SimpleExpansion", "ParameterExpansion", "CommandExpansion"].includes(part.type)) {
            current = (current ?? "") + value;
            continue;
        }
        // What is not quoted is split at blanks (bash, "Word Splitting").
        if (/^\s/.test(value)) {
            end();
        }
        const pieces = value.split(/\s+/).filter((piece) => piece !== "");
        for (const [index, piece] of pieces.entries()) {
            if (index > 0) {
                end();
            }
            current = (current ?? "") + piece;
        }
        if (/\s$/.test(value)) {
            end();
        }
    }
    end();
    return found;
}
