import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Mesh } from "../../../../components/mesh/mesh";
import { parseFleet } from "../../../../config";
import { meshOf } from "../../../../config/oracle-fleet";
import type { OracleProxmoxFleet } from "../../../../config/platforms/oracle-proxmox";
import { sshPublicKey } from "../../../../config/secrets";
import { preparedText, stepsOf, toldText } from "../../../../operations/setup/command";
import type { EncryptSecretsArgs } from "../../../../operations/setup/encrypt-secrets";
import { type Cipher, secretsStep, sshKeyStep } from "../../../../operations/setup/key-steps";
import { type OracleSeam, oracleSteps, repositoryStep } from "../../../../operations/setup/oracle-steps";
import { ciliumStep, grafanaStep, meshStep, proxmoxStep } from "../../../../operations/setup/service-steps";
import { type Setting, type Step, setup, type Told } from "../../../../operations/setup/setup";
import { newSshKey } from "../../../../operations/setup/ssh-key";
import { oracleProxmoxSections } from "../../../harness/oracle-stacks";
import { named, synth } from "../../../harness/synth";

let home: string;
let sections: Record<string, unknown>;
/** The stack's config as the engine keeps it. */
let config: Map<string, { value: string; secret: boolean }>;
let answers: Record<string, string>;
let asked: string[];
let told: Told[];
/** What was shown above questions. */
let shown: string[];
let files: Map<string, EncryptSecretsArgs["values"]>;
let environment: NodeJS.ProcessEnv;

const tenancy = "ocid1.tenancy.oc1..aaaaaaaamine";
const oracle: OracleSeam = {
    ociSetup: async () => 1,
    homeRegion: async () => "eu-frankfurt-1",
    microDomains: async () => ["QXYZ:eu-frankfurt-1-AD-3"],
    availabilityDomains: async () => [
        "qXYZ:EU-FRANKFURT-1-AD-1",
        "qXYZ:EU-FRANKFURT-1-AD-2",
        "qXYZ:EU-FRANKFURT-1-AD-3",
    ],
};
/** Stands for sops: its own test is with the real one. */
const cipher: Cipher = {
    encrypt: async ({ values }) => {
        const same = JSON.stringify(files.get("all")) === JSON.stringify(values);
        files.set("all", values);
        const name = "operator-oauth.enc.yaml";
        const folder = path.join(home, "gitops", "oci-free", "secrets");
        fs.mkdirSync(folder, { recursive: true });
        for (const secret of new Set(Object.keys(values).map((key) => key.split("/")[0]))) {
            const own = Object.entries(values).filter(([key]) => key.startsWith(`${secret}/`));
            fs.writeFileSync(
                path.join(folder, `${secret}.enc.yaml`),
                JSON.stringify({ stringData: Object.fromEntries(own) }),
            );
        }
        return same ? { written: [], unchanged: [name], removed: [] } : { written: [name], unchanged: [], removed: [] };
    },
    decrypt: async (_, encrypted) =>
        JSON.stringify({
            stringData: Object.fromEntries(
                Object.entries(JSON.parse(encrypted).stringData).map(([key, value]) => [key.split("/")[1], value]),
            ),
        }),
};

beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "strata-setup-"));
    sections = structuredClone(oracleProxmoxSections());
    config = new Map();
    asked = [];
    told = [];
    shown = [];
    files = new Map();
    environment = { HOME: home, PATH: "" };
    answers = {
        "E-mail address": "me@strata.dev",
        "Network you reach": "81.2.69.142/32",
        "Git repository": "https://github.com/me/strata",
        "Id of the stack's OAuth client": "kTestClient",
        "Secret of the stack's OAuth client": "tskey-client-secret",
        "Address of the Grafana Cloud": "https://me.grafana.net",
        "Token of a Grafana": "glsa_secret",
        "Secret operator-oauth/client_id": "kOperator",
        "Secret operator-oauth/client_secret": "tskey-operator",
    };
    const secrets = path.join(home, "gitops", "base", "secrets");
    fs.mkdirSync(secrets, { recursive: true });
    fs.writeFileSync(
        path.join(secrets, "operator-oauth.secret.yaml"),
        "# The operator's client.\n# It has a tag.\nkind: Secret\nmetadata:\n  name: operator-oauth\n  namespace: tailscale\nstringData:\n  client_id: ''\n  client_secret: ''\n",
    );
});

afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

/** What `oci setup config` leaves behind. */
function ociConfig(profiles: Readonly<Record<string, string>> = { DEFAULT: tenancy }): void {
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
    fs.mkdirSync(path.join(home, ".oci"), { mode: 0o700, recursive: true });
    fs.writeFileSync(path.join(home, ".oci", "key.pem"), key, { mode: 0o600 });
    const lines = Object.entries(profiles).flatMap(([profile, id]) => [
        `[${profile}]`,
        "user=ocid1.user.oc1..aaaa",
        "fingerprint=20:3b:97:13:55:1c",
        `tenancy=${id}`,
        "region=eu-frankfurt-1",
        `key_file=${path.join(home, ".oci", "key.pem")}`,
    ]);
    fs.writeFileSync(path.join(home, ".oci", "config"), `${lines.join("\n")}\n`);
}

function fleet(): OracleProxmoxFleet {
    const verdict = parseFleet(sections);
    if ("mistakes" in verdict || verdict.fleet.platform !== "oracle-proxmox") {
        throw new Error(JSON.stringify(verdict));
    }
    return verdict.fleet;
}

function setting(): Setting {
    return {
        stack: "oci-free",
        folder: home,
        home,
        environment,
        fleet: fleet(),
        prompter: async ({ message, before, check = () => true }) => {
            asked.push(message);
            shown.push(...(before === undefined ? [] : [before]));
            const [, answer] = Object.entries(answers).find(([start]) => message.startsWith(start)) ?? [];
            if (answer === undefined || check(answer) !== true) {
                throw new Error(`no answer to ${message}`);
            }
            return answer;
        },
        config: {
            read: async () => Object.fromEntries([...config].map(([key, { value }]) => [key, value])),
            write: async (key, value, secret) => {
                config.set(key, { value, secret });
            },
            change: async (changes) => {
                for (const { path: steps, value } of changes) {
                    const [key, ...rest] = steps;
                    let at: Record<string | number, unknown> = sections;
                    for (const step of [key.replace("strata:", ""), ...rest.slice(0, -1)]) {
                        at = at[step] as Record<string | number, unknown>;
                    }
                    at[rest.at(-1) ?? ""] = value;
                }
            },
        },
        values: new Map([...config].map(([key, { value }]) => [key, value])),
        tell: (each) => told.push(each),
    };
}

const allSteps = (seam = oracle): readonly Step[] => [
    ...oracleSteps(fleet().cloud, seam),
    sshKeyStep,
    ciliumStep(fleet().cni.version, async () => 200),
    meshStep,
    repositoryStep,
    secretsStep("gitops/oci-free", cipher),
    grafanaStep,
];
const run = (steps = allSteps()) => setup(setting(), steps);

test("a first run finds what is there, makes keys, asks for the rest, and keeps every secret encrypted", async () => {
    ociConfig();
    await run();
    const secret = [...config].filter(([, { secret: hidden }]) => hidden).map(([key]) => key);
    expect(secret.sort()).toEqual([
        "grafana:auth",
        "strata:ageKey",
        "strata:sshPrivateKey",
        "tailscale:oauthClientId",
        "tailscale:oauthClientSecret",
    ]);
    expect(sshPublicKey(config.get("strata:sshPrivateKey")?.value ?? "")).toMatch(/^ssh-ed25519 /);
    expect(config.get("strata:ageKey")?.value).toMatch(/^AGE-SECRET-KEY-1[0-9A-Z]{58}$/);
    expect(files.get("all")).toEqual({
        "operator-oauth/client_id": "kOperator",
        "operator-oauth/client_secret": "tskey-operator",
    });
    expect(asked).toHaveLength(9);
});

