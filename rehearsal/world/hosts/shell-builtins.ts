/** The commands that are part of the shell, those that start another one, and the way to all others. */
import { Exit, Hang, Return, type ShellHost, type Streams, Unsupported } from "./shell-io";
import type { Scope } from "./shell-scope";
import { textTools } from "./text-tools";

/** What `set` switches. */
export interface Options {
    /** A failure ends the shell: `-e`. */
    errexit: boolean;
    /** A pipe fails where any part of it does. */
    pipefail: boolean;
}

/** What the shell's own commands act on. */
export interface Around {
    readonly host: ShellHost;
    readonly scope: Scope;
    readonly options: Options;
    /** Runs a command with its arguments. */
    readonly call: (words: readonly string[]) => number;
    /** Runs a script in a shell of its own. */
    readonly spawn: (script: string) => number;
}

/** Runs one of the shell's own commands; undefined where the name is none of them. */
export function builtIn(
    name: string,
    args: readonly string[],
    streams: Streams,
    { host, scope, options, call, spawn }: Around,
): number | undefined {
    switch (name) {
        case "set":
            options.errexit ||= args.some((arg) => /^-\w*e/.test(arg));
            options.pipefail ||= args.includes("pipefail");
            return 0;
        case "exit":
            throw new Exit(Number(args[0] ?? 0));
        case "return":
            throw new Return(Number(args[0] ?? 0));
        case "shift":
            scope.positional = scope.positional.slice(Number(args[0] ?? 1));
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
                scope.variables.set(each, last ? words.slice(index).join(" ") : (words[index] ?? ""));
            }
            return 0;
        }
        case "command": {
            const asked = args[0] === "-v" ? args[1] : undefined;
            if (asked === undefined) {
                throw new Unsupported("command without -v");
            }
            return textTools[asked] !== undefined || host.has(asked) ? 0 : 1;
        }
        case "timeout":
            try {
                return call(args.slice(1));
            } catch (error) {
                if (error instanceof Hang) {
                    return 124;
                }
                throw error;
            }
        case "sh":
        case "bash": {
            const [option = "", inline = ""] = args;
            const script = option === "-c" ? inline : host.read(option);
            if (script === undefined) {
                streams.err.text += `${name}: 0: cannot open ${option}: No such file\n`;
                return 127;
            }
            return spawn(script);
        }
        default: {
            const script = name.includes("/") ? host.read(name) : undefined;
            return script === undefined ? undefined : spawn(script);
        }
    }
}

/** Runs a text tool, or a command of the host; 127 where there is neither. */
export function program(name: string, args: readonly string[], streams: Streams, host: ShellHost): number {
    const tool = textTools[name];
    const answer = tool === undefined ? host.run(name, args, streams.input) : tool(args, streams.input, host);
    if (answer === undefined) {
        streams.err.text += `bash: ${name}: command not found\n`;
        return 127;
    }
    streams.out.text += answer.out ?? "";
    streams.err.text += answer.err ?? "";
    return answer.code;
}
