import { expect, test } from "vitest";
import { randomPackage } from "../../../rehearsal/providers/random";
import type { Operation, ResourceBehaviour } from "../../../rehearsal/world/behaviour";
import { type Properties, UNKNOWN } from "../../../rehearsal/world/value";

const operation: Operation = {
    urn: "urn:x",
    type: "random",
    name: "x",
    provider: { package: "random", config: {} },
    takes: async () => {},
};

function behaviour(name: string): ResourceBehaviour {
    const file = name.charAt(0).toLowerCase() + name.slice(1);
    const found = randomPackage().resource(`random:index/${file}:${name}`);
    if (found === undefined) {
        throw new Error(`There is no behaviour of '${name}'.`);
    }
    return found;
}

const make = (name: string, inputs: Properties) => behaviour(name).create(inputs, operation);
const reasons = (name: string, inputs: Properties) =>
    (behaviour(name).check?.(inputs, undefined, operation).failures ?? []).map(({ reason }) => reason);

test("a password has the length and the least of each kind that were asked, and is secret", async () => {
    const inputs = { length: 24, special: false, minUpper: 3, minNumeric: 4 };
    const { id, outputs } = await make("RandomPassword", inputs);
    const result = String(outputs.result);
    expect(result).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(result.replace(/[^A-Z]/g, "").length).toBeGreaterThanOrEqual(3);
    expect(result.replace(/[^0-9]/g, "").length).toBeGreaterThanOrEqual(4);
    expect(id).toBe("none");
    expect(outputs.bcryptHash).toMatch(/^\$2a\$10\$[./A-Za-z0-9]{53}$/);
    expect(behaviour("RandomPassword").secretOutputs).toEqual(["result", "bcryptHash"]);
    expect((await make("RandomPassword", inputs)).outputs.result).not.toBe(result);
});

test("only the special characters that were allowed appear", async () => {
    const { outputs } = await make("RandomString", {
        length: 40,
        upper: false,
        lower: false,
        numeric: false,
        overrideSpecial: "-_",
    });
    expect(outputs.result).toMatch(/^[-_]{40}$/);
});

test.each<[Properties, string]>([
    [{}, 'The argument "length" is required'],
    [{ length: 0 }, "Attribute length value must be at least 1, got: 0"],
    [
        { length: 4, minUpper: 3, minLower: 3 },
        "must be at least sum of min_upper + min_lower + min_numeric + min_special, got: 4",
    ],
])("a password of %j is refused", (inputs, words) => {
    expect(reasons("RandomPassword", inputs)[0]).toContain(words);
});

test("an unknown length is not refused", () => {
    expect(reasons("RandomString", { length: UNKNOWN })).toEqual([]);
});

test("every changed input draws anew, keepers included; reading tells what was drawn", async () => {
    const { diff, read } = behaviour("RandomString");
    const inputs = { length: 8, keepers: { version: "1" } };
    expect(diff?.(inputs, { ...inputs, keepers: { version: "2" } }, {}).replaces).toEqual(["keepers"]);
    expect(diff?.(inputs, inputs, {}).changes).toEqual([]);
    const state = { ...inputs, result: "abcdefgh" };
    expect(await read("abcdefgh", state, inputs, operation)).toEqual({ id: "abcdefgh", outputs: state, inputs });
});

test("an id shows the same bytes in every writing, with its prefix", async () => {
    const { id, outputs } = await make("RandomId", { byteLength: 4, prefix: "web-" });
    const hex = String(outputs.hex).replace("web-", "");
    expect(hex).toMatch(/^[0-9a-f]{8}$/);
    expect(outputs.dec).toBe(`web-${BigInt(`0x${hex}`)}`);
    expect(outputs.b64Url).toBe(`web-${id}`);
    expect(Buffer.from(id, "base64url").toString("hex")).toBe(hex);
});

test("an integer lies within its borders, which must be the right way round", async () => {
    for (let turn = 0; turn < 30; turn++) {
        const { outputs } = await make("RandomInteger", { min: 3, max: 5 });
        expect([3, 4, 5]).toContain(outputs.result);
    }
    expect(reasons("RandomInteger", { min: 5, max: 3 })[0]).toContain("The minimum (min) value needs to be smaller");
});

test("a pet has its words, a shuffle its members, a UUID its form, bytes their length", async () => {
    expect((await make("RandomPet", { length: 3, prefix: "db", separator: "_" })).id).toMatch(
        /^db_[a-z]+_[a-z]+_[a-z]+$/,
    );
    const { outputs } = await make("RandomShuffle", { inputs: ["a", "b", "c"], resultCount: 7 });
    expect(outputs.results).toHaveLength(7);
    expect(new Set(outputs.results as string[])).toEqual(new Set(["a", "b", "c"]));
    expect((await make("RandomShuffle", { inputs: ["a", "b", "c"] })).outputs.results).toHaveLength(3);
    expect((await make("RandomUuid", {})).id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect((await make("RandomUuid7", {})).id).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const bytes = await make("RandomBytes", { length: 32 });
    expect(Buffer.from(String(bytes.outputs.base64), "base64")).toHaveLength(32);
    expect(Buffer.from(String(bytes.outputs.base64), "base64").toString("hex")).toBe(bytes.outputs.hex);
});
