import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";

const root = path.join(__dirname, "..", "..", "..");

/** Every page a reader is sent to, as paths from the root. */
function pages(): string[] {
    const below = (folder: string): string[] =>
        fs
            .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".md"))
            .map((file) => path.join(folder, file));
    return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", path.join("policy", "README.md"), ...below("docs")].sort();
}

function read(page: string): string {
    return fs.readFileSync(path.join(root, page), "utf8");
}

/** A page without its code blocks, whose brackets are no links and whose lines are no headings. */
function prose(text: string): string {
    return text.replace(/^ *```[\s\S]*?^ *```/gm, "");
}

/** Targets of links and pictures that lead to other files or headings of this project. */
function relativeLinks(text: string): string[] {
    const code = /`[^`]*`/g;
    return [
        ...prose(text)
            .replace(code, "")
            .matchAll(/\]\(([^()\s]+)\)/g),
    ]
        .map(([, target = ""]) => target)
        .filter((target) => !/^[a-z]+:/.test(target));
}

/** Anchors of a page's headings, as GitHub makes them: lower case, no punctuation, dashes for spaces. */
function anchors(text: string): Set<string> {
    const seen = new Map<string, number>();
    const slugs = [...prose(text).matchAll(/^#+ +(.+)$/gm)].map(([, heading = ""]) => {
        const slug = heading
            .toLowerCase()
            .replace(/[^\p{L}\p{N}\- _]/gu, "")
            .replace(/ /g, "-");
        const turn = seen.get(slug) ?? 0;
        seen.set(slug, turn + 1);
        return turn === 0 ? slug : `${slug}-${turn}`;
    });
    return new Set(slugs);
}

/** What is wrong with the links of a text that stands in the place of a page. */
function brokenLinks(page: string, text: string): string[] {
    return relativeLinks(text).flatMap((link) => {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? page : path.join(path.dirname(page), file);
        if (!fs.existsSync(path.join(root, target))) {
            return [`${page}: ${link} leads to no file`];
        }
        const there = file === "" ? text : target.endsWith(".md") ? read(target) : "";
        return anchor === undefined || anchors(there).has(anchor) ? [] : [`${page}: ${link} leads to no heading`];
    });
}

/** Folders and files at the root: a path that begins with one of them is meant to be this project's. */
const ours = new Set(execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n").map(first));

function first(file: string): string {
    return file.split("/")[0] ?? "";
}

/** Paths in backticks that look like this project's files and are not there. */
function missingPaths(page: string, text: string): string[] {
    return [...prose(text).matchAll(/`([\w@.-]+(?:\/[\w@.-]+)*\/?)`/g)]
        .map(([, file = ""]) => file)
        .filter((file) => ours.has(first(file)) && (file.includes("/") || file.includes(".")))
        .filter((file) => !fs.existsSync(path.join(root, file)))
        .map((file) => `${page}: ${file} is not there`);
}

describe.each(pages())("%s", (page) => {
    test("links to files and headings that are there", () => {
        expect(brokenLinks(page, read(page))).toEqual([]);
    });

    test("names files that are there", () => {
        expect(missingPaths(page, read(page))).toEqual([]);
    });
});

test("a link to no file, to no heading, and a file that is gone are noticed", () => {
    const text =
        "# A page\n\n[a](no-such-page.md) [b](#a-page) [c](#none) [d](../README.md#none) `tests/gone.test.ts`\n";
    expect([...brokenLinks("docs/pitfalls.md", text), ...missingPaths("docs/pitfalls.md", text)]).toEqual([
        "docs/pitfalls.md: no-such-page.md leads to no file",
        "docs/pitfalls.md: #none leads to no heading",
        "docs/pitfalls.md: ../README.md#none leads to no heading",
        "docs/pitfalls.md: tests/gone.test.ts is not there",
    ]);
});

test("pitfalls say of every row how it is held off, and name a file where they say it is", () => {
    const rows = read("docs/pitfalls.md")
        .split("\n")
        .filter((line) => line.startsWith("| ") && !/^\| (---|pitfall)/.test(line));
    const verdicts = rows.map((row) => row.split(" | ")[1] ?? "");
    expect(verdicts.filter((verdict) => !/^(Designed out|Tested|Not covered)\b/.test(verdict))).toEqual([]);
    const held = verdicts.filter((verdict) => verdict.startsWith("Tested"));
    expect(held.filter((verdict) => !/`tests\/[^`]+\.test\.ts`|, as above|same two files/.test(verdict))).toEqual([]);
});

test("every decision is in the list of decisions", () => {
    const listed = relativeLinks(read("docs/decisions/README.md"));
    const there = fs.readdirSync(path.join(root, "docs/decisions")).filter((file) => /^\d{4}-/.test(file));
    expect([...listed].sort()).toEqual(there.sort());
});
