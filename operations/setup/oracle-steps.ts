/** Oracle: credentials, and the values of the stack's file that only the person's own tenancy knows. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { isInside } from "../../config/address";
import type { CloudConfig } from "../../config/cloud";
import { onPath } from "../../images/build";
import { configFile, defaultProfile, type OracleCredentials, oracleCredentials } from "../oracle/credentials";
import { allPages, type OracleAccess, oracleServices, saidBy } from "../oracle/services";
import { keep, type Setting, type Step } from "./setup";
import { type Change, pathText } from "./stack-config";

/** What of Oracle is asked outside of this process. */
export interface OracleSeam {
    /** Runs Oracle's own `oci setup config` in the terminal; its exit code. */
    readonly ociSetup: (environment: NodeJS.ProcessEnv) => Promise<number>;
    /** The one region of the tenancy where anything is free. */
    readonly homeRegion: (credentials: OracleCredentials) => Promise<string>;
    /** Full names of the region's availability domains. */
    readonly availabilityDomains: (credentials: OracleCredentials) => Promise<readonly string[]>;
    /** Those of them whose limit lets this tenancy have a VM.Standard.E2.1.Micro. */
    readonly microDomains: (credentials: OracleCredentials) => Promise<readonly string[]>;
}

/**
 * Oracle itself.
 *
 * @param reach How it is reached otherwise than by its own addresses.
 */
export function realOracle(reach: Pick<OracleAccess, "endpoint" | "retries"> = {}): OracleSeam {
    const servicesOf = (credentials: OracleCredentials) => oracleServices({ ...credentials, ...reach });
    return {
        ociSetup: (env) =>
            new Promise((done, failed) => {
                const child = spawn("oci", ["setup", "config"], { stdio: "inherit", env });
                child.on("error", failed);
                child.on("close", (code) => done(code ?? 1));
            }),
        homeRegion: async (credentials) => {
            const { tenancyId, region } = credentials;
            const { items } = await servicesOf(credentials).identity.listRegionSubscriptions({ tenancyId });
            return items.find(({ isHomeRegion }) => isHomeRegion)?.regionName ?? region;
        },
        availabilityDomains: async (credentials) => {
            const compartmentId = credentials.tenancyId;
            const { items } = await servicesOf(credentials).identity.listAvailabilityDomains({ compartmentId });
            return items.map(({ name = "" }) => name);
        },
        microDomains: async (credentials) => {
            const { limits } = servicesOf(credentials);
            const asked = { compartmentId: credentials.tenancyId, serviceName: "compute", name: microLimit };
            const values = await allPages((page) =>
                limits.listLimitValues({ ...asked, ...(page === undefined ? {} : { page }) }),
            );
            return values.flatMap(({ availabilityDomain, value = 0 }) =>
                value > 0 && availabilityDomain !== undefined ? [availabilityDomain] : [],
            );
        },
    };
}

/** Oracle's limit of Micro instances, counted in cores of one each (Oracle, Service Limits: Compute). */
const microLimit = "standard-e2-micro-core-count";

const apiKeys = "https://docs.oracle.com/iaas/Content/API/Concepts/apisigningkey.htm";

/** Key of the profile, which the provider reads as well. */
const profileKey = "oci:configFileProfile";

/** Credentials, and the profile they are of; undefined where they are the stack's own. */
interface Found {
    readonly credentials: OracleCredentials;
    readonly profile?: string;
}

/** Refuses a file the provider would not read: the stack would be written for one tenancy and deployed to another. */
function checkConfigFile(file: string, { OCI_CLI_CONFIG_FILE: other = "", HOME = "" }: NodeJS.ProcessEnv): void {
    if (other !== "" && path.resolve(other.replace(/^~(?=\/)/, HOME)) !== path.resolve(file)) {
        throw new Error(
            `OCI_CLI_CONFIG_FILE names ${other}, and the provider reads ${file} only: put the profile there, under a name of its own if you like (${profileKey}), and unset the variable.`,
        );
    }
}

