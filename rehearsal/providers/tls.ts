/** The package `tls`: keys, requests and certificates (hashicorp/terraform-provider-tls, bridged). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { CheckFailure, PackageBehaviour, ResourceBehaviour } from "../world/behaviour";
import {
    certificate,
    extendedUsages,
    type KeyKind,
    keyPem,
    keyUsages,
    privateKey,
    type Subject,
    signingRequest,
    signRequest,
} from "../world/certificates";
import { Refusal } from "../world/refusal";
import { worldBegins } from "../world/talos-pki";
import { at, list, number, type Properties, text, UNKNOWN } from "../world/value";
import type { World } from "../world/world";
import { difference } from "./properties";
import { openSshPublicKey } from "./tls-openssh";

const source = "hashicorp/terraform-provider-tls: internal/provider";

const curves: Readonly<Record<string, KeyKind>> = { P224: "p224", P256: "p256", P384: "p384", P521: "p521" };

function sha1(text: string): string {
    return createHash("sha1").update(text).digest("hex");
}

function readKey(pem: string): KeyObject {
    try {
        return createPrivateKey(pem);
    } catch {
        throw new Refusal(
            "Failed to parse PEM. failed to decode PEM block: decoded bytes 0, undecoded bytes 0",
            source,
        );
    }
}

function algorithmOf(key: KeyObject): string {
    return { rsa: "RSA", ec: "ECDSA", ed25519: "ED25519" }[key.asymmetricKeyType as "rsa" | "ec" | "ed25519"] ?? "";
}

function subjectOf(inputs: Properties): Subject {
    const field = (key: keyof Subject) => {
        const value = text(inputs, `subject.${key}`);
        return value === undefined ? {} : { [key]: value };
    };
    return {
        ...field("commonName"),
        ...field("organization"),
        ...field("organizationalUnit"),
        ...field("locality"),
        ...field("province"),
        ...field("country"),
    };
}

function alternativeNames(inputs: Properties) {
    return {
        dnsNames: list(inputs, "dnsNames").map(String),
        ipAddresses: list(inputs, "ipAddresses").map(String),
        uris: list(inputs, "uris").map(String),
    };
}

function usageFailures(inputs: Properties, name: string): CheckFailure[] {
    const known = [...Object.keys(keyUsages), ...Object.keys(extendedUsages)];
    return list(inputs, "allowedUses").flatMap((use, index) => {
        if (use === UNKNOWN || known.includes(String(use))) {
            return [];
        }
        const choice = known.map((one) => `"${one}"`).join(" ");
        return [
            {
                property: `allowedUses[${index}]`,
                reason: `Invalid Attribute Value Match. Attribute allowed_uses[${index}] value must be one of: [${choice}], got: "${String(use)}". Examine values at '${name}.allowedUses[${index}]'.`,
            },
        ];
    });
}

/** What all of them share: nobody outside knows them, so they are what the state says. */
function kept(
    make: (inputs: Properties) => { readonly id: string; readonly outputs: Properties },
    extra: Partial<ResourceBehaviour> = {},
): ResourceBehaviour {
    return {
        diff: (before, after) => difference(before, after, (key) => key !== "earlyRenewalHours"),
        create: async (inputs) => {
            const { id, outputs } = make(inputs);
            return { id, outputs: { ...inputs, ...outputs } };
        },
        read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
        update: async (_id, old, inputs) => ({ ...old, ...inputs }),
        delete: async () => undefined,
        ...extra,
    };
}

const key = kept(
    (inputs) => {
        const algorithm = text(inputs, "algorithm") ?? "";
        const rsaBits = number(inputs, "rsaBits") ?? 2048;
        const curve = text(inputs, "ecdsaCurve") ?? "P224";
        const kind =
            algorithm === "RSA" ? { rsaBits } : algorithm === "ED25519" ? "ed25519" : (curves[curve] ?? "p224");
        const made = privateKey(kind);
        const open = createPublicKey(made);
        const pkcs8 = keyPem(made);
        const classic =
            algorithm === "RSA"
                ? made.export({ type: "pkcs1", format: "pem" }).toString()
                : algorithm === "ECDSA"
                  ? made.export({ type: "sec1", format: "pem" }).toString()
                  : pkcs8;
        const publicPem = open.export({ type: "spki", format: "pem" }).toString();
        const ssh = openSshPublicKey(open);
        const blob = Buffer.from(ssh?.split(" ")[1] ?? "", "base64");
        const md5 = createHash("md5").update(blob).digest("hex").match(/../g)?.join(":") ?? "";
        return {
            id: sha1(publicPem),
            outputs: {
                ecdsaCurve: curve,
                rsaBits,
                privateKeyPem: classic,
                privateKeyPemPkcs8: pkcs8,
                privateKeyOpenssh: pkcs8,
                publicKeyPem: publicPem,
                publicKeyOpenssh: ssh === undefined ? "" : `${ssh}\n`,
                publicKeyFingerprintMd5: ssh === undefined ? "" : md5,
                publicKeyFingerprintSha256:
                    ssh === undefined
                        ? ""
                        : `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`,
            },
        };
    },
    {
        secretOutputs: ["privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"],
        check: (inputs, _old, { name }) => {
            const found: CheckFailure[] = [];
            const choice = (property: string, attribute: string, allowed: readonly string[]) => {
                const value = inputs[property];
                if (typeof value === "string" && !allowed.includes(value)) {
                    const shown = allowed.map((one) => `"${one}"`).join(" ");
                    found.push({
                        property,
                        reason: `Invalid Attribute Value Match. Attribute ${attribute} value must be one of: [${shown}], got: "${value}". Examine values at '${name}.${property}'.`,
                    });
                }
            };
            choice("algorithm", "algorithm", ["RSA", "ECDSA", "ED25519"]);
            choice("ecdsaCurve", "ecdsa_curve", Object.keys(curves));
            return { inputs, failures: found };
        },
    },
);

