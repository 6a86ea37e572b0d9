import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
    fromStruct,
    nothingSecret,
    type Secrets,
    seal,
    secretsOfResult,
    secretTexts,
    toStruct,
    unseal,
    type WireValue,
} from "../../../../rehearsal/protocol/values";
import { type Properties, UNKNOWN } from "../../../../rehearsal/world/value";

const key = "4dabf18193072939515e22adb298388d";
const secretOf = (value: WireValue): WireValue => ({ [key]: "1b47061264138c4ac30d75fd1eb44270", value });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Any value as the engine sends it: secrets and unknowns anywhere, a secret inside of a secret nowhere. */
const names = fc.string({ minLength: 1, maxLength: 6 }).filter((name) => name !== "__proto__");
const { plain, wire } = fc.letrec<{ plain: WireValue; wire: WireValue }>((tie) => {
    const leaf = fc.oneof(
        fc.constant(null),
        fc.boolean(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (Object.is(number, -0) ? 0 : number)),
        fc.string(),
        fc.constant(unknown),
    );
    const tree = (child: fc.Arbitrary<WireValue>) =>
        fc.oneof(
            { depthSize: "small", withCrossShrink: true },
            leaf,
            fc.array(child, { maxLength: 4 }),
            fc.dictionary(names, child, { maxKeys: 4, noNullPrototype: true }),
        );
    return {
        plain: tree(tie("plain")),
        wire: fc.oneof({ depthSize: "small" }, tree(tie("wire")), tie("plain").map(secretOf)),
    };
});
const properties = fc.dictionary(names, wire, { maxKeys: 5, noNullPrototype: true });

describe("values on the wire", () => {
    test("come back as they went, secrets and unknowns in their places", () => {
        fc.assert(
            fc.property(properties, (sent) => {
                const { value, secrets } = unseal(sent);
                expect(seal(value, secrets)).toEqual(sent);
            }),
        );
    });

    test("survive the protobuf struct", () => {
        fc.assert(
            fc.property(properties, (sent) => {
                const { value, secrets } = unseal(sent);
                expect(fromStruct(toStruct(value, secrets))).toEqual({ value, secrets });
            }),
        );
    });

    test("are plain data to a behaviour: no wrapping is left", () => {
        fc.assert(
            fc.property(fc.dictionary(names, plain.map(secretOf), { noNullPrototype: true }), (sent) => {
                const { value } = unseal(sent);
                expect(JSON.stringify(value)).not.toContain(key);
            }),
        );
    });

    test.each([
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        unknown,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ])("%s is the unknown, of whatever kind", (sentinel) => {
        expect(unseal({ a: sentinel, b: secretOf(sentinel) }).value).toEqual({ a: UNKNOWN, b: UNKNOWN });
    });

    test("assets, archives and references stay what they are", () => {
        const asset = { [key]: "c44067f5952c0a294b673a41bacd8c17", hash: "abc", text: "hello" };
        const { value, secrets } = unseal({ asset });
        expect(value).toEqual({ asset });
        expect(secrets).toEqual(nothingSecret);
    });
});

describe("what of a result is secret", () => {
    const inputs = unseal({
        password: secretOf("Sw0rdfish"),
        name: "box",
        nested: { list: ["a", secretOf("b-part")] },
    });

    const marked = (result: Properties, schema: readonly string[] = []) =>
        seal(result, secretsOfResult(result, [inputs], schema));

    test("what stands where a secret stood", () => {
        expect(marked({ nested: { list: ["a", "changed"] } })).toEqual({
            nested: { list: ["a", secretOf("changed")] },
        });
    });

    test("what equals a secret, wherever it went", () => {
        expect(marked({ connection: { user: "box", password: "Sw0rdfish" } })).toEqual({
            connection: { user: "box", password: secretOf("Sw0rdfish") },
        });
    });

    test("what the schema says", () => {
        expect(marked({ token: "drawn", name: "box" }, ["token", "absent"])).toEqual({
            token: secretOf("drawn"),
            name: "box",
        });
    });

    test("what one value was made of, where only a part of it was secret", () => {
        expect(marked({ nested: "a,b-part" })).toEqual({ nested: secretOf("a,b-part") });
    });

    test("nothing else", () => {
        expect(marked({ name: "box", note: "contains Sw0rdfish inside" })).toEqual({
            name: "box",
            note: "contains Sw0rdfish inside",
        });
    });

    test("texts under four characters are no secrets to look for", () => {
        const secrets: Secrets = new Map([["pin", true]]);
        expect(secretTexts({ value: { pin: "123", open: "sesame" }, secrets })).toEqual(new Set());
    });
});
