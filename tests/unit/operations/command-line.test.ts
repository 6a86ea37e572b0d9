import { afterEach, expect, test, vi } from "vitest";
import { command } from "../../../operations/cli";
import { nodeMistake } from "../../../operations/node-version";
import packageJson from "../../../package.json";

afterEach(() => {
    vi.restoreAllMocks();
});

const strata = (...args: string[]) => command().parseAsync(["node", "strata", ...args]);

test("--all and somebody else's program are no pair: the program has no stack of this project", async () => {
    await expect(strata("rehearse", "--all", "--program", "elsewhere")).rejects.toThrow(
        "Expected --all or --program DIR, got both: --all is every stack of this project.",
    );
});

test("help names a command that is not there, and those that are", async () => {
    await expect(strata("help", "nope")).rejects.toThrow(
        /^There is no command 'nope': expected one of rehearse, spof, .+, validate\.$/,
    );
    await expect(strata("help", "images", "nope")).rejects.toThrow(
        "There is no command 'images nope': expected one of build, upload.",
    );
});

test.each([
    [[], "Usage: strata [options] [command]"],
    [["cost"], "Usage: strata cost [options] <STACK>"],
    [["images", "build"], "Usage: strata images build [options] <STACK>"],
])("help tells about a command: %s", async (of, usage) => {
    let said = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
        said += String(text);
        return true;
    });
    await strata("help", ...of);
    expect(said).toContain(usage);
});

test.each([
    ["20.19.0", undefined],
    ["22.0.0", undefined],
    ["20.18.3", "Node 20.18.3 is too old for strata: install 20.19 or later, as package.json says."],
    ["18.20.4", "Node 18.20.4 is too old for strata: install 20.19 or later, as package.json says."],
])("Node %s is told to be too old where it is", (version, sentence) => {
    expect(nodeMistake(version)).toBe(sentence);
});

test("the oldest Node is the one package.json names", () => {
    const oldest = packageJson.engines.node.replace(">=", "");
    expect(nodeMistake(`${oldest}.0`)).toBeUndefined();
    expect(nodeMistake("0.0.0")).toContain(`${oldest} or later`);
});
