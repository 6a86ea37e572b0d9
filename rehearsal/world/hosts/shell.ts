/** A rehearsed shell: reads a script as bash does and runs its commands in a host of the world, never on this machine. */
import {
    type AndOr,
    type Command,
    type CommandNode,
    type CompoundList,
    type ParsedScript,
    type Pipeline,
    parse,
    type Redirection,
    type Statement,
    type Word,
} from "unbash";
import {
    type Answer,
    Exit,
    Return,
    type ShellHost,
    type Sink,
    type Source,
    type Streams,
    Unsupported,
} from "./shell-io";
import { type Expansion, fields, partsText, text } from "./shell-words";
import { drain, textTools } from "./text-tools";

/** One shell on one host. */
export class Shell {
    readonly #variables = new Map<string, string>();
    readonly #functions = new Map<string, CommandNode | CompoundList>();
    readonly #frames: Map<string, string | undefined>[] = [];
    #positional: readonly string[] = [];
    #errexit = false;
    #pipefail = false;
    /** How many conditions the running command is part of: a failure in one stops nothing. */
    #tested = 0;
    #substituted = 0;

    constructor(readonly host: ShellHost) {}

    /** Runs a script to its end. */
    script(source: string, streams: Streams): number {
        const parsed = parse(source);
        const wrong = parsed.errors?.[0];
        if (wrong !== undefined) {
            const line = source.slice(0, wrong.pos).split("\n").length;
            streams.err.text += `bash: line ${line}: syntax error: ${wrong.message}\n`;
            return 2;
        }
        try {
            return this.#statements(parsed.commands, streams);
        } catch (error) {
            if (error instanceof Exit || error instanceof Return) {
                return error.code;
            }
            if (error instanceof Unsupported) {
                streams.err.text += `${error.message}\n`;
                return 2;
            }
            throw error;
        }
    }

    /** A command with its arguments: a function, one of the shell's own, a text tool, or one of the host's. */
    call(args: readonly string[], streams: Streams): number {
        const [name = "", ...rest] = args;
        const body = this.#functions.get(name);
        if (body !== undefined) {
            return this.#inFunction(body, rest, streams);
        }
        const own = this.#own(name, rest, streams);
        if (own !== undefined) {
            return own;
        }
        const tool = textTools[name];
        const answer: Answer | undefined =
            tool === undefined ? this.host.run(name, rest, streams.input) : tool(rest, streams.input, this.host);
        if (answer === undefined) {
            streams.err.text += `bash: ${name}: command not found\n`;
            return 127;
        }
        streams.out.text += answer.out ?? "";
        streams.err.text += answer.err ?? "";
        return answer.code;
    }

