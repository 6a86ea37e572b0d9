import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { configurationOf } from "../../../../rehearsal/protocol/configuration";
import { changedKeys, differenceOf, sameValue } from "../../../../rehearsal/protocol/difference";
import type { ResourceBehaviour } from "../../../../rehearsal/world/behaviour";
import { UNKNOWN, type Value } from "../../../../rehearsal/world/value";

const behaviour: ResourceBehaviour = {
    replaceOn: ["label"],
    create: async () => ({ id: "x", outputs: {} }),
    read: async () => undefined,
    update: async () => ({}),
    delete: async () => {},
};

describe("a difference", () => {
    test("is none between a value and itself", () => {
        fc.assert(
            fc.property(fc.jsonValue(), (value) => {
                expect(sameValue(value as Value, structuredClone(value) as Value)).toBe(true);
            }),
        );
    });

    test("is symmetrical", () => {
        fc.assert(
            fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
                expect(sameValue(a as Value, b as Value)).toBe(sameValue(b as Value, a as Value));
            }),
        );
    });

    test("an unknown value counts as changed", () => {
        expect(changedKeys({ a: 1, b: "x" }, { a: 1, b: UNKNOWN })).toEqual(["b"]);
    });

    test("what is missing and what is null are the same", () => {
        expect(changedKeys({ a: null }, {})).toEqual([]);
    });

    test("names what changed and which of it means a replacement", () => {
        expect(differenceOf(behaviour, { label: "a", size: 1 }, { label: "b", size: 2 }, {})).toEqual({
            changes: ["label", "size"],
            replaces: ["label"],
        });
    });

    test("a behaviour's own rule wins", () => {
        const own: ResourceBehaviour = { ...behaviour, diff: () => ({ changes: ["own"], replaces: [] }) };
        expect(differenceOf(own, {}, {}, {})).toEqual({ changes: ["own"], replaces: [] });
    });
});

describe("a provider's configuration", () => {
    test("is parsed where it is JSON of a list, a map or a bool", () => {
        expect(configurationOf({ ssh: '{"agent":true}', insecure: "true", hosts: '["a"]' })).toEqual({
            ssh: { agent: true },
            insecure: true,
            hosts: ["a"],
        });
    });

    test("stays text where it is a number, a kubeconfig, or only looks like JSON", () => {
        const config = { token: "1234", kubeconfig: '{"kind":"Config"}', template: "{not json}" };
        expect(configurationOf(config)).toEqual(config);
    });

    test("what the engine keeps for itself is left out", () => {
        expect(configurationOf({ __internal: {}, a: UNKNOWN })).toEqual({ a: UNKNOWN });
    });
});