test("a second run asks nothing and changes nothing", async () => {
    ociConfig();
    await run();
    const before = JSON.stringify([[...config], sections, fs.readFileSync(path.join(home, ".ssh", "strata-oci-free"))]);
    asked = [];
    told = [];
    await run();
    expect(asked).toEqual([]);
    expect(told.map(({ outcome }) => outcome).filter((outcome) => !/found|checked/.test(outcome))).toEqual([]);
    expect(JSON.stringify([[...config], sections, fs.readFileSync(path.join(home, ".ssh", "strata-oci-free"))])).toBe(
        before,
    );
});

test("the stack's file gets the tenancy's own values, and examples are replaced by answers", async () => {
    ociConfig();
    await run();
    const { cloud, delivery } = fleet();
    expect(cloud.tenancyId).toBe(tenancy);
    expect(cloud.availabilityDomains[0]).toBe("qXYZ:EU-FRANKFURT-1-AD-1");
    expect(cloud.instances["ampere-3"]?.availabilityDomain).toBe("qXYZ:EU-FRANKFURT-1-AD-3");
    // Where Oracle lets a Micro be, whatever capital letters it tells it with.
    expect(cloud.bastion.availabilityDomain).toBe("qXYZ:EU-FRANKFURT-1-AD-3");
    expect([cloud.recipients, cloud.sshSources]).toEqual([["me@strata.dev"], ["81.2.69.142/32"]]);
    expect(delivery.repository).toBe("https://github.com/me/strata");
});

test("a region that is not the tenancy's home is refused before anything is written, since nothing is free there", async () => {
    ociConfig();
    const before = JSON.stringify([[...config], sections]);
    const seam: OracleSeam = { ...oracle, homeRegion: async () => "us-ashburn-1" };
    await expect(run(oracleSteps(fleet().cloud, seam))).rejects.toThrow(
        /names the region eu-frankfurt-1; the tenancy's home region is us-ashburn-1, and nothing is free in any other: name us-ashburn-1 there and in oci:region\.$/,
    );
    expect(JSON.stringify([[...config], sections])).toBe(before);
});

test("a tenancy that may have no Micro is told so, since the bastion is one", async () => {
    ociConfig();
    const seam: OracleSeam = { ...oracle, microDomains: async () => [] };
    await expect(run(oracleSteps(fleet().cloud, seam))).rejects.toThrow(
        /^Oracle lets this tenancy have no VM\.Standard\.E2\.1\.Micro in eu-frankfurt-1 \(limit standard-e2-micro-core-count is 0 /,
    );
});

test("regions and domains that Oracle does not list end the setup with its words", async () => {
    ociConfig();
    const refused = async () => Promise.reject(new Error("no answer"));
    for (const [seam, what] of [
        [{ ...oracle, homeRegion: refused }, "The regions of the tenancy"],
        [{ ...oracle, availabilityDomains: refused }, "The availability domains of eu-frankfurt-1"],
        [{ ...oracle, microDomains: refused }, "The limits of eu-frankfurt-1"],
    ] as const) {
        await expect(run(oracleSteps(fleet().cloud, seam))).rejects.toThrow(
            new RegExp(`^${what}.* cannot be listed: no answer$`),
        );
    }
});

test("a risk that was accepted of an availability domain is accepted of the one that took its place", async () => {
    ociConfig();
    const risk = { reason: "One instance stands in one.", owner: "owner", until: "2027-12-31" };
    sections.acceptedRisks = [
        { component: "ssh", ...risk },
        { component: "availability-domain/Uocm:EU-FRANKFURT-1-AD-2", ...risk },
        { component: "fault-domain/Uocm:EU-FRANKFURT-1-AD-2/FAULT-DOMAIN-1", ...risk },
    ];
    await run(oracleSteps(fleet().cloud, oracle));
    expect(fleet().acceptedRisks.map(({ component }) => component)).toEqual([
        "ssh",
        "availability-domain/qXYZ:EU-FRANKFURT-1-AD-2",
        "fault-domain/qXYZ:EU-FRANKFURT-1-AD-2/FAULT-DOMAIN-1",
    ]);
});

test("no secret is told, and the key file is its owner's alone", async () => {
    ociConfig();
    await run();
    const lines = told.map(toldText).join("\n");
    const hidden = [...config.values()].filter(({ secret }) => secret).map(({ value }) => value);
    for (const value of [...hidden, "tskey-operator"]) {
        expect(lines).not.toContain(value);
    }
    const file = path.join(home, ".ssh", "strata-oci-free");
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(`${file}.pub`, "utf8")).toContain(sshPublicKey(fs.readFileSync(file, "utf8")));
});

