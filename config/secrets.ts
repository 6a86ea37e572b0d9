/** The secrets of an Oracle stack: read apart from the sections, since they stand encrypted in the stack's file. */
import * as pulumi from "@pulumi/pulumi";

/** Secret keys under `strata:`: to what each is for, as messages name it. */
export const secretMeanings = {
    sshPrivateKey: "an OpenSSH private key without passphrase, which the instances let in",
    ageKey: "an age key such as AGE-SECRET-KEY-1..., which Flux decrypts the repository's secrets with",
} as const;

/** Name of a secret of the stack's config. */
export type SecretName = keyof typeof secretMeanings;

/** Their keys in the config: no section is called so. */
export const secretKeys: readonly string[] = Object.keys(secretMeanings).map((name) => `strata:${name}`);

function missing(name: SecretName): string {
    return `strata:${name} is missing, expected ${secretMeanings[name]}: set it with \`pulumi config set --secret strata:${name}\`.`;
}

function wrong(name: SecretName): string {
    return `strata:${name} has the wrong form, expected ${secretMeanings[name]}.`;
}

const armor = /^-----BEGIN OPENSSH PRIVATE KEY-----\n([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----\s*$/;
const magic = Buffer.from("openssh-key-v1\0", "latin1");

/**
 * The public half of an OpenSSH private key, as `authorized_keys` has it; undefined where the text is no such key or
 * has a passphrase. OpenSSH keeps the public half in clear at the file's beginning (openssh, PROTOCOL.key).
 */
export function sshPublicKey(privateKey: string): string | undefined {
    const body = Buffer.from(armor.exec(privateKey)?.[1] ?? "", "base64");
    if (!body.subarray(0, magic.length).equals(magic)) {
        return undefined;
    }
    let at = magic.length;
    const next = (): Buffer => {
        const length = at + 4 <= body.length ? body.readUInt32BE(at) : 0;
        const field = body.subarray(at + 4, at + 4 + length);
        at += 4 + length;
        return field;
    };
    const [cipher] = [next(), next(), next()];
    at += 4; // the number of keys, always one
    const blob = next();
    const type = blob.length < 4 ? "" : blob.subarray(4, 4 + blob.readUInt32BE(0)).toString("latin1");
    return cipher?.toString("latin1") === "none" && /^(ssh|ecdsa)-[a-z0-9-]+$/.test(type)
        ? `${type} ${blob.toString("base64")}`
        : undefined;
}

/** What is wrong with the secrets of the stack that runs, one sentence each. */
export function secretMistakes(read: (name: SecretName) => string | undefined): readonly string[] {
    const [ssh, age] = [read("sshPrivateKey"), read("ageKey")];
    return [
        ...(ssh === undefined ? [missing("sshPrivateKey")] : []),
        ...(ssh !== undefined && sshPublicKey(ssh) === undefined ? [wrong("sshPrivateKey")] : []),
        ...(age === undefined ? [missing("ageKey")] : []),
        ...(age !== undefined && !/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/.test(age.trim()) ? [wrong("ageKey")] : []),
    ];
}

/** A secret of the stack that runs, undefined where it is not set. */
export function readSecret(name: SecretName): string | undefined {
    return pulumi.runtime.getConfig(`strata:${name}`);
}

/** The key the instances let in. */
export interface SshKey {
    /** OpenSSH form, secret. */
    readonly privateKey: pulumi.Output<string>;
    /** As `authorized_keys` has it. */
    readonly publicKey: string;
}

/** The stack's SSH key; `readFleet` has judged it. */
export function sshKey(): SshKey {
    const privateKey = readSecret("sshPrivateKey") ?? "";
    return { privateKey: pulumi.secret(privateKey), publicKey: sshPublicKey(privateKey) ?? "" };
}

/** The stack's age key, secret; `readFleet` has judged it. */
export function ageKey(): pulumi.Output<string> {
    return pulumi.secret(readSecret("ageKey") ?? "");
}
