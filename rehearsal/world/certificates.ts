/** Keys, certificates and signing requests that stand up to any parser: made here, signed by `node:crypto`. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { bits, children, context, identifier, integer, nothing, octets, sequence, set, time, utf8, yes } from "./der";

/** What a certificate says of its bearer, by the names of RFC 5280. */
export interface Subject {
    readonly commonName?: string;
    readonly organization?: string;
    readonly organizationalUnit?: string;
    readonly locality?: string;
    readonly province?: string;
    readonly country?: string;
}

/** What is asked of a certificate. */
export interface CertificateRequest {
    readonly subject: Subject;
    readonly dnsNames?: readonly string[];
    readonly ipAddresses?: readonly string[];
    readonly uris?: readonly string[];
    readonly isAuthority?: boolean;
    /** Allowed uses, as Terraform's tls provider names them, e.g. `digital_signature`, `server_auth`. */
    readonly uses?: readonly string[];
    readonly validFrom: Date;
    readonly validUntil: Date;
}

/** A key in PEM and the certificate over it. */
export interface Identity {
    /** PKCS #8 PEM. */
    readonly key: string;
    /** PEM. */
    readonly certificate: string;
}

/** Attribute types of a name, in the order names are written. */
const attributes: readonly (readonly [keyof Subject, string])[] = [
    ["country", "2.5.4.6"],
    ["province", "2.5.4.8"],
    ["locality", "2.5.4.7"],
    ["organization", "2.5.4.10"],
    ["organizationalUnit", "2.5.4.11"],
    ["commonName", "2.5.4.3"],
];

/** Bits of the key usage extension (RFC 5280, 4.2.1.3). */
export const keyUsages: Readonly<Record<string, number>> = {
    digital_signature: 0,
    content_commitment: 1,
    key_encipherment: 2,
    data_encipherment: 3,
    key_agreement: 4,
    cert_signing: 5,
    crl_signing: 6,
    encipher_only: 7,
    decipher_only: 8,
};

/** Purposes of the extended key usage extension (RFC 5280, 4.2.1.12). */
export const extendedUsages: Readonly<Record<string, string>> = {
    any_extended: "2.5.29.37.0",
    server_auth: "1.3.6.1.5.5.7.3.1",
    client_auth: "1.3.6.1.5.5.7.3.2",
    code_signing: "1.3.6.1.5.5.7.3.3",
    email_protection: "1.3.6.1.5.5.7.3.4",
    ipsec_end_system: "1.3.6.1.5.5.7.3.5",
    ipsec_tunnel: "1.3.6.1.5.5.7.3.6",
    ipsec_user: "1.3.6.1.5.5.7.3.7",
    timestamping: "1.3.6.1.5.5.7.3.8",
    ocsp_signing: "1.3.6.1.5.5.7.3.9",
};

function name(subject: Subject): Buffer {
    return sequence(
        ...attributes.flatMap(([key, oid]) => {
            const value = subject[key];
            return value === undefined ? [] : [set(sequence(identifier(oid), utf8(value)))];
        }),
    );
}

function signatureAlgorithm(key: KeyObject): { readonly digest: "sha256" | null; readonly written: Buffer } {
    switch (key.asymmetricKeyType) {
        case "ed25519":
            return { digest: null, written: sequence(identifier("1.3.101.112")) };
        case "ec":
            return { digest: "sha256", written: sequence(identifier("1.2.840.10045.4.3.2")) };
        default:
            return { digest: "sha256", written: sequence(identifier("1.2.840.113549.1.1.11"), nothing) };
    }
}

function publicKeyInfo(key: KeyObject): Buffer {
    const open = key.type === "public" ? key : createPublicKey(key);
    return open.export({ type: "spki", format: "der" });
}

function extension(oid: string, critical: boolean, content: Buffer): Buffer {
    return sequence(identifier(oid), ...(critical ? [yes] : []), octets(content));
}

function extensions(request: Partial<CertificateRequest>): Buffer[] {
    const found: Buffer[] = [];
    const uses = request.uses ?? [];
    const usage = uses.flatMap((use) => keyUsages[use] ?? []);
    if (usage.length > 0) {
        const bytes = Buffer.alloc(2);
        for (const bit of usage) {
            bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
        }
        found.push(extension("2.5.29.15", true, bits(bytes)));
    }
    const purposes = uses.flatMap((use) => extendedUsages[use] ?? []);
    if (purposes.length > 0) {
        found.push(extension("2.5.29.37", false, sequence(...purposes.map(identifier))));
    }
    if (request.isAuthority === true) {
        found.push(extension("2.5.29.19", true, sequence(yes)));
    }
    const names = [
        ...(request.dnsNames ?? []).map((dns) => context(2, Buffer.from(dns, "ascii"), false)),
        ...(request.uris ?? []).map((uri) => context(6, Buffer.from(uri, "ascii"), false)),
        ...(request.ipAddresses ?? []).map((ip) => context(7, Buffer.from(ip.split(".").map(Number)), false)),
    ];
    if (names.length > 0) {
        found.push(extension("2.5.29.17", false, sequence(...names)));
    }
    return found;
}

