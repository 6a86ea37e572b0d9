/** Phase 0 of `oci-free` in a folder of its own: a person who answers, Oracle and sops as doubles, and what came in order. */
import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { stepsOf } from "../../../operations/setup/command";
import { setup } from "../../../operations/setup/setup";
import { pathText } from "../../../operations/setup/stack-config";
import { fleetOf } from "../../../operations/stack-fleet";

/** What is there before, and what goes wrong. */
export interface Circumstances {
    /** Oracle's config is in the person's home folder already. */
    readonly oracleConfig?: boolean;
    /** A file in the place of the SSH key that is none. */
    readonly brokenSshKey?: boolean;
    /** sops refuses. */
    readonly sopsRefuses?: boolean;
}

/** What came of it. */
export interface Prepared {
    /** Calls of the doubles and steps as they were told, in their order. */
    readonly events: readonly string[];
    /** The config as it is kept. */
    readonly config: ReadonlyMap<string, string>;
    /** For whom secrets were encrypted; undefined where none were. */
    readonly recipient: string | undefined;
    /** Why it did not end well. */
    readonly failure: string | undefined;
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

function writeOracleConfig(home: string): void {
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    const folder = path.join(home, ".oci");
    fs.mkdirSync(folder, { mode: 0o700 });
    fs.writeFileSync(path.join(folder, "key.pem"), pem, { mode: 0o600 });
    const values = {
        user: "ocid1.user.oc1..aaaa",
        fingerprint: "20:3b:97:13:55:1c",
        tenancy: "ocid1.tenancy.oc1..aaaaaaaamine",
        region: "eu-frankfurt-1",
        key_file: path.join(folder, "key.pem"),
    };
    const lines = Object.entries(values).map(([key, value]) => `${key}=${value}`);
    fs.writeFileSync(path.join(folder, "config"), ["[DEFAULT]", ...lines, ""].join("\n"));
}

/** Answers to what is asked, by a word of the question. */
const answers: readonly (readonly [RegExp, string])[] = [
    [/E-mail/, "me@strata.dev"],
    [/Network/, "81.2.69.142/32"],
    [/Git repository/, "https://github.com/me/strata"],
    [/Address of the Grafana/, "https://me.grafana.net"],
    [/./, "an-answer"],
];

/** Prepares the stack. */
export async function prepared(circumstances: Circumstances = {}): Promise<Prepared> {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "strata-phase-0-"));
    try {
        return await prepareIn(home, circumstances);
    } finally {
        fs.rmSync(home, { recursive: true, force: true });
    }
}

async function prepareIn(
    home: string,
    { oracleConfig = false, brokenSshKey = false, sopsRefuses = false }: Circumstances,
): Promise<Prepared> {
    const events: string[] = [];
    const values = new Map<string, string>();
    let recipient: string | undefined;
    fs.mkdirSync(path.join(home, "bin"));
    fs.writeFileSync(path.join(home, "bin", "oci"), "");
    if (oracleConfig) {
        writeOracleConfig(home);
    }
    if (brokenSshKey) {
        fs.mkdirSync(path.join(home, ".ssh"));
        fs.writeFileSync(path.join(home, ".ssh", "strata-oci-free"), "no key\n");
    }
    const secrets = path.join(home, "gitops", "base", "secrets");
    fs.mkdirSync(secrets, { recursive: true });
    const template = { kind: "Secret", metadata: { name: "one", namespace: "tailscale" }, stringData: { key: "" } };
    fs.writeFileSync(path.join(secrets, "one.secret.yaml"), JSON.stringify(template));

    const fleet = fleetOf("oci-free");
    const steps = stepsOf(fleet, {
        oracle: {
            ociSetup: async () => {
                events.push("oci setup config");
                writeOracleConfig(home);
                return 0;
            },
            homeRegion: async () => "eu-frankfurt-1",
            microDomains: async () => ["qXYZ:EU-FRANKFURT-1-AD-1"],
            availabilityDomains: async () => [1, 2, 3].map((number) => `qXYZ:EU-FRANKFURT-1-AD-${number}`),
        },
        fetchable: async () => 200,
        cipher: {
            encrypt: async (args) => {
                if (sopsRefuses) {
                    throw new Error("sops refused");
                }
                recipient = args.recipient;
                return { written: ["one.enc.yaml"], unchanged: [], removed: [] };
            },
            decrypt: async () => "",
        },
    });
    const setting = {
        stack: "oci-free",
        folder: home,
        home,
        environment: { HOME: home, PATH: path.join(home, "bin") },
        fleet,
        prompter: async ({ message }: { readonly message: string }) =>
            answers.find(([question]) => question.test(message))?.[1] ?? "",
        config: {
            read: async () => Object.fromEntries(values),
            write: async (key: string, value: string) => void values.set(key, value),
            change: async (changes: readonly Parameters<typeof pathTextOf>[0][]) =>
                void events.push(...changes.map((change) => `${pathTextOf(change)} is written`)),
        },
        values,
        tell: ({ step }: { readonly step: string }) => void events.push(step),
    };
    const failure = await setup(setting, steps).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    return { events, config: values, recipient, failure };
}

const pathTextOf = ({ path: steps }: { readonly path: Parameters<typeof pathText>[0] }): string => pathText(steps);
