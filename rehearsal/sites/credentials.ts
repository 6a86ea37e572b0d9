/** Keys a rehearsal gives a stack in the place of its owner's: of the right form, and the same each time. */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { type AgeKey, ageKey } from "../world/sops/age";

/** 32 bytes nobody would take for a secret. */
const seed = Buffer.alloc(32, "rehearsed");

/** What stands before a seed in PKCS #8, and before a point in SubjectPublicKeyInfo (RFC 8410). */
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex");
const publicPrefixLength = 12;

/** A length and its bytes, as SSH writes them (RFC 4251, section 5). */
function field(content: Buffer | string): Buffer {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
}

/** An Ed25519 key in OpenSSH's own form, without passphrase (openssh, PROTOCOL.key). */
export function rehearsedSshKey(): string {
    const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: "der", type: "pkcs8" });
    const point = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(publicPrefixLength);
    const type = field("ssh-ed25519");
    // The same number twice, which tells a right passphrase from a wrong one, where there is one.
    const check = Buffer.alloc(8, 1);
    const secret = Buffer.concat([check, type, field(point), field(Buffer.concat([seed, point])), field("")]);
    const padding = Buffer.from(Array.from({ length: -secret.length & 7 }, (_, turn) => turn + 1));
    const one = Buffer.from([0, 0, 0, 1]);
    const body = Buffer.concat([
        Buffer.from("openssh-key-v1\0", "latin1"),
        ...[field("none"), field("none"), field(""), one],
        field(Buffer.concat([type, field(point)])),
        field(Buffer.concat([secret, padding])),
    ]).toString("base64");
    const lines = body.match(/.{1,70}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

/** The key a rehearsed repository's secrets are encrypted for. */
export function rehearsedAgeKey(): AgeKey {
    return ageKey(seed);
}
