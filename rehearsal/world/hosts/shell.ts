/** A rehearsed shell: reads a script as bash does and runs its commands in a host of the world, never on this machine. */
import {
    type AndOr,
    type Command,
    type CommandNode,
    type CompoundList,
    type ParsedScript,
    type Pipeline,
    parse,
    type Statement,
} from "unbash";
import { assign } from "./shell-assignments";
import { builtIn, type Options, program } from "./shell-builtins";
import { andOr, type Control, conditional, eachOf, pipeline, repeated } from "./shell-control";
import { Exit, Hang, Return, type ShellHost, type Sink, type Streams, Unsupported } from "./shell-io";
import { type RedirectsAround, redirected } from "./shell-redirects";
import { Scope } from "./shell-scope";
import { type Expansion, fields, text } from "./shell-words";

/** One shell on one host. */
export class Shell {
    readonly #scope = new Scope();
    readonly #functions = new Map<string, CommandNode | CompoundList>();
    readonly #options: Options = { errexit: false, pipefail: false };
    /** How many conditions the running command is part of: a failure in one stops nothing. */
    #tested = 0;
    #substituted = 0;

    constructor(readonly host: ShellHost) {}

    /**
     * Runs a script to its end.
     *
     * @param fromInput True where the script is what stands on standard input (`bash -s`): what a command reads of it is
     * not run any more. Default: it is read from elsewhere.
     */
    script(source: string, streams: Streams, fromInput = false): number {
        const parsed = parse(source);
        const wrong = parsed.errors?.[0];
        if (wrong !== undefined) {
            const line = source.slice(0, wrong.pos).split("\n").length;
            streams.err.text += `bash: line ${line}: syntax error: ${wrong.message}\n`;
            return 2;
        }
        try {
            return fromInput
                ? this.#fromInput(source, parsed.commands, streams)
                : this.#statements(parsed.commands, streams);
        } catch (error) {
            if (error instanceof Exit || error instanceof Return) {
                return error.code;
            }
            if (error instanceof Unsupported || error instanceof Hang) {
                streams.err.text += `${error.message}\n`;
                return 2;
            }
            throw error;
        }
    }