test("fails in one sentence that says what to do where there is neither a config nor Oracle's CLI", async () => {
    await expect(run()).rejects.toThrow(/^There are no credentials for Oracle: install its CLI and run this again/);
    expect(config.size).toBe(0);
});

test("Oracle's own setup is run where its CLI is there and its config is not", async () => {
    fs.mkdirSync(path.join(home, "bin"));
    fs.writeFileSync(path.join(home, "bin", "oci"), "");
    environment.PATH = path.join(home, "bin");
    const seam = {
        ...oracle,
        ociSetup: async () => {
            ociConfig();
            return 0;
        },
    };
    await run(allSteps(seam));
    expect(told[0]).toMatchObject({ step: "OCI config", outcome: "made" });
});

test("fails where Oracle's own setup was given up", async () => {
    fs.mkdirSync(path.join(home, "bin"));
    fs.writeFileSync(path.join(home, "bin", "oci"), "");
    environment.PATH = path.join(home, "bin");
    await expect(run()).rejects.toThrow("`oci setup config` left no");
});

test("credentials of the stack's own are taken before the file's", async () => {
    ociConfig();
    const pem = fs.readFileSync(path.join(home, ".oci", "key.pem"), "utf8");
    for (const [key, value] of Object.entries({
        "oci:tenancyOcid": "ocid1.tenancy.oc1..aaaastack",
        "oci:userOcid": "ocid1.user.oc1..aaaa",
        "oci:fingerprint": "20:3b",
        "oci:region": "eu-frankfurt-1",
        "oci:privateKey": pem,
    })) {
        config.set(key, { value, secret: true });
    }
    await run(oracleSteps(fleet().cloud, oracle));
    expect(told[0]?.said).toBe("the stack's config (oci:*)");
    expect(fleet().cloud.tenancyId).toBe("ocid1.tenancy.oc1..aaaastack");
    config.delete("oci:fingerprint");
    await expect(run(oracleSteps(fleet().cloud, oracle))).rejects.toThrow("are incomplete: set oci:fingerprint");
});

test("the profile Oracle's CLI is told of is kept for the provider, which reads none of its variables", async () => {
    ociConfig({ DEFAULT: tenancy, FREE: "ocid1.tenancy.oc1..aaaafree" });
    environment.OCI_CLI_PROFILE = "FREE";
    await run(oracleSteps(fleet().cloud, oracle));
    expect(fleet().cloud.tenancyId).toBe("ocid1.tenancy.oc1..aaaafree");
    expect(config.get("oci:configFileProfile")).toEqual({ value: "FREE", secret: false });
    expect(told.map(toldText).join("\n")).toContain("oci:configFileProfile FREE");
    // From then on the stack's own counts, whatever the terminal says.
    environment.OCI_CLI_PROFILE = "DEFAULT";
    told = [];
    await run(oracleSteps(fleet().cloud, oracle));
    expect(fleet().cloud.tenancyId).toBe("ocid1.tenancy.oc1..aaaafree");
    expect(told.map(({ outcome }) => outcome)).toEqual(["found", "found"]);
});

