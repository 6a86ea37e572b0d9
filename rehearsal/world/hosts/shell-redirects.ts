/** Streams led elsewhere: to and from files, texts in the script, and what other commands print. */
import type { Redirection, Statement, Word } from "unbash";
import { Exit, type ShellHost, type Sink, type Streams, Unsupported } from "./shell-io";
import { type Expansion, partsText, text } from "./shell-words";

/** What redirections need of the shell they are in. */
export interface RedirectsAround {
    readonly host: ShellHost;
    readonly expansion: (streams: Streams) => Expansion;
    /** Runs commands apart, for what they print. */
    readonly produce: (commands: readonly Statement[], streams: Streams) => void;
}

/** Runs something with its streams led elsewhere. */
export function redirected(
    redirects: readonly Redirection[],
    streams: Streams,
    around: RedirectsAround,
    act: (inner: Streams) => number,
): number {
    let inner = streams;
    const files: { readonly path: string; readonly sink: Sink; readonly before: string }[] = [];
    for (const each of redirects) {
        const words = around.expansion(streams);
        if (each.type === "HereString") {
            inner = {
                ...inner,
                input: { text: `${each.target === undefined ? "" : text(each.target, words)}\n` },
            };
        } else if (each.type === "HereDoc") {
            const { parts, text: plain } = each.body;
            const quoted = each.delimiter?.quoted === true || parts === undefined;
            inner = { ...inner, input: { text: quoted ? plain : partsText(parts, words) } };
        } else {
            const { target } = each;
            if (target === undefined) {
                throw new Unsupported(each.operator);
            }
            if (each.operator === "<") {
                inner = { ...inner, input: { text: source(target, streams, around) } };
                continue;
            }
            const stream = each.descriptor?.type === "FileDescriptor" && each.descriptor.value === 2 ? "err" : "out";
            const to = text(target, words);
            if (each.operator === ">&") {
                inner = { ...inner, [stream]: to === "1" ? inner.out : inner.err };
                continue;
            }
            if (each.operator !== ">" && each.operator !== ">>") {
                throw new Unsupported(each.operator);
            }
            const sink: Sink = { text: "" };
            inner = { ...inner, [stream]: sink };
            if (to !== "/dev/null") {
                const before = each.operator === ">>" ? (around.host.read(to) ?? "") : "";
                if (!around.host.write(to, before)) {
                    streams.err.text += `bash: ${to}: No such file or directory\n`;
                    return 1;
                }
                files.push({ path: to, sink, before });
            }
        }
    }
    try {
        return act(inner);
    } finally {
        for (const { path, sink, before } of files) {
            around.host.write(path, before + sink.text);
        }
    }
}

function source(target: Word, streams: Streams, around: RedirectsAround): string {
    const part = target.parts?.[0];
    if (part?.type === "ProcessSubstitution" && part.operator === "<" && part.script !== undefined) {
        const out: Sink = { text: "" };
        const { commands } = part.script;
        around.produce(commands, { ...streams, out });
        return out.text;
    }
    const file = text(target, around.expansion(streams));
    if (file === "/dev/null") {
        return "";
    }
    const content = around.host.read(file);
    if (content === undefined) {
        streams.err.text += `bash: ${file}: No such file or directory\n`;
        throw new Exit(1);
    }
    return content;
}
