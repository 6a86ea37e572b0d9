import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { tlsPackage } from "../../../rehearsal/providers/tls";
import { homelab } from "../../../rehearsal/sites/homelab";
import type { Operation, ResourceBehaviour } from "../../../rehearsal/world/behaviour";
import type { Properties } from "../../../rehearsal/world/value";
import { World } from "../../../rehearsal/world/world";

const tls = tlsPackage(new World({ site: homelab }));

const operation: Operation = {
    urn: "urn:x",
    type: "tls",
    name: "x",
    provider: { package: "tls", config: {} },
    takes: async () => {},
};

function behaviour(name: string): ResourceBehaviour {
    const found = tls.resource(`tls:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`);
    if (found === undefined) {
        throw new Error(`There is no behaviour of '${name}'.`);
    }
    return found;
}

const make = async (name: string, inputs: Properties) => (await behaviour(name).create(inputs, operation)).outputs;
const reasons = (name: string, inputs: Properties) =>
    (behaviour(name).check?.(inputs, undefined, operation).failures ?? []).map(({ reason }) => reason);

test.each<[Properties, string, RegExp]>([
    [{ algorithm: "RSA" }, "rsa", /^ssh-rsa AAAAB3NzaC1yc2E/],
    [{ algorithm: "ECDSA", ecdsaCurve: "P256" }, "ec", /^ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY/],
    [{ algorithm: "ED25519" }, "ed25519", /^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/],
])("a key of %j parses, with its public half in every form", async (inputs, type, ssh) => {
    const made = await make("PrivateKey", inputs);
    const key = createPrivateKey(String(made.privateKeyPem));
    expect(key.asymmetricKeyType).toBe(type);
    expect(createPublicKey(key).export({ type: "spki", format: "pem" })).toBe(made.publicKeyPem);
    expect(made.publicKeyOpenssh).toMatch(ssh);
    expect(made.publicKeyFingerprintSha256).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    expect(made.publicKeyFingerprintMd5).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    expect(behaviour("PrivateKey").secretOutputs).toContain("privateKeyPem");
});

test("P-224 has no OpenSSH form, as with the real provider", async () => {
    expect((await make("PrivateKey", { algorithm: "ECDSA" })).publicKeyOpenssh).toBe("");
});

test.each<[Properties, string]>([
    [{ algorithm: "DSA" }, 'Attribute algorithm value must be one of: ["RSA" "ECDSA" "ED25519"], got: "DSA"'],
    [
        { algorithm: "ECDSA", ecdsaCurve: "P128" },
        'Attribute ecdsa_curve value must be one of: ["P224" "P256" "P384" "P521"]',
    ],
])("a key of %j is refused", (inputs, words) => {
    expect(reasons("PrivateKey", inputs)[0]).toContain(words);
});

const uses = ["digital_signature", "key_encipherment", "server_auth"];

async function authority(): Promise<Properties> {
    const { privateKeyPem } = await make("PrivateKey", { algorithm: "ED25519" });
    const made = await make("SelfSignedCert", {
        privateKeyPem: privateKeyPem ?? "",
        isCaCertificate: true,
        allowedUses: ["cert_signing"],
        validityPeriodHours: 87600,
        subject: { commonName: "Homelab CA", organization: "Strata" },
    });
    return { caPrivateKeyPem: privateKeyPem ?? "", caCertPem: made.certPem ?? "" };
}

test("a self-signed authority is one, and signs for itself", async () => {
    const { caCertPem } = await authority();
    const certificate = new X509Certificate(String(caCertPem));
    expect(certificate.ca).toBe(true);
    expect(certificate.subject).toBe("O=Strata\nCN=Homelab CA");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
});

test.each(["RSA", "ECDSA", "ED25519"])(
    "a request with a %s key becomes a certificate of its authority with the names it asks for",
    async (algorithm) => {
        const ca = await authority();
        const key = await make("PrivateKey", { algorithm, ecdsaCurve: "P384" });
        const request = await make("CertRequest", {
            privateKeyPem: key.privateKeyPem ?? "",
            subject: { commonName: "c0.lan", country: "FR" },
            dnsNames: ["c0.lan", "api.lan"],
            ipAddresses: ["10.10.0.140"],
        });
        expect(request.keyAlgorithm).toBe(algorithm);
        const signed = await make("LocallySignedCert", {
            ...ca,
            certRequestPem: request.certRequestPem ?? "",
            allowedUses: uses,
            validityPeriodHours: 24,
        });
        const certificate = new X509Certificate(String(signed.certPem));
        const issuer = new X509Certificate(String(ca.caCertPem));
        expect(certificate.verify(issuer.publicKey)).toBe(true);
        expect(certificate.checkIssued(issuer)).toBe(true);
        expect(certificate.subject).toBe("C=FR\nCN=c0.lan");
        expect(certificate.subjectAltName).toBe("DNS:c0.lan, DNS:api.lan, IP Address:10.10.0.140");
        expect(certificate.checkPrivateKey(createPrivateKey(String(key.privateKeyPem)))).toBe(true);
        expect(certificate.ca).toBe(false);
        expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(24 * 3_600_000);
        expect(signed.validityEndTime).toBe("2026-01-02T00:00:00Z");
    },
);

test("a use there is none of is refused", () => {
    expect(reasons("SelfSignedCert", { allowedUses: ["serving"] })[0]).toContain('got: "serving"');
});

test("what is no key is refused", async () => {
    await expect(make("CertRequest", { privateKeyPem: "secret" })).rejects.toThrow("failed to decode PEM block");
});

test("a certificate is made anew when it ends within its early renewal time, and when an input changes", () => {
    const { diff } = behaviour("SelfSignedCert");
    const state = { validityEndTime: "2026-01-02T00:00:00Z" };
    const inputs = { validityPeriodHours: 24 };
    expect(diff?.(inputs, inputs, state)).toEqual({ changes: [], replaces: [] });
    expect(diff?.(inputs, { ...inputs, earlyRenewalHours: 12 }, state).replaces).toEqual([]);
    expect(diff?.(inputs, { ...inputs, earlyRenewalHours: 24 }, state).replaces).toEqual(["readyForRenewal"]);
    expect(diff?.(inputs, { validityPeriodHours: 48 }, state).replaces).toEqual(["validityPeriodHours"]);
});

test("the public half of a key is told to those who ask", async () => {
    const key = await make("PrivateKey", { algorithm: "ED25519" });
    const asked = tls.function("tls:index/getPublicKey:getPublicKey");
    const found = await asked?.({ privateKeyPem: key.privateKeyPem ?? "" }, { package: "tls", config: {} });
    expect(found?.publicKeyOpenssh).toBe(key.publicKeyOpenssh);
});
