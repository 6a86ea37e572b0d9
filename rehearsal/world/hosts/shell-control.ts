/** What decides which commands of a shell run, how often, and what their exit codes come to. */
import type { AndOr, CommandNode, CompoundList, For, If, Pipeline, While, Word } from "unbash";
import type { Sink, Source, Streams } from "./shell-io";

/** The shell that runs them. */
export interface Control {
    readonly node: (node: CommandNode | Pipeline | AndOr, streams: Streams) => number;
    readonly command: (node: CommandNode, streams: Streams) => number;
    readonly list: (list: CompoundList, streams: Streams) => number;
    /** Runs what is part of a condition: a failure in it stops nothing. */
    readonly tested: (act: () => number) => number;
    /** Runs as a subshell does. */
    readonly apart: (act: () => number) => number;
    /** Sets a variable. */
    readonly set: (name: string, value: string) => void;
}

/** `a && b || c`: all but the last are conditions. */
export function andOr({ commands, operators }: AndOr, streams: Streams, control: Control): number {
    let code = 0;
    for (const [index, node] of commands.entries()) {
        const operator = operators[index - 1];
        if ((operator === "&&" && code !== 0) || (operator === "||" && code === 0)) {
            continue;
        }
        const last = index === commands.length - 1;
        code = last ? control.node(node, streams) : control.tested(() => control.node(node, streams));
    }
    return code;
}

/** `a | b`: each part reads what the one before it wrote. @param pipefail True where any part's failure is the pipe's. */
export function pipeline({ commands }: Pipeline, streams: Streams, control: Control, pipefail: boolean): number {
    const [only] = commands;
    if (commands.length === 1 && only !== undefined) {
        return control.command(only, streams);
    }
    let input: Source = streams.input;
    let code = 0;
    let worst = 0;
    for (const [index, node] of commands.entries()) {
        const out: Sink = index === commands.length - 1 ? streams.out : { text: "" };
        code = control.tested(() => control.apart(() => control.command(node, { input, out, err: streams.err })));
        worst = code === 0 ? worst : code;
        input = out;
    }
    return pipefail ? worst : code;
}

/** `if`: the first list whose condition holds. */
export function conditional(node: If, streams: Streams, { list, tested }: Control): number {
    for (const { clause, then } of [node, ...node.elif]) {
        if (tested(() => list(clause, streams)) === 0) {
            return list(then, streams);
        }
    }
    return node.else === undefined ? 0 : list(node.else, streams);
}

/** `while` and `until`. */
export function repeated({ clause, body, kind }: While, streams: Streams, { list, tested }: Control): number {
    let code = 0;
    while ((tested(() => list(clause, streams)) === 0) === (kind === "while")) {
        code = list(body, streams);
    }
    return code;
}

/** `for`: once for each field of its words. */
export function eachOf(
    { name, wordlist = [], body }: For,
    streams: Streams,
    { list, set }: Control,
    fieldsOf: (word: Word) => readonly string[],
): number {
    let code = 0;
    for (const value of wordlist.flatMap(fieldsOf)) {
        set(name.value, value);
        code = list(body, streams);
    }
    return code;
}
