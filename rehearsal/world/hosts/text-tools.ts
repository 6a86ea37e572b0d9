/** The text tools scripts pipe through: each knows the options our scripts use and refuses the others. */
import { type Answer, failed, fine, type ShellHost, type Source } from "./shell-io";

type Tool = (args: readonly string[], input: Source, host: ShellHost) => Answer;

/** Takes everything that is left to read. */
export function drain(input: Source): string {
    const { text } = input;
    input.text = "";
    return text;
}

function lines(text: string): string[] {
    return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

const joined = (all: readonly string[]) => all.map((line) => `${line}\n`).join("");

/** A basic regular expression as JavaScript's: groups are escaped, `+`, `?` and `|` are themselves. */
export function basic(pattern: string): string {
    return pattern.replace(/[+?|{}()]/g, "\\$&").replace(/\\\\([(){}])/g, "$1");
}

/** `%s`, `%%` and the usual escapes; the format is used again while there are arguments. */
export function formatted(format: string, args: readonly string[]): string {
    const left = [...args];
    let out = "";
    do {
        out += format.replace(/%%|%s|%d|\\n|\\t|\\\\/g, (mark) => {
            switch (mark) {
                case "%%":
                    return "%";
                case "\\n":
                    return "\n";
                case "\\t":
                    return "\t";
                case "\\\\":
                    return "\\";
                default:
                    return left.shift() ?? "";
            }
        });
    } while (left.length > 0 && /%[sd]/.test(format));
    return out;
}

function test(args: readonly string[], host: ShellHost): Answer {
    const [first, second, third] = args;
    if (first === "!") {
        const { code } = test(args.slice(1), host);
        return code > 1 ? failed("test: unknown operator", code) : { code: code === 0 ? 1 : 0 };
    }
    const answer = (holds: boolean): Answer => ({ code: holds ? 0 : 1 });
    if (args.length === 1) {
        return answer(first !== "");
    }
    if (args.length === 2 && second !== undefined) {
        switch (first) {
            case "-n":
                return answer(second !== "");
            case "-z":
                return answer(second === "");
            case "-e":
                return answer(host.read(second) !== undefined || host.isFolder(second));
            case "-f":
                return answer(host.read(second) !== undefined);
            case "-s":
                return answer((host.read(second) ?? "") !== "");
            case "-d":
                return answer(host.isFolder(second));
        }
    }
    if (args.length === 3 && (second === "=" || second === "==")) {
        return answer(first === third);
    }
    if (args.length === 3 && second === "!=") {
        return answer(first !== third);
    }
    if (args.length === 3 && second === "-eq") {
        return answer(Number(first) === Number(third));
    }
    return failed(`test: unknown operator in '${args.join(" ")}'`, 2);
}

function grep(args: readonly string[], input: Source, host: ShellHost): Answer {
    const flags = args[0]?.startsWith("-") === true ? args[0].slice(1) : "";
    const unknown = [...flags].find((flag) => !"qxFEvoc".includes(flag));
    if (unknown !== undefined) {
        return failed(`grep: invalid option -- '${unknown}'`, 2);
    }
    const [pattern = "", file] = flags === "" ? args : args.slice(1);
    const content = file === undefined ? drain(input) : host.read(file);
    if (content === undefined) {
        return failed(`grep: ${file}: No such file or directory`, 2);
    }
    const source = flags.includes("F")
        ? pattern.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
        : flags.includes("E")
          ? pattern
          : basic(pattern);
    const matcher = new RegExp(flags.includes("x") ? `^(?:${source})$` : source);
    const found = lines(content).filter((line) => matcher.test(line) !== flags.includes("v"));
    const shown = flags.includes("o") ? found.map((line) => matcher.exec(line)?.[0] ?? "") : found;
    const out = flags.includes("c") ? `${found.length}\n` : joined(shown);
    return { code: found.length > 0 ? 0 : 1, out: flags.includes("q") ? "" : out };
}

function sed(args: readonly string[], input: Source): Answer {
    const [option, command = ""] = args;
    const parts = /^s\/(.*)\/(.*)\/p$/.exec(command);
    if (option !== "-n" || args.length !== 2 || parts === null) {
        return failed(`sed: rehearsal: only -n 's/.../.../p' is interpreted, got '${args.join(" ")}'`, 2);
    }
    const matcher = new RegExp(basic(parts[1] ?? ""));
    const replacement = (parts[2] ?? "").replace(/\\(\d)/g, "$$$1");
    const found = lines(drain(input)).filter((line) => matcher.test(line));
    return fine(joined(found.map((line) => line.replace(matcher, replacement))));
}

function awk(args: readonly string[], input: Source): Answer {
    const parts = /^\$(\d) == "([^"]*)" \{ print \$(\d) \}$/.exec(args[0] ?? "");
    if (args.length !== 1 || parts === null) {
        return failed(`awk: rehearsal: only '$N == "TEXT" { print $M }' is interpreted, got '${args.join(" ")}'`, 2);
    }
    const rows = lines(drain(input)).map((line) => line.trim().split(/\s+/));
    const found = rows.filter((row) => row[Number(parts[1]) - 1] === parts[2]);
    return fine(joined(found.map((row) => row[Number(parts[3]) - 1] ?? "")));
}

function ends(take: (all: string[], count: number) => string[]): Tool {
    return (args, input) => {
        if (args[0] !== "-n" || args.length !== 2) {
            return failed(`rehearsal: only -n COUNT is interpreted, got '${args.join(" ")}'`, 2);
        }
        return fine(joined(take(lines(drain(input)), Number(args[1]))));
    };
}

/** Order of names with numbers in them: 13.10 comes after 13.9. */
const byVersion = new Intl.Collator("en", { numeric: true }).compare;

/** Tools by name. */
export const textTools: Readonly<Record<string, Tool>> = {
    true: () => fine(),
    ":": () => fine(),
    false: () => ({ code: 1 }),
    echo: (args) => fine(`${args.join(" ")}\n`),
    printf: ([format = "", ...args]) => fine(formatted(format, args)),
    test: (args, _input, host) => test(args, host),
    "[": (args, _input, host) => (args.at(-1) === "]" ? test(args.slice(0, -1), host) : failed("[: missing `]'", 2)),
    cat: (args, input, host) => {
        const missing = args.find((file) => host.read(file) === undefined);
        return missing !== undefined
            ? failed(`cat: ${missing}: No such file or directory`)
            : fine(args.length === 0 ? drain(input) : args.map((file) => host.read(file)).join(""));
    },
    grep,
    sed,
    awk,
    head: ends((all, count) => all.slice(0, count)),
    tail: ends((all, count) => all.slice(-count)),
    sort: (args, input) =>
        args.length === 1 && args[0] === "-V"
            ? fine(joined(lines(drain(input)).sort(byVersion)))
            : failed(`sort: rehearsal: only -V is interpreted, got '${args.join(" ")}'`, 2),
    tr: ([from = "", to = ""], input) => {
        const one = (mark: string) => mark.replace("\\n", "\n");
        return fine(drain(input).replaceAll(one(from), one(to)));
    },
    seq: ([count = "0"]) => fine(joined(Array.from({ length: Number(count) }, (_, index) => `${index + 1}`))),
    // The world does not get better by waiting inside a step: whatever changes is changed by a step of its own.
    sleep: () => fine(),
    yes: ([word = "y"]) => fine(`${word}\n`.repeat(64)),
};