test("a profile that is the default is not written down", async () => {
    ociConfig();
    environment.OCI_CLI_PROFILE = "DEFAULT";
    environment.OCI_CLI_CONFIG_FILE = path.join(home, ".oci", "config");
    await run(oracleSteps(fleet().cloud, oracle));
    expect(config.has("oci:configFileProfile")).toBe(false);
});

test("a config file at another place is refused before anything is written: the provider cannot be told of it", async () => {
    ociConfig();
    environment.OCI_CLI_CONFIG_FILE = path.join(home, "elsewhere");
    const before = JSON.stringify([[...config], sections]);
    await expect(run(oracleSteps(fleet().cloud, oracle))).rejects.toThrow(
        `OCI_CLI_CONFIG_FILE names ${path.join(home, "elsewhere")}, and the provider reads ${path.join(home, ".oci", "config")} only: put the profile there, under a name of its own if you like (oci:configFileProfile), and unset the variable.`,
    );
    expect(JSON.stringify([[...config], sections])).toBe(before);
});

test("an SSH key that an earlier run left in ~/.ssh is taken, and one with a passphrase is refused", async () => {
    const key = newSshKey("mine");
    fs.mkdirSync(path.join(home, ".ssh"));
    fs.writeFileSync(path.join(home, ".ssh", "strata-oci-free"), key);
    await run([sshKeyStep]);
    expect(told[0]?.outcome).toBe("found");
    expect(config.get("strata:sshPrivateKey")?.value).toBe(key.trimEnd());
    config.clear();
    fs.writeFileSync(path.join(home, ".ssh", "strata-oci-free"), "-----BEGIN OPENSSH PRIVATE KEY-----\nzzz\n");
    await expect(run([sshKeyStep])).rejects.toThrow("is no OpenSSH private key without passphrase");
});

test("secrets of the repository that are encrypted for this key are not asked for again", async () => {
    await run([secretsStep("gitops/oci-free", cipher)]);
    answers = {};
    asked = [];
    await run([secretsStep("gitops/oci-free", cipher)]);
    expect(asked).toEqual([]);
    expect(told.at(-1)).toMatchObject({ step: "Encrypt Secrets", outcome: "found" });
});

/** What the owner is shown before the stack's client is asked for. */
async function preparation(mesh: Record<string, unknown>): Promise<string> {
    sections.mesh = mesh;
    await run([meshStep]);
    expect(shown).toHaveLength(1);
    return shown[0] ?? "";
}

test("the policy the program puts in force is shown before a client is asked for, with what each client needs", async () => {
    const said = await preparation({ ownsPolicy: true, replacesPolicy: true });
    const graph = await synth(() => void new Mesh("mesh", meshOf(fleet())));
    expect(said).toContain(String(named(graph, "mesh-policy").inputs.acl));
    expect(said).toContain(
        "tag tag:strata, scopes Keys / Auth Keys (write), Devices / Core (read), Devices / Routes (write), General / Policy File (write).",
    );
    expect(said).toContain(
        "tag tag:k8s-operator, scopes General / Services (write), Devices / Core (write), Keys / Auth Keys (write).",
    );
    expect(said).toContain("in the place of whatever is there");
});

test("who prepares a policy the stack may not replace is told that the first up refuses it", async () => {
    expect(await preparation({ ownsPolicy: true })).toContain("the first up is refused");
});

test("who keeps the policy is shown what to add to it: no address pools, and no scope over it", async () => {
    const said = await preparation({ ownsPolicy: false });
    expect(said).toContain("add these parts to yours and keep the rest");
    expect(said).toContain('"tag:k8s-operator"');
    expect(said).not.toContain("100.64.0.1");
    expect(said).not.toContain("Policy File");
});

test("where the client's id is in the environment, the policy is shown before its secret is asked for", async () => {
    environment.TAILSCALE_OAUTH_CLIENT_ID = "kTestClient";
    expect(await preparation({ ownsPolicy: true })).toContain("Put this policy in force");
    expect(asked).toEqual(["Secret of the stack's OAuth client of the tailnet"]);
});

