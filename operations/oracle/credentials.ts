/** Who speaks to Oracle: the stack's own `oci:*` config, else the file `oci setup config` writes. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import {
    type AuthenticationDetailsProvider,
    ConfigFileAuthenticationDetailsProvider,
    ConfigFileReader,
    Region,
    SimpleAuthenticationDetailsProvider,
} from "oci-common";

/** Values by key, e.g. `oci:tenancyOcid`, decrypted. */
export type PlainConfig = Readonly<Record<string, string>>;

/** Credentials that were found, and what they say besides. */
export interface OracleCredentials {
    readonly provider: AuthenticationDetailsProvider;
    /** e.g. `eu-frankfurt-1`. */
    readonly region: string;
    readonly tenancyId: string;
    /** Where they were found, as a report names it. */
    readonly source: string;
}

/** The file Oracle's own tools read, and the profile in it. */
export interface OracleConfigFile {
    readonly path: string;
    readonly profile: string;
}

/** Variables the provider reads the profile from, besides the stack's config. */
const profileVariables = ["TF_VAR_config_file_profile", "OCI_CONFIG_FILE_PROFILE"] as const;

/**
 * The file and profile that hold. They are the provider's, so that nobody speaks to another tenancy than it does: it
 * reads `~/.oci/config` and no variable of Oracle's CLI (oracle/terraform-provider-oci: provider.go, SchemaMap and
 * GetSdkConfigProvider). Default profile: `DEFAULT`.
 */
export function configFile(config: PlainConfig = {}, environment: NodeJS.ProcessEnv = process.env): OracleConfigFile {
    const named = [config["oci:configFileProfile"], ...profileVariables.map((name) => environment[name])];
    return {
        path: path.join(environment.HOME ?? os.homedir(), ".oci", "config"),
        profile: named.find((profile) => profile !== undefined && profile !== "") ?? defaultProfile,
    };
}

/** The profile that holds where none is named. */
export const defaultProfile = "DEFAULT";

/** Keys that make credentials of the stack's own, as the provider `oci` names them. */
const own = ["tenancyOcid", "userOcid", "fingerprint", "privateKey", "region"] as const;

/** What to do where there are none, as the end of a sentence. */
export const makeCredentials =
    "run `oci setup config`, or `npm run strata -- setup STACK`, which does it where Oracle's CLI is installed";

/**
 * Finds credentials.
 *
 * @throws Error with one sentence where there are none, where the stack names some and not all, or where the file
 *     cannot be read.
 */
export function oracleCredentials(
    config: PlainConfig = {},
    environment: NodeJS.ProcessEnv = process.env,
): OracleCredentials {
    const given = own.filter((key) => config[`oci:${key}`] !== undefined);
    // A region alone belongs to the file's credentials.
    if (given.some((key) => key !== "region")) {
        return fromStack(config);
    }
    const { path: file, profile } = configFile(config, environment);
    if (!fs.existsSync(file)) {
        throw new Error(
            `No credentials for Oracle: neither oci:* in the stack's config nor ${file}; ${makeCredentials}.`,
        );
    }
    const provider = readFile(file, profile);
    const region = config["oci:region"] ?? provider.getRegion()?.regionId;
    if (region === undefined) {
        throw new Error(`Profile ${profile} of ${file} names no region: add \`region=\` to it.`);
    }
    return { provider, region, tenancyId: provider.getTenantId(), source: `profile ${profile} of ${file}` };
}

function fromStack(config: PlainConfig): OracleCredentials {
    const missing = own.filter((key) => config[`oci:${key}`] === undefined).map((key) => `oci:${key}`);
    if (missing.length > 0) {
        throw new Error(
            `The stack's own credentials for Oracle are incomplete: set ${missing.join(", ")}, or remove every oci:* key to use the config file.`,
        );
    }
    const value = (key: (typeof own)[number]): string => config[`oci:${key}`] ?? "";
    const provider = new SimpleAuthenticationDetailsProvider(
        value("tenancyOcid"),
        value("userOcid"),
        value("fingerprint"),
        value("privateKey"),
        config["oci:privateKeyPassword"] ?? null,
        Region.fromRegionId(value("region")),
    );
    return { provider, region: value("region"), tenancyId: value("tenancyOcid"), source: "the stack's config (oci:*)" };
}

function readFile(file: string, profile: string): ConfigFileAuthenticationDetailsProvider {
    const known = ConfigFileReader.parseFileFromPath(file, null).accumulator.configurationsByProfile;
    if (!known.has(profile)) {
        throw new Error(`${file} has no profile ${profile}: it has ${[...known.keys()].join(", ")}.`);
    }
    try {
        return new ConfigFileAuthenticationDetailsProvider(file, profile);
    } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`Profile ${profile} of ${file} is no credential: ${why}`, { cause: error });
    }
}