const request = kept((inputs) => {
    const bearer = readKey(text(inputs, "privateKeyPem") ?? "");
    const made = signingRequest({ subject: subjectOf(inputs), ...alternativeNames(inputs) }, bearer);
    return { id: sha1(made), outputs: { certRequestPem: made, keyAlgorithm: algorithmOf(bearer) } };
});

/** The package. Certificates begin at the world's time. */
export function tlsPackage(world: World): PackageBehaviour {
    const now = () => new Date(worldBegins.getTime() + Math.round(world.clock.now * 60_000));
    const terms = (inputs: Properties) => {
        const validFrom = now();
        const validUntil = new Date(validFrom.getTime() + (number(inputs, "validityPeriodHours") ?? 0) * 3_600_000);
        return {
            isAuthority: at(inputs, "isCaCertificate") === true,
            uses: list(inputs, "allowedUses").map(String),
            validFrom,
            validUntil,
        };
    };
    const validity = (made: { readonly validFrom: Date; readonly validUntil: Date }): Properties => ({
        validityStartTime: made.validFrom.toISOString().replace(/\.\d+Z/, "Z"),
        validityEndTime: made.validUntil.toISOString().replace(/\.\d+Z/, "Z"),
        readyForRenewal: false,
    });
    const certificates: Partial<ResourceBehaviour> = {
        check: (inputs, _old, { name }) => ({ inputs, failures: usageFailures(inputs, name) }),
        /** A certificate that ends within its early renewal time is made anew. */
        diff: (before, after, state) => {
            const found = difference(before, after, (key) => key !== "earlyRenewalHours");
            const end = Date.parse(text(state, "validityEndTime") ?? "");
            const due = end - (number(after, "earlyRenewalHours") ?? 0) * 3_600_000 <= now().getTime();
            return due
                ? { changes: [...found.changes, "readyForRenewal"], replaces: [...found.replaces, "readyForRenewal"] }
                : found;
        },
    };
    const selfSigned = kept((inputs) => {
        const bearer = readKey(text(inputs, "privateKeyPem") ?? "");
        const subject = subjectOf(inputs);
        const made = terms(inputs);
        const pem = certificate({ subject, ...alternativeNames(inputs), ...made }, bearer, { subject, key: bearer });
        return { id: sha1(pem), outputs: { certPem: pem, keyAlgorithm: algorithmOf(bearer), ...validity(made) } };
    }, certificates);
    const locallySigned = kept((inputs) => {
        const authority = readKey(text(inputs, "caPrivateKeyPem") ?? "");
        const made = terms(inputs);
        const issuer = { subject: text(inputs, "caCertPem") ?? "", key: authority };
        const pem = signRequest(text(inputs, "certRequestPem") ?? "", made, issuer);
        return { id: sha1(pem), outputs: { certPem: pem, caKeyAlgorithm: algorithmOf(authority), ...validity(made) } };
    }, certificates);
    const resources: Readonly<Record<string, ResourceBehaviour>> = {
        "tls:index/privateKey:PrivateKey": key,
        "tls:index/certRequest:CertRequest": request,
        "tls:index/selfSignedCert:SelfSignedCert": selfSigned,
        "tls:index/locallySignedCert:LocallySignedCert": locallySigned,
    };
    return {
        name: "tls",
        resource: (type) => resources[type],
        function: (token) =>
            token === "tls:index/getPublicKey:getPublicKey"
                ? async (args) => {
                      const open = createPublicKey(
                          readKey(text(args, "privateKeyPem") ?? text(args, "privateKeyOpenssh") ?? ""),
                      );
                      const pem = open.export({ type: "spki", format: "pem" }).toString();
                      const ssh = openSshPublicKey(open);
                      return {
                          ...args,
                          id: sha1(pem),
                          publicKeyPem: pem,
                          publicKeyOpenssh: ssh === undefined ? "" : `${ssh}\n`,
                      };
                  }
                : undefined,
    };
}
