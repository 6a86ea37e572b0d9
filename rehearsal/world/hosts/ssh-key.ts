/** The public part of a private key, as an authorised key names it. */
import { createPublicKey } from "node:crypto";
import { openSshPublicKey } from "../../providers/tls-openssh";

/** Body of an OpenSSH public key for a private key, undefined where the text is no private key (openssh, PROTOCOL.key). */
export function publicBody(privateKey: string): string | undefined {
    const openssh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(privateKey)?.[1];
    if (openssh === undefined) {
        try {
            return openSshPublicKey(createPublicKey(privateKey))?.split(" ")[1];
        } catch {
            return undefined;
        }
    }
    const bytes = Buffer.from(openssh, "base64");
    let place = "openssh-key-v1\0".length;
    const next = (): Buffer => {
        const length = place + 4 <= bytes.length ? bytes.readUInt32BE(place) : 0;
        place += 4 + length;
        return bytes.subarray(place - length, place);
    };
    // Cipher, key derivation and its options stand before the count and the public key, which is never encrypted.
    for (let field = 0; field < 3; field += 1) {
        next();
    }
    place += 4;
    const body = next();
    return body.length === 0 ? undefined : body.toString("base64");
}

/** True where one of the authorised keys is the private key's. */
export function authorises(authorised: readonly string[], privateKey: string): boolean {
    const body = publicBody(privateKey);
    return body !== undefined && authorised.some((line) => line.trim().split(/\s+/).includes(body));
}