async function credentials(setting: Setting, { ociSetup }: OracleSeam): Promise<Found> {
    const { environment, values, tell, stack } = setting;
    const step = "OCI config";
    const config = Object.fromEntries(values);
    const { path: file, profile: held } = configFile(config, environment);
    const notOwn: readonly string[] = ["oci:region", profileKey];
    if ([...values.keys()].some((key) => key.startsWith("oci:") && !notOwn.includes(key))) {
        const own = oracleCredentials(config, environment);
        tell({ step, outcome: "found", said: own.source });
        return { credentials: own };
    }
    checkConfigFile(file, environment);
    // What Oracle's CLI is told of means something to its user; the provider hears of it by the stack's config only.
    const cliProfile = environment.OCI_CLI_PROFILE || defaultProfile;
    const profile = values.has(profileKey) || held !== defaultProfile ? held : cliProfile;
    const ofProfile = () => oracleCredentials({ ...config, [profileKey]: profile }, environment);
    if (!fs.existsSync(file)) {
        if (!onPath("oci", environment)) {
            throw new Error(
                `There are no credentials for Oracle: install its CLI and run this again (it makes ${file}), or make an API key (${apiKeys}) and set oci:tenancyOcid, oci:userOcid, oci:fingerprint, oci:region and, with --secret, oci:privateKey for ${stack}.`,
            );
        }
        if ((await ociSetup(environment)) !== 0 || !fs.existsSync(file)) {
            throw new Error(`\`oci setup config\` left no ${file}: run it again until it does.`);
        }
        const made = ofProfile();
        tell({ step, outcome: "made", said: `${made.source}; upload its public key in the console (User, API keys)` });
        return { credentials: made, profile };
    }
    const found = ofProfile();
    tell({ step, outcome: "found", said: found.source });
    return { credentials: found, profile };
}

/** Addresses kept for documentation (RFC 5737), which nobody comes from. */
const examples = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"];
const isExampleNetwork = (network: string) => examples.some((each) => isInside(network.split("/")[0] ?? "", each));
/** Names kept for examples (RFC 2606). */
const isExampleMail = (mail: string) => /@(.*\.)?example\.(com|org|net)$/.test(mail);

/** A real identifier ends in sixty letters and digits (Oracle, resource identifiers); an example is shorter. */
const isRealOcid = (id: string) => /\.[a-z0-9]{60}$/.test(id);

const mail = (answer: string): true | string => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(answer) || "An e-mail address.";
const network = (answer: string): true | string =>
    /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(answer) || "A network such as 81.2.69.142/32.";

type Path = Change["path"];

/** Answers in the place of a list's examples. */
async function answered(
    { prompter }: Setting,
    path: Path,
    list: readonly string[],
    isExample: (value: string) => boolean,
    question: { readonly message: string; readonly check: (answer: string) => true | string },
): Promise<Change[]> {
    const changes: Change[] = [];
    for (const [index, value] of list.entries()) {
        if (isExample(value)) {
            changes.push({ path: [...path, index], value: await prompter(question) });
        }
    }
    return changes;
}

/** Tenancy, region and availability domains as the credentials have them; the rest is asked where it is an example. */
async function stackValues(setting: Setting, cloud: CloudConfig, seam: OracleSeam): Promise<void> {
    const { credentials: found, profile = defaultProfile } = await credentials(setting, seam);
    const step = "Stack values";
    const moved = cloud.tenancyId !== found.tenancyId || cloud.region !== found.region;
    const own: Change[] = moved
        ? [
              { path: ["strata:cloud", "tenancyId"], value: found.tenancyId },
              { path: ["strata:cloud", "region"], value: found.region },
              // Their names begin with what the tenancy is called inside of Oracle.
              ...domainChanges(cloud, setting.fleet.acceptedRisks, await domainsAtHome(found, seam)),
          ]
        : [];
    const answers = [
        ...(await answered(setting, ["strata:cloud", "recipients"], cloud.recipients, isExampleMail, {
            message: "E-mail address to tell of the first cent",
            check: mail,
        })),
        ...(await answered(setting, ["strata:cloud", "sshSources"], cloud.sshSources, isExampleNetwork, {
            message: "Network you reach the bastion from, your own address as /32",
            check: network,
        })),
    ];
    const { compartment } = cloud;
    if ("id" in compartment && !isRealOcid(compartment.id)) {
        const value = await setting.prompter({
            message: `Identifier of the compartment ${compartment.name}`,
            before: `Make a compartment named ${compartment.name} in the console (Identity, Compartments): the image lies in it before the first up. Another name goes under strata:cloud.compartment.name.`,
            check: (text) =>
                (text.startsWith("ocid1.compartment.") && isRealOcid(text)) || "An identifier, ocid1.compartment.oc1..",
        });
        answers.push({ path: ["strata:cloud", "compartment", "id"], value });
    }
    // With the tenancy's values, never without them: the provider signs as this profile from then on.
    if (profile !== defaultProfile && (await keep(setting, profileKey, profile, false)) === "written") {
        setting.tell({ step, outcome: "written", said: `${profileKey} ${profile}` });
    }
    if (own.length + answers.length > 0) {
        await setting.config.change([...own, ...answers]);
    }
    setting.tell(
        moved
            ? { step, outcome: "written", said: `tenancy ${found.tenancyId}, region ${found.region} and its domains` }
            : { step, outcome: "found", said: "tenancy and region are those of the credentials" },
    );
    for (const { path, value } of answers) {
        setting.tell({ step, outcome: "asked", said: `${pathText(path)}: ${value}` });
    }
}

