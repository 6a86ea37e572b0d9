/** The key the instances let in: found where an earlier run left it, else made. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { sshPublicKey } from "../../config/secrets";

/** A text with its length in front, as SSH writes all of its fields (RFC 4251, 5). */
function field(text: string | Buffer): Buffer {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
}

/**
 * A fresh ed25519 key in OpenSSH's own form, without passphrase; OpenSSH writes ed25519 keys in no other (openssh,
 * PROTOCOL.key).
 *
 * @param comment Whose it is, shown beside it.
 */
export function newSshKey(comment: string): string {
    const jwk = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
    const [seed, point] = [jwk.d ?? "", jwk.x ?? ""].map((part) => Buffer.from(part, "base64url"));
    const type = "ssh-ed25519";
    const publicPart = Buffer.concat([field(type), field(point ?? "")]);
    const check = randomBytes(4);
    const inside = Buffer.concat([
        check,
        check,
        publicPart,
        field(Buffer.concat([seed ?? Buffer.alloc(0), point ?? Buffer.alloc(0)])),
        field(comment),
    ]);
    const padding = Buffer.from(Array.from({ length: (8 - (inside.length % 8)) % 8 }, (_, turn) => turn + 1));
    const one = Buffer.from([0, 0, 0, 1]);
    const whole = Buffer.concat([
        Buffer.from("openssh-key-v1\0", "latin1"),
        field("none"),
        field("none"),
        field(""),
        one,
        field(publicPart),
        field(Buffer.concat([inside, padding])),
    ]);
    const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
    return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}

/** A key with where it lies. */
export interface KeyFile {
    readonly outcome: "found" | "made";
    readonly path: string;
    readonly privateKey: string;
}

/**
 * The stack's key file, `~/.ssh/strata-STACK`: readable by its owner alone, with the public half beside it. `ssh -i`
 * needs it; the stack itself has the key from its encrypted config.
 *
 * @throws Error where the file holds no OpenSSH key, or one with a passphrase, which no program can use alone.
 */
export function sshKeyFile(home: string, stack: string): KeyFile {
    const folder = path.join(home, ".ssh");
    const file = path.join(folder, `strata-${stack}`);
    if (fs.existsSync(file)) {
        const privateKey = fs.readFileSync(file, "utf8");
        if (sshPublicKey(privateKey) === undefined) {
            throw new Error(
                `${file} is no OpenSSH private key without passphrase: move it away, and the next run makes one.`,
            );
        }
        return { outcome: "found", path: file, privateKey };
    }
    const privateKey = newSshKey(`strata-${stack}`);
    writeKeyFile(file, privateKey, stack);
    return { outcome: "made", path: file, privateKey };
}

/** Writes a key and its public half; whoever reads the folder's listing learns no more than its name. */
function writeKeyFile(file: string, privateKey: string, stack: string): void {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(file, privateKey, { mode: 0o600, flag: "wx" });
    fs.writeFileSync(`${file}.pub`, `${sshPublicKey(privateKey)} strata-${stack}\n`, { mode: 0o644 });
}
