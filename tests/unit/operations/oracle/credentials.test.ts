import { generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { oracleCredentials } from "../../../../operations/oracle/credentials";

let home: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), "strata-oci-"));
    environment = { HOME: home };
    fs.mkdirSync(path.join(home, ".oci"));
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
    fs.writeFileSync(path.join(home, "key.pem"), key);
});

afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

/** Writes `~/.oci/config`; a line whose value is undefined is left out. */
function write(change: Record<string, string | undefined> = {}, profile = "DEFAULT"): void {
    const lines = Object.entries({
        user: "ocid1.user.oc1..aaaa",
        fingerprint: "20:3b:97",
        tenancy: "ocid1.tenancy.oc1..aaaa",
        region: "eu-frankfurt-1",
        key_file: path.join(home, "key.pem"),
        ...change,
    }).flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${value}`]));
    fs.writeFileSync(path.join(home, ".oci", "config"), `[${profile}]\n${lines.join("\n")}\n`);
}

test("the config file's profile is found, with its tenancy and region", () => {
    write();
    expect(oracleCredentials({}, environment)).toMatchObject({
        region: "eu-frankfurt-1",
        tenancyId: "ocid1.tenancy.oc1..aaaa",
        source: `profile DEFAULT of ${path.join(home, ".oci", "config")}`,
    });
});

test("the stack's region goes before the file's, and its profile before the default", () => {
    write({}, "FREE");
    const config = { "oci:region": "uk-london-1", "oci:configFileProfile": "FREE" };
    expect(oracleCredentials(config, environment)).toMatchObject({ region: "uk-london-1" });
});

test.each(["TF_VAR_config_file_profile", "OCI_CONFIG_FILE_PROFILE"])(
    "%s names the profile, as to the provider",
    (variable) => {
        write({}, "FREE");
        expect(oracleCredentials({}, { ...environment, [variable]: "FREE" }).source).toContain("profile FREE");
    },
);

test("the variables of Oracle's CLI, which the provider does not read, lead to no other tenancy than its own", () => {
    write();
    fs.writeFileSync(path.join(home, "other"), "[FREE]\n");
    const cli = { ...environment, OCI_CLI_PROFILE: "FREE", OCI_CLI_CONFIG_FILE: path.join(home, "other") };
    expect(oracleCredentials({}, cli).source).toBe(`profile DEFAULT of ${path.join(home, ".oci", "config")}`);
});

test("fails saying what to do where there is none at all", () => {
    expect(() => oracleCredentials({}, environment)).toThrow(
        /^No credentials for Oracle: neither oci:\* .*run `oci setup config`/,
    );
});

test.each([
    ["a profile that is not there", {}, { "oci:configFileProfile": "PROD" }, "has no profile PROD: it has DEFAULT"],
    ["no region", { region: undefined }, {}, "region"],
    ["a key file that is not there", { key_file: "/nowhere/key.pem" }, {}, "is no credential"],
    ["half of the stack's own", {}, { "oci:userOcid": "x" }, "incomplete: set oci:tenancyOcid, oci:fingerprint"],
] as const)("fails in a sentence with %s", (_, change, config, said) => {
    write(change);
    expect(() => oracleCredentials(config, environment)).toThrow(said);
});