/** The availability domains of the home region. */
interface Domains {
    readonly all: readonly string[];
    /** The first that has Micro instances. */
    readonly micro: string;
}

async function domainsAtHome(
    found: OracleCredentials,
    { homeRegion, availabilityDomains, microDomains }: OracleSeam,
): Promise<Domains> {
    const asked = async <T>(what: string, ask: (credentials: OracleCredentials) => Promise<T>): Promise<T> => {
        try {
            return await ask(found);
        } catch (error) {
            throw new Error(`${what} cannot be listed: ${saidBy(error)}`, { cause: error });
        }
    };
    const home = await asked(`The regions of the tenancy ${found.tenancyId}`, homeRegion);
    if (home !== found.region) {
        throw new Error(
            `${found.source} names the region ${found.region}; the tenancy's home region is ${home}, and nothing is free in any other: name ${home} there and in oci:region.`,
        );
    }
    const all = await asked(`The availability domains of ${found.region}`, availabilityDomains);
    const limited = await asked(`The limits of ${found.region}`, microDomains);
    // Oracle's services do not agree on capital letters in these names.
    const micro = all.find((domain) => limited.some((each) => each.toLowerCase() === domain.toLowerCase()));
    if (micro === undefined) {
        throw new Error(
            `Oracle lets this tenancy have no VM.Standard.E2.1.Micro in ${found.region} (limit ${microLimit} is 0 in every availability domain), and the bastion is one: ask Oracle to raise the limit, or use a tenancy that has it.`,
        );
    }
    return { all, micro };
}

/** The domains as they are called here: the same numbers, else the first; the bastion where a Micro may be. A risk accepted of one, or of a fault domain in it, goes with it. */
function domainChanges(
    { availabilityDomains, instances }: CloudConfig,
    acceptedRisks: Setting["fleet"]["acceptedRisks"],
    { all: there, micro }: Domains,
): readonly Change[] {
    const number = (domain: string) => /AD-\d+$/.exec(domain)?.[0];
    const like = (domain: string) => there.find((each) => number(each) === number(domain)) ?? there[0] ?? domain;
    return [
        {
            path: ["strata:cloud", "availabilityDomains"],
            value: [...new Set([...availabilityDomains.map(like), micro])],
        },
        ...Object.entries(instances).map(([name, { availabilityDomain }]) => ({
            path: ["strata:cloud", "instances", name, "availabilityDomain"] as const,
            value: like(availabilityDomain),
        })),
        { path: ["strata:cloud", "bastion", "availabilityDomain"], value: micro },
        ...acceptedRisks.flatMap(({ component }, index) => {
            const named = availabilityDomains.find((domain) => component.split("/").includes(domain));
            const path = ["strata:acceptedRisks", index, "component"] as const;
            return named === undefined ? [] : [{ path, value: component.replace(named, like(named)) }];
        }),
    ];
}

/** Credentials and stack values: the document's `oci setup config` and `Generate tfvars`. */
export function oracleSteps(cloud: CloudConfig, seam: OracleSeam = realOracle()): readonly Step[] {
    return [{ name: "OCI config and stack values", run: (setting) => stackValues(setting, cloud, seam) }];
}

/** The repository Flux follows: asked for where the stack's file still has the example. */
export const repositoryStep: Step = {
    name: "Repository",
    run: async (setting) => {
        const { fleet, tell, prompter } = setting;
        if (fleet.platform === "proxmox" || !/\/you\/|example/.test(fleet.delivery.repository)) {
            return;
        }
        const answer = await prompter({
            message: "Git repository Flux follows, over https",
            check: (text) => /^https:\/\/\S+$/.test(text) || "An https address.",
        });
        await setting.config.change([{ path: ["strata:delivery", "repository"], value: answer }]);
        tell({ step: "Repository", outcome: "asked", said: `Flux follows ${answer}` });
    },
};
