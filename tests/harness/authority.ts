/** Keys and certificates for servers of tests that speak TLS. */
import type { KeyObject } from "node:crypto";
import { certificate as issue, keyPem, privateKey } from "../../rehearsal/world/certificates";

/** A private key, and the same in PEM. */
export interface Key {
    readonly key: KeyObject;
    readonly pem: string;
}

/** Who signs. */
export interface Signer {
    readonly name: string;
    readonly key: Key;
}

const hour = 3_600_000;

/** A fresh key. */
export function newKey(): Key {
    const key = privateKey("p256");
    return { key, pem: keyPem(key) };
}

function validity() {
    return { validFrom: new Date(Date.now() - hour), validUntil: new Date(Date.now() + hour) };
}

/** A certificate that vouches for itself and for others. */
export function selfSigned(name: string, { key }: Key): string {
    const request = { subject: { commonName: name }, ipAddresses: ["127.0.0.1"], isAuthority: true, ...validity() };
    return issue(request, key, { subject: { commonName: name }, key });
}

/** A certificate an authority vouches for, of a server at addresses or of a client. */
export function certificate(name: string, { key }: Key, signer: Signer, ipAddresses: readonly string[] = []): string {
    const request = {
        subject: { commonName: name },
        ...(ipAddresses.length > 0 ? { ipAddresses } : {}),
        ...validity(),
    };
    return issue(request, key, { subject: { commonName: signer.name }, key: signer.key.key });
}
