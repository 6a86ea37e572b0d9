/** age: keys, and small files encrypted for one of them. Source: age-encryption.org/v1, the format's specification. */
import {
    createCipheriv,
    createDecipheriv,
    createHmac,
    createPrivateKey,
    createPublicKey,
    diffieHellman,
    hkdfSync,
    randomBytes,
    timingSafeEqual,
} from "node:crypto";
import { bech32, fromBech32 } from "./bech32";

/** What DER puts in front of the 32 bytes of an X25519 key. Source: RFC 8410. */
const privatePrefix = Buffer.from("302e020100300506032b656e04220420", "hex");
const publicPrefix = Buffer.from("302a300506032b656e032100", "hex");

const version = "age-encryption.org/v1";
const begin = "-----BEGIN AGE ENCRYPTED FILE-----";
const end = "-----END AGE ENCRYPTED FILE-----";

/** Bytes age encrypts at once; nothing this reads or writes is longer. */
const chunkBytes = 64 * 1024;

const privateKeyOf = (secret: Uint8Array) =>
    createPrivateKey({ key: Buffer.concat([privatePrefix, secret]), format: "der", type: "pkcs8" });
const publicKeyOf = (point: Uint8Array) =>
    createPublicKey({ key: Buffer.concat([publicPrefix, point]), format: "der", type: "spki" });
const pointOf = (secret: Uint8Array): Buffer =>
    createPublicKey(privateKeyOf(secret)).export({ format: "der", type: "spki" }).subarray(publicPrefix.length);
const derived = (key: Uint8Array, salt: Uint8Array, info: string): Buffer =>
    Buffer.from(hkdfSync("sha256", key, salt, info, 32));
const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");

/** A key of its own: what is encrypted for it only its identity reads. */
export interface AgeKey {
    /** The private half, one line that begins `AGE-SECRET-KEY-1`. */
    readonly identity: string;
    /** The public half, `age1...`. */
    readonly recipient: string;
}

/** A key from 32 random bytes; the same bytes give the same key. */
export function ageKey(secret: Uint8Array = randomBytes(32)): AgeKey {
    return {
        identity: bech32("age-secret-key-", secret).toUpperCase(),
        recipient: bech32("age", pointOf(secret)),
    };
}

function secretOf(identity: string): Uint8Array {
    const secret = fromBech32("age-secret-key-", identity.trim());
    if (secret?.length !== 32) {
        throw new Error("malformed secret key: expected one line that begins AGE-SECRET-KEY-1");
    }
    return secret;
}

/** The public half of an identity. Throws where it is none. */
export function recipientOf(identity: string): string {
    return bech32("age", pointOf(secretOf(identity)));
}

/** The identities a key file holds; comments and blank lines are left out. */
export function identitiesOf(file: string): readonly string[] {
    return file
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#"));
}

/** ChaCha20-Poly1305 with the tag behind the text. */
function seal(key: Uint8Array, nonce: Uint8Array, plain: Uint8Array): Buffer {
    const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Uint8Array, nonce: Uint8Array, sealed: Buffer): Buffer {
    const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
}

const noNonce = new Uint8Array(12);
/** The nonce of a file's first chunk that is also its last. */
const onlyChunk = Uint8Array.from([...new Uint8Array(11), 1]);

/** Encrypts up to 64 KiB for a recipient, armoured. Throws where the recipient is none. */
export function ageEncrypt(plain: Uint8Array, recipient: string): string {
    const point = fromBech32("age", recipient);
    if (point?.length !== 32 || plain.length > chunkBytes) {
        throw new Error(`malformed recipient "${recipient}", or more than 64 KiB to encrypt`);
    }
    const once = randomBytes(32);
    const share = pointOf(once);
    const shared = diffieHellman({ privateKey: privateKeyOf(once), publicKey: publicKeyOf(point) });
    const fileKey = randomBytes(16);
    const wrapped = seal(derived(shared, Buffer.concat([share, point]), `${version}/X25519`), noNonce, fileKey);
    const header = `${version}\n-> X25519 ${unpadded(share)}\n${unpadded(wrapped)}\n---`;
    const nonce = randomBytes(16);
    const body = Buffer.concat([
        Buffer.from(`${header} ${unpadded(macOf(fileKey, header))}\n`),
        nonce,
        seal(derived(fileKey, nonce, "payload"), onlyChunk, plain),
    ]);
    const lines = body.toString("base64").match(/.{1,64}/g) ?? [];
    return `${begin}\n${lines.join("\n")}\n${end}\n`;
}

function macOf(fileKey: Uint8Array, header: string): Buffer {
    return createHmac("sha256", derived(fileKey, new Uint8Array(), "header"))
        .update(header)
        .digest();
}

/** Decrypts an armoured file of one chunk; undefined where none of the identities opens it. Throws where it is malformed. */
export function ageDecrypt(armoured: string, identities: readonly string[]): Buffer | undefined {
    const text = armoured.trim();
    if (!text.startsWith(begin) || !text.endsWith(end)) {
        throw new Error("failed to read header: parsing age header: unexpected intro");
    }
    const body = Buffer.from(text.slice(begin.length, -end.length), "base64");
    const mark = body.indexOf("\n---");
    const line = body.indexOf("\n", mark + 1);
    const header = body.subarray(0, mark + 4).toString();
    const nonce = body.subarray(line + 1, line + 17);
    const stanzas = [...header.matchAll(/^-> X25519 (\S+)\n(\S+)$/gm)];
    for (const identity of identities) {
        const secret = secretOf(identity);
        for (const [, share64 = "", wrapped64 = ""] of stanzas) {
            const share = Buffer.from(share64, "base64");
            const shared = diffieHellman({ privateKey: privateKeyOf(secret), publicKey: publicKeyOf(share) });
            const wrapKey = derived(shared, Buffer.concat([share, pointOf(secret)]), `${version}/X25519`);
            const fileKey = tried(() => open(wrapKey, noNonce, Buffer.from(wrapped64, "base64")));
            if (fileKey !== undefined) {
                const mac = Buffer.from(body.subarray(mark + 5, line).toString(), "base64");
                if (!timingSafeEqual(mac, macOf(fileKey, header))) {
                    throw new Error("bad header MAC");
                }
                return open(derived(fileKey, nonce, "payload"), onlyChunk, body.subarray(line + 17));
            }
        }
    }
    return undefined;
}

function tried<T>(act: () => T): T | undefined {
    try {
        return act();
    } catch {
        // Not for this identity.
        return undefined;
    }
}
