/** Reads a configuration of Grafana Alloy. Source: Alloy documentation, "Alloy configuration syntax". */
import type { Properties, Value } from "../value";

/** A block: a component, or a part of one. */
export interface AlloyBlock {
    /** e.g. `prometheus.scrape`, or `rule` inside of one. */
    readonly kind: string;
    /** e.g. `kubelet`; undefined where the block has none. */
    readonly label: string | undefined;
    /**
     * Its arguments by name. What stands for another component's export is `{ reference: "a.b.c" }`, a call is
     * `{ call: "sys.env", given: ["NAME"] }`.
     */
    readonly arguments: Properties;
    readonly blocks: readonly AlloyBlock[];
}

/** What a text is made of; anything else ends the reading. */
const token = /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|("(?:[^"\\\n]|\\.)*"|[A-Za-z_][\w.]*|-?\d+(?:\.\d+)?|[{}[\](),=])/y;

interface Token {
    readonly text: string;
    /** Line it stands on, from 1. */
    readonly line: number;
}

function tokens(source: string): readonly Token[] {
    const found: Token[] = [];
    let line = 1;
    token.lastIndex = 0;
    for (let place = 0; place < source.length; place = token.lastIndex) {
        token.lastIndex = place;
        const match = token.exec(source);
        if (match === null) {
            throw new Error(`config.alloy:${line}: illegal character "${source[place]}"`);
        }
        if (match[1] !== undefined) {
            found.push({ text: match[1], line });
        }
        line += match[0].split("\n").length - 1;
    }
    return found;
}

/**
 * The components of a configuration, in order.
 *
 * @throws Error with the line Alloy does not read; it does not start then.
 */
export function alloyComponents(source: string): readonly AlloyBlock[] {
    return new Reader(tokens(source)).body(undefined).blocks;
}

class Reader {
    #place = 0;

    constructor(private readonly read: readonly Token[]) {}

    /** Arguments and blocks up to a closing brace, or to the end. */
    body(end: "}" | undefined): Pick<AlloyBlock, "arguments" | "blocks"> {
        const given: [string, Value][] = [];
        const blocks: AlloyBlock[] = [];
        while (this.#next !== end) {
            const name = this.#take(/^[A-Za-z_]/, "a name");
            if (this.#next === "=") {
                this.#place += 1;
                given.push([name, this.#value()]);
                continue;
            }
            const label = this.#next?.startsWith('"') ? this.#string() : undefined;
            this.#take(/^{$/, "{");
            const inside = this.body("}");
            this.#take(/^}$/, "}");
            blocks.push({ kind: name, label, ...inside });
        }
        return { arguments: Object.fromEntries(given), blocks };
    }

    get #next(): string | undefined {
        return this.read[this.#place]?.text;
    }

    #take(expected: RegExp, words: string): string {
        const found = this.read[this.#place];
        if (found === undefined || !expected.test(found.text)) {
            const line = found?.line ?? this.read.at(-1)?.line ?? 1;
            throw new Error(`config.alloy:${line}: expected ${words}, got ${found?.text ?? "the end of the file"}`);
        }
        this.#place += 1;
        return found.text;
    }

    #string(): string {
        return JSON.parse(this.#take(/^"/, "a string")) as string;
    }

    #value(): Value {
        const { text = "" } = this.read[this.#place] ?? {};
        if (text.startsWith('"')) {
            return this.#string();
        }
        if (text === "[") {
            this.#place += 1;
            return this.#listUntil("]");
        }
        if (text === "{") {
            this.#place += 1;
            return this.#object();
        }
        this.#take(/^[A-Za-z_\d-]/, "a value");
        if (/^-?\d/.test(text)) {
            return Number(text);
        }
        if (["true", "false", "null"].includes(text)) {
            return JSON.parse(text) as boolean | null;
        }
        if (this.#next === "(") {
            this.#place += 1;
            return { call: text, given: this.#listUntil(")") };
        }
        return { reference: text };
    }

    #listUntil(end: "]" | ")"): readonly Value[] {
        const values: Value[] = [];
        while (this.#next !== end) {
            values.push(this.#value());
            if (this.#next !== end) {
                this.#take(/^,$/, `, or ${end}`);
            }
        }
        this.#place += 1;
        return values;
    }

    #object(): Properties {
        const entries: [string, Value][] = [];
        while (this.#next !== "}") {
            const key = this.#next?.startsWith('"') ? this.#string() : this.#take(/^[A-Za-z_]/, "a key");
            this.#take(/^=$/, "=");
            entries.push([key, this.#value()]);
            if (this.#next !== "}") {
                this.#take(/^,$/, ", or }");
            }
        }
        this.#place += 1;
        return Object.fromEntries(entries);
    }
}