function pem(label: string, der: Buffer): string {
    const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
    return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function signed(content: Buffer, key: KeyObject): Buffer {
    const { digest, written } = signatureAlgorithm(key);
    return sequence(content, written, bits(sign(digest, content, key)));
}

/** What issues a certificate. */
export interface Issuer {
    /** Its name, or its own certificate in PEM, whose name it then is. */
    readonly subject: Subject | string;
    readonly key: KeyObject;
}

/** DER of a PEM text. */
function der(text: string): Buffer {
    return Buffer.from(text.replace(/-----[^-]+-----|\s/g, ""), "base64");
}

/** The name a certificate in PEM is made out to, as it is written there. */
function subjectOf(certificatePem: string): Buffer {
    const [content = Buffer.alloc(0)] = children(der(certificatePem));
    return children(content)[5] ?? name({});
}

/** What a signing request in PEM asks for: its name and extensions as they are written, and its public key. */
function readRequest(requestPem: string): {
    readonly subject: Buffer;
    readonly key: KeyObject;
    readonly extensions: Buffer[];
} {
    const [content = Buffer.alloc(0)] = children(der(requestPem));
    const [, subject = name({}), info = Buffer.alloc(0), attributeSet] = children(content);
    const key = createPublicKey({ key: info, type: "spki", format: "der" });
    const [asked] = attributeSet === undefined ? [] : children(attributeSet);
    const [, values] = asked === undefined ? [] : children(asked);
    const [wanted] = values === undefined ? [] : children(values);
    return { subject, key, extensions: wanted === undefined ? [] : children(wanted) };
}

/** Signs what a signing request asks for. Throws where the text is no request. */
export function signRequest(
    requestPem: string,
    terms: Omit<CertificateRequest, "subject" | "dnsNames" | "ipAddresses" | "uris">,
    issuer: Issuer,
): string {
    const asked = readRequest(requestPem);
    return assemble(asked.subject, asked.key, [...extensions(terms), ...asked.extensions], terms, issuer);
}

/** A certificate in PEM over a public key, signed by its issuer. */
export function certificate(request: CertificateRequest, bearer: KeyObject, issuer: Issuer): string {
    return assemble(name(request.subject), bearer, extensions(request), request, issuer);
}

function assemble(
    subject: Buffer,
    bearer: KeyObject,
    asked: readonly Buffer[],
    { validFrom, validUntil }: Pick<CertificateRequest, "validFrom" | "validUntil">,
    issuer: Issuer,
): string {
    const serial = randomBytes(16);
    serial[0] = (serial[0] ?? 0) & 0x7f;
    const keyId = (key: KeyObject) => createHash("sha1").update(publicKeyInfo(key)).digest();
    const written = [
        ...asked,
        extension("2.5.29.14", false, octets(keyId(bearer))),
        extension("2.5.29.35", false, sequence(context(0, keyId(issuer.key), false))),
    ];
    const content = sequence(
        context(0, integer(Buffer.from([2]))),
        integer(serial),
        signatureAlgorithm(issuer.key).written,
        typeof issuer.subject === "string" ? subjectOf(issuer.subject) : name(issuer.subject),
        sequence(time(validFrom), time(validUntil)),
        subject,
        publicKeyInfo(bearer),
        context(3, sequence(...written)),
    );
    return pem("CERTIFICATE", signed(content, issuer.key));
}

/** A certificate signing request in PEM (PKCS #10). */
export function signingRequest(
    request: Pick<CertificateRequest, "subject" | "dnsNames" | "ipAddresses" | "uris">,
    key: KeyObject,
): string {
    const wanted = extensions(request);
    const asked = wanted.length === 0 ? [] : [sequence(identifier("1.2.840.113549.1.9.14"), set(sequence(...wanted)))];
    const content = sequence(
        integer(Buffer.from([0])),
        name(request.subject),
        publicKeyInfo(key),
        context(0, Buffer.concat(asked)),
    );
    return pem("CERTIFICATE REQUEST", signed(content, key));
}

/** Kinds of key that are made here. */
export type KeyKind = "ed25519" | "p224" | "p256" | "p384" | "p521" | { readonly rsaBits: number };

/** A fresh private key. */
export function privateKey(kind: KeyKind): KeyObject {
    if (typeof kind === "object") {
        return generateKeyPairSync("rsa", { modulusLength: kind.rsaBits }).privateKey;
    }
    return kind === "ed25519"
        ? generateKeyPairSync("ed25519").privateKey
        : generateKeyPairSync("ec", { namedCurve: curves[kind] }).privateKey;
}

const curves = { p224: "secp224r1", p256: "prime256v1", p384: "secp384r1", p521: "secp521r1" };

/** A private key as PKCS #8 PEM. */
export function keyPem(key: KeyObject): string {
    return key.export({ type: "pkcs8", format: "pem" }).toString();
}

/** A certificate authority of its own making. */
export function authority(subject: Subject, kind: KeyKind, validFrom: Date, validUntil: Date): Identity {
    const key = privateKey(kind);
    const request: CertificateRequest = {
        subject,
        isAuthority: true,
        uses: ["digital_signature", "cert_signing", "server_auth", "client_auth"],
        validFrom,
        validUntil,
    };
    return { key: keyPem(key), certificate: certificate(request, key, { subject, key }) };
}