    /** Runs statements that stand on standard input: each finds there what comes after its own lines. */
    #fromInput(source: string, statements: readonly Statement[], streams: Streams): number {
        let code = 0;
        for (const [index, statement] of statements.entries()) {
            const next = statements.slice(index + 1).find(({ pos }) => source.slice(statement.end, pos).includes("\n"));
            const rest = next === undefined ? "" : source.slice(next.pos);
            streams.input.text = rest;
            code = this.#statements([statement], streams);
            if (streams.input.text !== rest) {
                return streams.input.text === "" ? code : this.script(streams.input.text, streams, true);
            }
        }
        return code;
    }

    /** A command with its arguments: a function, one of the shell's own, a text tool, or one of the host's. */
    call(args: readonly string[], streams: Streams): number {
        const [name = "", ...rest] = args;
        const body = this.#functions.get(name);
        if (body !== undefined) {
            return this.#inFunction(body, rest, streams);
        }
        const own = builtIn(name, rest, streams, {
            host: this.host,
            scope: this.#scope,
            options: this.#options,
            call: (words) => this.call(words, streams),
            spawn: (script) => new Shell(this.host).script(script, streams),
        });
        return own ?? program(name, rest, streams, this.host);
    }

    #inFunction(body: CommandNode | CompoundList, args: readonly string[], streams: Streams): number {
        try {
            return this.#scope.inFunction(args, () =>
                body.type === "CompoundList" ? this.#statements(body.commands, streams) : this.#command(body, streams),
            );
        } catch (error) {
            if (error instanceof Return) {
                return error.code;
            }
            throw error;
        }
    }

    #statements(statements: readonly Statement[], streams: Streams): number {
        let code = 0;
        for (const { command, background } of statements) {
            if (background === true) {
                throw new Unsupported("&");
            }
            code = this.#node(command, streams);
            this.#scope.variables.set("?", `${code}`);
        }
        return code;
    }

    #node(node: CommandNode | Pipeline | AndOr, streams: Streams): number {
        if (node.type === "AndOr") {
            return andOr(node, streams, this.#control);
        }
        const inverted = node.type === "Pipeline" && node.prefixes.some(({ type }) => type === "Negation");
        const code = inverted
            ? this.#condition(() => pipeline(node, streams, this.#control, this.#options.pipefail))
            : node.type === "Pipeline"
              ? pipeline(node, streams, this.#control, this.#options.pipefail)
              : this.#command(node, streams);
        this.#scope.variables.set("?", `${code}`);
        if (inverted) {
            return code === 0 ? 1 : 0;
        }
        if (code !== 0 && this.#options.errexit && this.#tested === 0 && this.#substituted === 0) {
            throw new Exit(code);
        }
        return code;
    }

    get #control(): Control {
        return {
            node: (node, streams) => this.#node(node, streams),
            command: (node, streams) => this.#command(node, streams),
            list: ({ commands }, streams) => this.#statements(commands, streams),
            tested: (act) => this.#condition(act),
            apart: (act) => this.#apart(act),
            set: (name, value) => void this.#scope.variables.set(name, value),
        };
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
        try {
            return this.#scope.apart(act);
        } catch (error) {
            if (error instanceof Exit) {
                return error.code;
            }
            throw error;
        }
    }

    #command(node: CommandNode, streams: Streams): number {
        switch (node.type) {
            case "Command":
                return this.#simple(node, streams);
            case "Redirected":
                return redirected(node.redirects, streams, this.#around, (inner) => this.#command(node.command, inner));
            case "Function":
                this.#functions.set(text(node.name, this.#expansion(streams)), node.body);
                return 0;
            case "BraceGroup":
                return this.#statements(node.body.commands, streams);
            case "Subshell":
                return this.#apart(() => this.#statements(node.body.commands, streams));
            case "If":
                return conditional(node, streams, this.#control);
            case "While":
                return repeated(node, streams, this.#control);
            case "For":
                return eachOf(node, streams, this.#control, (word) => fields(word, this.#expansion(streams)));
            default:
                throw new Unsupported(`'${node.type}'`);
        }
    }

    #simple(node: Command, streams: Streams): number {
        return redirected(node.redirects, streams, this.#around, (inner) => {
            const around = this.#expansion(inner);
            this.#scope.variables.set("$(", "0");
            const name = node.name === undefined ? [] : fields(node.name, around);
            const command = name[0];
            const assigning = command === undefined || command === "local" || command === "export";
            assign([...node.prefix, ...(assigning ? node.suffix : [])], command, this.#scope, around);
            if (command === undefined) {
                return Number(this.#scope.variables.get("$("));
            }
            if (assigning) {
                return 0;
            }
            const args = node.args.flatMap((arg) => (arg.type === "Word" ? fields(arg, around) : [arg.text]));
            return this.call([...name, ...args], inner);
        });
    }

    #expansion(streams: Streams): Expansion {
        return {
            get: (name) => this.#scope.get(name),
            set: (name, value) => void this.#scope.variables.set(name, value),
            positional: this.#scope.positional,
            substitute: ({ script, text: written }) => this.#substitute(script, written, streams),
            stop: (message) => {
                streams.err.text += `bash: ${message}\n`;
                throw new Exit(1);
            },
        };
    }

    get #around(): RedirectsAround {
        return {
            host: this.host,
            expansion: (streams) => this.#expansion(streams),
            produce: (commands, streams) =>
                void this.#condition(() => this.#apart(() => this.#statements(commands, streams))),
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
        this.#scope.variables.set("$(", `${code}`);
        return out.text.replace(/\n+$/, "");
    }
}

/** Everything a script printed, and how it ended. @param fromInput True where it stands on standard input. Default false. */
export function runScript(
    host: ShellHost,
    source: string,
    fromInput = false,
): { readonly code: number; readonly out: string; readonly err: string } {
    const streams: Streams = { input: { text: "" }, out: { text: "" }, err: { text: "" } };
    const code = new Shell(host).script(source, streams, fromInput);
    return { code, out: streams.out.text, err: streams.err.text };
}
