/**
 * SOPS: YAML of which some values are encrypted with a data key, which age encrypts for its recipients. Only what Flux
 * meets here: texts in maps, one or more age recipients, `encrypted_regex`. Source: getsops/sops 3.10, aes/cipher.go,
 * sops.go and stores/flatten.go.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { parse } from "yaml";
import { isProperties, list, type Properties, text, type Value } from "../value";
import { ageDecrypt, ageEncrypt } from "./age";

/** What only the sops of that version wrote. */
const version = "3.10.2";

/** Bytes of the nonce; AES-GCM takes it as SOPS makes it. Source: aes/cipher.go. */
const nonceBytes = 32;

/** True for a map that SOPS encrypted. */
export function isEncrypted(manifest: Properties): boolean {
    return isProperties(manifest.sops) && text(manifest, "sops.mac") !== undefined;
}

/** The recipients a map is encrypted for. */
export function recipientsOf(manifest: Properties): readonly string[] {
    return list(manifest, "sops.age").flatMap((each) => text(each, "recipient") ?? []);
}

function encryptText(plain: string, key: Buffer, about: string): string {
    const iv = randomBytes(nonceBytes);
    const cipher = createCipheriv("aes-256-gcm", key, iv);
    cipher.setAAD(Buffer.from(about));
    const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
    const part = (bytes: Buffer) => bytes.toString("base64");
    return `ENC[AES256_GCM,data:${part(data)},iv:${part(iv)},tag:${part(cipher.getAuthTag())},type:str]`;
}

function decryptText(encrypted: string, key: Buffer, about: string): string {
    const [, data, iv, tag] = /^ENC\[AES256_GCM,data:(.*),iv:(.+),tag:(.+),type:str\]$/.exec(encrypted) ?? [];
    if (data === undefined || iv === undefined || tag === undefined) {
        throw new Error(`Input string ${encrypted.slice(0, 20)} does not match sops' data format`);
    }
    const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(iv, "base64"));
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(Buffer.from(tag, "base64"));
    return Buffer.concat([decipher.update(Buffer.from(data, "base64")), decipher.final()]).toString("utf8");
}

/** Walks the texts of a map in order, those in lists and maps included; `change` is given each with its path. */
function mapped(value: Value, path: readonly string[], change: (leaf: Value, path: readonly string[]) => Value): Value {
    if (Array.isArray(value)) {
        return value.map((each) => mapped(each, path, change));
    }
    return isProperties(value)
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapped(each, [...path, key], change)]))
        : change(value, path);
}

/** What a value counts for in the sum over all of them. Source: sops.go, ToBytes. */
function summed(leaf: Value): string {
    return typeof leaf === "boolean" ? (leaf ? "True" : "False") : String(leaf);
}

/** Encrypts what `regex` names of a map for a recipient, as `sops encrypt --age` does. */
export function sopsEncrypt(plain: Properties, recipient: string, regex: string, at = new Date()): Properties {
    const key = randomBytes(32);
    const matches = new RegExp(regex);
    const sum = createHash("sha512");
    const encrypted = mapped(plain, [], (leaf, path) => {
        sum.update(summed(leaf));
        return path.some((step) => matches.test(step)) && typeof leaf === "string" && leaf !== ""
            ? encryptText(leaf, key, `${path.join(":")}:`)
            : leaf;
    });
    const lastmodified = at.toISOString().replace(/\.\d+Z$/, "Z");
    return {
        ...(isProperties(encrypted) ? encrypted : {}),
        sops: {
            age: [{ recipient, enc: ageEncrypt(key, recipient) }],
            lastmodified,
            mac: encryptText(sum.digest("hex").toUpperCase(), key, lastmodified),
            encrypted_regex: regex,
            version,
        },
    };
}

/**
 * Decrypts a map with the first identity that fits.
 *
 * @param checkSum False reads a map whose sum over all values no longer holds: Flux does, since kustomize sorts and
 *     patches what was encrypted (kustomize-controller, internal/decryptor, checkSopsMac).
 * @throws Error in SOPS's words where none fits, or where a value was changed since.
 */
export function sopsDecrypt(manifest: Properties, identities: readonly string[], checkSum = true): Properties {
    const wrapped = list(manifest, "sops.age").map((each) => text(each, "enc") ?? "");
    const key = wrapped.reduce<Buffer | undefined>((found, each) => found ?? ageDecrypt(each, identities), undefined);
    if (key === undefined) {
        throw new Error("cannot get sops data key: Error getting data key: 0 successful groups required, got 0");
    }
    const { sops: about, ...content } = manifest;
    const lastmodified = text(about, "lastmodified") ?? "";
    const sum = createHash("sha512");
    const plain = mapped(content, [], (leaf, path) => {
        const decrypted =
            typeof leaf === "string" && leaf.startsWith("ENC[") ? decryptText(leaf, key, `${path.join(":")}:`) : leaf;
        sum.update(summed(decrypted));
        return decrypted;
    });
    const mac = decryptText(text(about, "mac") ?? "", key, lastmodified);
    if (checkSum && mac !== sum.digest("hex").toUpperCase()) {
        throw new Error("failed to verify sops data integrity: MAC mismatch");
    }
    return isProperties(plain) ? plain : {};
}

/** YAML text of one encrypted or plain map, read as it stands: times stay texts. */
export function readYaml(yaml: string): Properties {
    const value: unknown = parse(yaml, { schema: "core" });
    return typeof value === "object" && value !== null ? (value as Properties) : {};
}
