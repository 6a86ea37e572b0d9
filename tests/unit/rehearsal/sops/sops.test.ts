import { expect, test } from "vitest";
import { ageDecrypt, ageEncrypt, ageKey, identitiesOf, recipientOf } from "../../../../rehearsal/world/sops/age";
import { bech32, fromBech32 } from "../../../../rehearsal/world/sops/bech32";
import { isEncrypted, recipientsOf, sopsDecrypt, sopsEncrypt } from "../../../../rehearsal/world/sops/sops";
import type { Properties } from "../../../../rehearsal/world/value";

const key = ageKey(new Uint8Array(32).fill(7));
const other = ageKey(new Uint8Array(32).fill(8));

const secret: Properties = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "a", labels: { yes: "true" } },
    stringData: { TOKEN: "hush", URL: "https://example.org/x?y=1" },
};
const regex = "^(data|stringData)$";

test("a key's public half follows from its private half, and the same bytes give the same key", () => {
    expect(key.identity).toMatch(/^AGE-SECRET-KEY-1[A-Z0-9]{58}$/);
    expect(key.recipient).toMatch(/^age1[a-z0-9]{58}$/);
    expect(recipientOf(key.identity)).toBe(key.recipient);
    expect(ageKey(new Uint8Array(32).fill(7))).toEqual(key);
    expect(ageKey().identity).not.toBe(ageKey().identity);
});

test("a key with one character changed is no key", () => {
    const wrong = key.identity.replace(/.$/, (last) => (last === "Q" ? "P" : "Q"));
    expect(() => recipientOf(wrong)).toThrow("malformed secret key");
});

test("what is spelled in Bech32 is read again, under its own prefix only", () => {
    const bytes = Uint8Array.from([0, 1, 2, 253, 254, 255]);
    expect(fromBech32("age", bech32("age", bytes))).toEqual(bytes);
    expect(fromBech32("other", bech32("age", bytes))).toBeUndefined();
});

test("a key file's comments are no identities", () => {
    expect(identitiesOf(`# created: today\n# public key: ${key.recipient}\n${key.identity}\n`)).toEqual([key.identity]);
});

test("only the recipient's identity opens what is encrypted for it", () => {
    const sealed = ageEncrypt(Buffer.from("hush"), key.recipient);
    expect(ageDecrypt(sealed, [other.identity, key.identity])?.toString()).toBe("hush");
    expect(ageDecrypt(sealed, [other.identity])).toBeUndefined();
});

test("a Secret keeps its shape, hides its values, and is read again with the key", () => {
    const hidden = sopsEncrypt(secret, key.recipient, regex);
    expect(hidden).toMatchObject({ kind: "Secret", metadata: { name: "a", labels: { yes: "true" } } });
    expect(JSON.stringify(hidden)).not.toMatch(/hush|example\.org/);
    expect([isEncrypted(hidden), isEncrypted(secret)]).toEqual([true, false]);
    expect(recipientsOf(hidden)).toEqual([key.recipient]);
    expect(sopsDecrypt(hidden, [key.identity])).toEqual(secret);
});

test("another key is refused in SOPS's words", () => {
    const hidden = sopsEncrypt(secret, key.recipient, regex);
    expect(() => sopsDecrypt(hidden, [other.identity])).toThrow(
        "Error getting data key: 0 successful groups required, got 0",
    );
});

test("a name changed after encryption is noticed", () => {
    const hidden = sopsEncrypt(secret, key.recipient, regex);
    expect(() => sopsDecrypt({ ...hidden, metadata: { name: "b" } }, [key.identity])).toThrow("MAC mismatch");
    expect(sopsDecrypt({ ...hidden, metadata: { name: "b" } }, [key.identity], false)).toMatchObject({
        stringData: { TOKEN: "hush" },
    });
});

test("a value moved under another name is noticed", () => {
    const hidden = sopsEncrypt(secret, key.recipient, regex);
    const { TOKEN, URL } = hidden.stringData as { readonly TOKEN: string; readonly URL: string };
    expect(() => sopsDecrypt({ ...hidden, stringData: { TOKEN: URL, URL: TOKEN } }, [key.identity])).toThrow();
});
