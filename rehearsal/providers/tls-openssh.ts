/** Public keys as OpenSSH writes them (RFC 4253, 6.6; RFC 5656, 3.1; RFC 8709, 4). */
import type { KeyObject } from "node:crypto";

function field(content: Buffer | string): Buffer {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
}

/** A number as SSH writes it: with a leading zero where its first bit is set. */
function mpint(base64url: string | undefined): Buffer {
    const bytes = Buffer.from(base64url ?? "", "base64url");
    return field((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

const curves: Readonly<Record<string, string>> = { "P-256": "nistp256", "P-384": "nistp384", "P-521": "nistp521" };

/** `type base64` of a public key; undefined for what OpenSSH has no form for (P-224). */
export function openSshPublicKey(key: KeyObject): string | undefined {
    if (key.asymmetricKeyDetails?.namedCurve === "secp224r1") {
        return undefined;
    }
    const jwk = key.export({ format: "jwk" });
    const written = (type: string, ...parts: readonly Buffer[]) =>
        `${type} ${Buffer.concat([field(type), ...parts]).toString("base64")}`;
    if (jwk.kty === "RSA") {
        return written("ssh-rsa", mpint(jwk.e), mpint(jwk.n));
    }
    if (jwk.kty === "OKP") {
        return written("ssh-ed25519", field(Buffer.from(jwk.x ?? "", "base64url")));
    }
    const curve = curves[jwk.crv ?? ""];
    if (curve === undefined) {
        return undefined;
    }
    const point = Buffer.concat([
        Buffer.from([4]),
        Buffer.from(jwk.x ?? "", "base64url"),
        Buffer.from(jwk.y ?? "", "base64url"),
    ]);
    return written(`ecdsa-sha2-${curve}`, field(curve), field(point));
}