    #own(name: string, args: readonly string[], streams: Streams): number | undefined {
        switch (name) {
            case "set":
                this.#errexit ||= args.some((arg) => /^-\w*e/.test(arg));
                this.#pipefail ||= args.includes("pipefail");
                return 0;
            case "exit":
                throw new Exit(Number(args[0] ?? 0));
            case "return":
                throw new Return(Number(args[0] ?? 0));
            case "shift":
                this.#positional = this.#positional.slice(Number(args[0] ?? 1));
                return 0;
            case "read": {
                const names = args.filter((arg) => arg !== "-r");
                if (streams.input.text === "") {
                    return 1;
                }
                const [line = ""] = streams.input.text.split("\n", 1);
                streams.input.text = streams.input.text.slice(line.length + 1);
                const words = line.trim().split(/\s+/);
                for (const [index, each] of names.entries()) {
                    const last = index === names.length - 1;
                    this.#variables.set(each, last ? words.slice(index).join(" ") : (words[index] ?? ""));
                }
                return 0;
            }
            case "command": {
                const asked = args[0] === "-v" ? args[1] : undefined;
                if (asked === undefined) {
                    throw new Unsupported("command without -v");
                }
                return textTools[asked] !== undefined || this.host.has(asked) ? 0 : 1;
            }
            case "timeout":
                return this.call(args.slice(1), streams);
            case "sh":
            case "bash": {
                const [option = "", inline = ""] = args;
                const script = option === "-c" ? inline : this.host.read(option);
                if (script === undefined) {
                    streams.err.text += `${name}: 0: cannot open ${option}: No such file\n`;
                    return 127;
                }
                return new Shell(this.host).script(script, streams);
            }
            default: {
                const script = name.includes("/") ? this.host.read(name) : undefined;
                return script === undefined ? undefined : new Shell(this.host).script(script, streams);
            }
        }
    }

    #inFunction(body: CommandNode | CompoundList, args: readonly string[], streams: Streams): number {
        const outer = this.#positional;
        const frame = new Map<string, string | undefined>();
        this.#positional = args;
        this.#frames.push(frame);
        try {
            return body.type === "CompoundList"
                ? this.#statements(body.commands, streams)
                : this.#command(body, streams);
        } catch (error) {
            if (error instanceof Return) {
                return error.code;
            }
            throw error;
        } finally {
            this.#positional = outer;
            this.#frames.pop();
            for (const [name, value] of frame) {
                if (value === undefined) {
                    this.#variables.delete(name);
                } else {
                    this.#variables.set(name, value);
                }
            }
        }
    }

    #statements(statements: readonly Statement[], streams: Streams): number {
        let code = 0;
        for (const { command, background } of statements) {
            if (background === true) {
                throw new Unsupported("&");
            }
            code = this.#node(command, streams);
            this.#variables.set("?", `${code}`);
        }
        return code;
    }

    #node(node: CommandNode | Pipeline | AndOr, streams: Streams): number {
        if (node.type === "AndOr") {
            return this.#andOr(node, streams);
        }
        const inverted = node.type === "Pipeline" && node.prefixes.some(({ type }) => type === "Negation");
        const code = inverted
            ? this.#condition(() => this.#pipeline(node, streams))
            : node.type === "Pipeline"
              ? this.#pipeline(node, streams)
              : this.#command(node, streams);
        if (inverted) {
            return code === 0 ? 1 : 0;
        }
        if (code !== 0 && this.#errexit && this.#tested === 0 && this.#substituted === 0) {
            throw new Exit(code);
        }
        return code;
    }

    #andOr({ commands, operators }: AndOr, streams: Streams): number {
        let code = 0;
        for (const [index, node] of commands.entries()) {
            const operator = operators[index - 1];
            if ((operator === "&&" && code !== 0) || (operator === "||" && code === 0)) {
                continue;
            }
            const last = index === commands.length - 1;
            code = last ? this.#node(node, streams) : this.#condition(() => this.#node(node, streams));
        }
        return code;
    }

    #pipeline({ commands }: Pipeline, streams: Streams): number {
        const [only] = commands;
        if (commands.length === 1 && only !== undefined) {
            return this.#command(only, streams);
        }
        let input: Source = streams.input;
        let code = 0;
        let worst = 0;
        for (const [index, node] of commands.entries()) {
            const out: Sink = index === commands.length - 1 ? streams.out : { text: "" };
            code = this.#condition(() => this.#apart(() => this.#command(node, { input, out, err: streams.err })));
            worst = code === 0 ? worst : code;
            input = out;
        }
        return this.#pipefail ? worst : code;
    }

    #condition(act: () => number): number {
        this.#tested += 1;
        try {
            return act();
        } finally {
            this.#tested -= 1;
        }
    }

    /** As a subshell: its variables and its exit stay inside. */
    #apart(act: () => number): number {
        const kept = new Map(this.#variables);
        try {
            return act();
        } catch (error) {
            if (error instanceof Exit) {
                return error.code;
            }
            throw error;
        } finally {
            this.#variables.clear();
            for (const [name, value] of kept) {
                this.#variables.set(name, value);
            }
        }
    }

    #command(node: CommandNode, streams: Streams): number {
        switch (node.type) {
            case "Command":
                return this.#simple(node, streams);
            case "Redirected":
                return this.#redirected(node.redirects, streams, (inner) => this.#command(node.command, inner));
            case "Function":
                this.#functions.set(text(node.name, this.#expansion(streams)), node.body);
                return 0;
            case "BraceGroup":
                return this.#statements(node.body.commands, streams);
            case "Subshell":
                return this.#apart(() => this.#statements(node.body.commands, streams));
            case "If": {
                for (const { clause, then } of [node, ...node.elif]) {
                    if (this.#condition(() => this.#statements(clause.commands, streams)) === 0) {
                        return this.#statements(then.commands, streams);
                    }
                }
                return node.else === undefined ? 0 : this.#statements(node.else.commands, streams);
            }
            case "While": {
                let code = 0;
                while (
                    (this.#condition(() => this.#statements(node.clause.commands, streams)) === 0) ===
                    (node.kind === "while")
                ) {
                    code = this.#statements(node.body.commands, streams);
                }
                return code;
            }
            case "For": {
                let code = 0;
                const around = this.#expansion(streams);
                for (const value of (node.wordlist ?? []).flatMap((word) => fields(word, around))) {
                    this.#variables.set(node.name.value, value);
                    code = this.#statements(node.body.commands, streams);
                }
                return code;
            }
            default:
                throw new Unsupported(`'${node.type}'`);
        }
    }

    #simple(node: Command, streams: Streams): number {
        return this.#redirected(node.redirects, streams, (inner) => {
            const around = this.#expansion(inner);
            this.#variables.set("substituted", "0");
            const name = node.name === undefined ? [] : fields(node.name, around);
            const command = name[0];
            const assigning = command === undefined || command === "local" || command === "export";
            for (const each of [...node.prefix, ...(assigning ? node.suffix : [])]) {
                if (each.type === "Assignment") {
                    this.#declare(each.name, command);
                    const { value } = each;
                    if (value.type === "ArrayValue" || each.append === true) {
                        throw new Unsupported(each.text);
                    }
                    this.#variables.set(each.name, text(value, around));
                } else if (each.type === "Word") {
                    this.#declare(text(each, around), command);
                }
            }
            if (command === undefined) {
                return Number(this.#variables.get("substituted"));
            }
            if (assigning) {
                return 0;
            }
            const args = node.args.flatMap((arg) => (arg.type === "Word" ? fields(arg, around) : [arg.text]));
            return this.call([...name, ...args], inner);
        });
    }

    #declare(name: string, command: string | undefined): void {
        const frame = this.#frames.at(-1);
        if (command === "local" && frame !== undefined && !frame.has(name)) {
            frame.set(name, this.#variables.get(name));
        }
    }

    #expansion(streams: Streams): Expansion {
        return {
            get: (name) =>
                /^\d+$/.test(name)
                    ? this.#positional[Number(name) - 1]
                    : name === "*"
                      ? this.#positional.join(" ")
                      : name === "#"
                        ? `${this.#positional.length}`
                        : this.#variables.get(name),
            set: (name, value) => void this.#variables.set(name, value),
            positional: this.#positional,
            substitute: ({ script, text: written }) => this.#substitute(script, written, streams),
            stop: (message) => {
                streams.err.text += `bash: ${message}\n`;
                throw new Exit(1);
            },
        };
    }

    #substitute(script: ParsedScript | undefined, written: string, streams: Streams): string {
        if (script === undefined) {
            throw new Unsupported(written);
        }
        const out: Sink = { text: "" };
        this.#substituted += 1;
        let code = 0;
        try {
            code = this.#apart(() =>
                this.#statements(script.commands, { input: streams.input, out, err: streams.err }),
            );
        } finally {
            this.#substituted -= 1;
        }
        this.#variables.set("substituted", `${code}`);
        return out.text.replace(/\n+$/, "");
    }

    #redirected(redirects: readonly Redirection[], streams: Streams, act: (inner: Streams) => number): number {
        let inner = streams;
        const files: { readonly path: string; readonly sink: Sink; readonly before: string }[] = [];
        for (const each of redirects) {
            const around = this.#expansion(streams);
            if (each.type === "HereString") {
                inner = {
                    ...inner,
                    input: { text: `${each.target === undefined ? "" : text(each.target, around)}\n` },
                };
            } else if (each.type === "HereDoc") {
                const { parts, text: plain } = each.body;
                const quoted = each.delimiter?.quoted === true || parts === undefined;
                inner = { ...inner, input: { text: quoted ? plain : partsText(parts, around) } };
            } else {
                const { target } = each;
                if (target === undefined) {
                    throw new Unsupported(each.operator);
                }
                if (each.operator === "<") {
                    inner = { ...inner, input: { text: this.#source(target, streams) } };
                    continue;
                }
                const stream =
                    each.descriptor?.type === "FileDescriptor" && each.descriptor.value === 2 ? "err" : "out";
                const to = text(target, around);
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
                    const before = each.operator === ">>" ? (this.host.read(to) ?? "") : "";
                    if (!this.host.write(to, before)) {
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
                this.host.write(path, before + sink.text);
            }
        }
    }

    #source(target: Word, streams: Streams): string {
        const part = target.parts?.[0];
        if (part?.type === "ProcessSubstitution" && part.operator === "<" && part.script !== undefined) {
            const out: Sink = { text: "" };
            const { commands } = part.script;
            this.#condition(() => this.#apart(() => this.#statements(commands, { ...streams, out })));
            return out.text;
        }
        const file = text(target, this.#expansion(streams));
        const content = this.host.read(file);
        if (content === undefined) {
            streams.err.text += `bash: ${file}: No such file or directory\n`;
            throw new Exit(1);
        }
        return content;
    }
}

/** Everything a script printed, and how it ended. */
export function runScript(
    host: ShellHost,
    source: string,
): { readonly code: number; readonly out: string; readonly err: string } {
    const streams: Streams = { input: { text: "" }, out: { text: "" }, err: { text: "" } };
    const code = new Shell(host).script(source, streams);
    drain(streams.input);
    return { code, out: streams.out.text, err: streams.err.text };
}
