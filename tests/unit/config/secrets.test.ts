import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { readFleet } from "../../../config";
import { type SecretName, secretMistakes, sshKey, sshPublicKey } from "../../../config/secrets";
import { oracleConfig, oracleProxmoxSections, testAgeKey, testSshKey } from "../../harness/oracle-stacks";
import { stackSections } from "../../harness/stack-config";
import { synth } from "../../harness/synth";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICxYXyxBFA2h/KxyrBfRgw6Uub4Addshj25HCzHWAH60";
const good: Readonly<Record<SecretName, string>> = { sshPrivateKey: testSshKey, ageKey: testAgeKey };

const found = (changed: Partial<Record<SecretName, string | undefined>>) => {
    const values: Partial<Record<SecretName, string | undefined>> = { ...good, ...changed };
    return secretMistakes((name) => values[name]);
};

test("the public half of a key is the one ssh-keygen wrote beside it", () => {
    expect(sshPublicKey(testSshKey)).toBe(publicKey);
});

test.each([
    ["no key at all", "hunter2"],
    ["a PEM key of another form", generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" })],
    ["an armour around nothing", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"],
    ["half a key", testSshKey.replace(/\n.*\n.*\n.*\n.*\n.*\n-/, "\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9u\n-")],
])("%s has no public half", (_, text) => {
    expect(sshPublicKey(String(text))).toBeUndefined();
});

test("a key with a passphrase has no public half here: nobody could be asked for it", () => {
    const magic = "openssh-key-v1\0";
    const [begin = "", ...rest] = testSshKey.trim().split("\n");
    const body = Buffer.from(rest.slice(0, -1).join(""), "base64");
    const field = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
    const plain = Buffer.concat([Buffer.from(magic), field("none")]);
    const encrypted = Buffer.concat([Buffer.from(magic), field("aes256-ctr"), body.subarray(plain.length)]);
    expect(sshPublicKey([begin, encrypted.toString("base64"), rest.at(-1), ""].join("\n"))).toBeUndefined();
});

test("good secrets are no mistakes", () => {
    expect(found({})).toEqual([]);
});

test("missing secrets are one sentence each, with the command that sets them", () => {
    expect(found({ sshPrivateKey: undefined, ageKey: undefined })).toEqual([
        "strata:sshPrivateKey is missing, expected an OpenSSH private key without passphrase, which the instances let in: set it with `pulumi config set --secret strata:sshPrivateKey`.",
        "strata:ageKey is missing, expected an age key such as AGE-SECRET-KEY-1..., which Flux decrypts the repository's secrets with: set it with `pulumi config set --secret strata:ageKey`.",
    ]);
});

test("a secret of the wrong form is said without its value", () => {
    const said = found({ sshPrivateKey: "hunter2", ageKey: "age1public" });
    expect(said).toEqual([
        "strata:sshPrivateKey has the wrong form, expected an OpenSSH private key without passphrase, which the instances let in.",
        "strata:ageKey has the wrong form, expected an age key such as AGE-SECRET-KEY-1..., which Flux decrypts the repository's secrets with.",
    ]);
});

test("a stack at Oracle is told of its sections' and its secrets' mistakes at once", async () => {
    const { cloud, ...sections } = oracleProxmoxSections();
    const { "strata:ageKey": _, ...config } = oracleConfig({ ...sections, cloud: { ...(cloud as object), region: 7 } });
    const error: unknown = await synth(() => readFleet(), { config, stack: "oci" }).catch((each: unknown) => each);
    expect((error as Error).message.split("\n").map((line) => line.slice(0, 45))).toEqual([
        "Pulumi.oci.yaml has 2 mistakes:",
        "  strata:cloud.region is 7, expected text.",
        "  strata:ageKey is missing, expected an age k",
    ]);
});

test("the provider's region must be the cloud's", async () => {
    const read = (change: Record<string, unknown>) =>
        synth(() => readFleet(), { config: { ...oracleConfig(oracleProxmoxSections()), ...change }, stack: "oci" });
    await expect(read({ "oci:region": "uk-london-1" })).rejects.toThrow(
        'oci:region is "uk-london-1", expected eu-frankfurt-1, as strata:cloud.region says: free is only what stands in the home region.',
    );
    const { "oci:region": _, ...without } = oracleConfig(oracleProxmoxSections());
    await expect(synth(() => readFleet(), { config: without, stack: "oci" })).rejects.toThrow(
        "oci:region is missing, expected eu-frankfurt-1",
    );
});

test("a stack on Proxmox VE hosts needs none of them", async () => {
    const own = Object.entries(stackSections("homelab")).map(([key, value]) => [`strata:${key}`, value]);
    const run = synth(() => void readFleet(), { config: Object.fromEntries(own) });
    await expect(run).resolves.toBeDefined();
});

test("the key's private half is secret, its public half is not", async () => {
    const { outputs } = await synth(() => sshKey(), { config: oracleConfig(oracleProxmoxSections()) });
    expect(outputs).toEqual({ privateKey: { secret: testSshKey }, publicKey });
});