test("a secret's template says once where its values come from, above the first that is asked for", async () => {
    await run([secretsStep("gitops/oci-free", cipher)]);
    expect(asked).toHaveLength(2);
    expect(shown).toEqual(["The operator's client.\nIt has a tag."]);
});

test("an address nothing can be posted to is not taken, and one that an earlier run took is asked for again", async () => {
    const question = "Secret grafana-cloud/LOGS_URL";
    fs.writeFileSync(
        path.join(home, "gitops", "base", "secrets", "grafana-cloud.secret.yaml"),
        "kind: Secret\nmetadata:\n  name: grafana-cloud\n  namespace: monitoring\nstringData:\n  LOGS_URL: ''\n",
    );
    answers[question] = "https://logs.grafana.net";
    await expect(run([secretsStep("gitops/oci-free", cipher)])).rejects.toThrow(`no answer to ${question}`);
    answers[question] = "https://logs.grafana.net/loki/api/v1/push";
    await run([secretsStep("gitops/oci-free", cipher)]);
    const file = path.join(home, "gitops", "oci-free", "secrets", "grafana-cloud.enc.yaml");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("/loki/api/v1/push", ""));
    asked = [];
    await run([secretsStep("gitops/oci-free", cipher)]);
    expect(asked).toEqual([question]);
});

test("a compartment that is an example is asked for, and a real one is not", async () => {
    ociConfig();
    const real = `ocid1.compartment.oc1..${"a".repeat(60)}`;
    const cloud = sections.cloud as Record<string, unknown>;
    cloud.compartment = { id: "ocid1.compartment.oc1..aaaaaaaastrata", name: "strata" };
    answers["Identifier of the compartment strata"] = "ocid1.compartment.oc1..short";
    await expect(run(oracleSteps(fleet().cloud, oracle))).rejects.toThrow("no answer to Identifier");
    answers["Identifier of the compartment strata"] = real;
    await run(oracleSteps(fleet().cloud, oracle));
    expect(fleet().cloud.compartment).toEqual({ id: real, name: "strata" });
    asked = [];
    await run(oracleSteps(fleet().cloud, oracle));
    expect(asked).toEqual([]);
});

test("fails where the chart of Cilium cannot be had", async () => {
    await expect(run([ciliumStep("9.9.9", async () => 404)])).rejects.toThrow(
        "The chart of Cilium 9.9.9 cannot be had (https://helm.cilium.io/cilium-9.9.9.tgz: 404)",
    );
    await expect(run([ciliumStep("1.18.14", async () => "getaddrinfo ENOTFOUND")])).rejects.toThrow("ENOTFOUND");
});

test("what the environment says is not asked for and not copied", async () => {
    Object.assign(environment, {
        TAILSCALE_API_KEY: "tskey-api",
        GRAFANA_URL: "https://x",
        GRAFANA_AUTH: "y",
        PROXMOX_VE_API_TOKEN: "root@pam!a=b",
    });
    await run([meshStep, grafanaStep, proxmoxStep]);
    expect([asked, [...config.keys()]]).toEqual([[], []]);
});

test("a homelab is asked for its API token and nothing else; an Oracle stack in the document's order", () => {
    const names = (steps: readonly Step[]) => steps.map(({ name }) => name);
    const verdict = fleet();
    expect(names(stepsOf(verdict))).toEqual([
        "OCI config and stack values",
        "SSH Keys",
        "Cilium Manifest",
        "Tailscale",
        "Repository",
        "Age Key, Encrypt Secrets",
        "Grafana Cloud",
    ]);
});

test("who has prepared an Oracle stack is told to push its secrets and to be on the mesh before the up", () => {
    expect(preparedText("oci-free", fleet())).toContain("commit and push gitops/oci-free/secrets");
    expect(preparedText("oci-free", fleet())).toContain("tailscale up --accept-routes");
});
