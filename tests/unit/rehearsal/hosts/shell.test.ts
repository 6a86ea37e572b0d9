import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import type { LinuxHost } from "../../../../rehearsal/world/hosts/linux-host";
import { runScript } from "../../../../rehearsal/world/hosts/shell";
import { first, stage } from "./stage";

function host(): LinuxHost {
    const found = stage().hosts.named(first);
    if (found === undefined) {
        throw new Error("There is no host.");
    }
    return found;
}

test.each([
    ["quotes and splitting", `a='x  y'; for w in $a "$a" 'q'"$a"z; do printf '[%s]' "$w"; done`],
    ["stopping at a failure", "set -e; false; echo reached"],
    [
        "a failure in a condition",
        "set -e; f() { false; echo inside; }; if f; then echo yes; fi; ! f; f || echo no; echo end",
    ],
    [
        "a failure in a substitution",
        'set -e; a=$(false) || echo caught; local=$(false; echo x); echo "$local"; b=$(false); echo never',
    ],
    [
        "the code of what failed",
        "c=0; false || c=$?; echo $c; x=$(exit 7) || c=$?; echo $c; ! true || echo no; echo $?",
    ],
    ["pipefail", "set -o pipefail; false | true || echo broken"],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a shell
    ["local variables", "x=1; f() { local x=2 y; y=3; echo $x$y; }; f; echo $x${y:-none}"],
    [
        "arguments",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a shell
        'f() { echo "$#:$1:${*}"; shift; for a in "$@"; do echo "<$a>"; done; echo "${@:2}"; }; f "a b" c "d e"',
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: text of a shell
    ["patterns", "p=80:30080; echo ${p%%:*} ${p##*:} ${p#*0} ${p%0*}"],
    [
        "here-documents",
        "a=1; cat <<X\n$a $(echo 2)\nX\ncat <<'Y'\n$a\nY\nwhile read -r k v; do echo $v-$k; done <<<\"a b\nc d e\"",
    ],
    ["streams", 'f() { echo out; echo err >&2; }; f 2>/dev/null; f 2>&1 >/dev/null; x=$(f 2>&1); echo "$x"'],
    [
        "text tools",
        `printf 'a"node":"n1"}\\nb\\n' | sed -n 's/.*"node":"\\([^"]*\\)".*/\\1/p'; echo a b | grep -qx 'a b' && echo yes; printf '1\\n2\\n3\\n' | tail -n 2 | tr '\\n' ' '`,
    ],
    ["sorting by version", "printf 'a-13.9-1\\na-13.10-1\\na-13.1-2\\n' | sort -V | tail -n 1"],
    ["subshells", "x=1; (x=2; exit 3); echo $? $x; { x=4; }; echo $x"],
    ["an unset variable", "set -u; echo $nowhere; echo never"],
    ["a command that reads the rest of the script away", "f() { cat >/dev/null; }\nx=$(f)\necho never"],
    ["a command that reads a line of the script", 'read -r line\nnot run\necho "$line"; cat <<X\ntext\nX\necho end'],
    ["a function that is read whole before it runs", "main() {\ncat\necho end\n}\nmain </dev/null\n"],
    ["a pipe into read", "echo a b | while read -r x y; do echo $y; done; head -n 1 < <(yes)"],
])("a script reads as bash reads it: %s", (_, script) => {
    const real = spawnSync("bash", ["--norc"], { input: script, encoding: "utf8" });
    const rehearsed = runScript(host(), script, true);
    expect([rehearsed.out, rehearsed.code]).toEqual([real.stdout, real.status]);
});

test("a command the world does not know is not found", () => {
    expect(runScript(host(), "set -e\nfrobnicate --all\necho never")).toEqual({
        code: 127,
        out: "",
        err: "bash: frobnicate: command not found\n",
    });
});

test.each([
    ["case a in a) echo;; esac", "'Case'"],
    ["sleep 1 &", "&"],
    ["echo $((1 + 1))", "$((1 + 1))"],
])("a construct that is not interpreted is named: %s", (script, construct) => {
    const { code, err } = runScript(host(), script);
    expect([code, err]).toEqual([
        2,
        `rehearsal: the shell construct ${construct} is not interpreted; use a simpler one\n`,
    ]);
});

test("what is no script is a syntax error", () => {
    expect(runScript(host(), "if true; then\necho")).toMatchObject({ code: 2, out: "" });
});
