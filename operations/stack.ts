/** A stack of this project: its file, its config, what a rehearsal changes in it. */
import * as fs from "node:fs";
import * as path from "node:path";
import { report } from "../config/mistake";
import type { StackConfig } from "../rehearsal/engine/rehearsal";
import { rehearsedAgeKey, rehearsedSshKey } from "../rehearsal/sites/credentials";
import { rehearsedOauth } from "../rehearsal/sites/rehearsed-tailnet";
import type { Site } from "../rehearsal/world/site";
import { isEncrypted, readStackFile, type StackFile } from "./stack-file";

/** The project's folder. */
export const projectFolder = path.join(__dirname, "..");

/** Pulumi's name of the project, which is the namespace of its config as well. */
export const projectName = "strata";

/** Names of the stacks whose files lie in a folder, sorted. */
export function stackNames(folder = projectFolder): string[] {
    return fs
        .readdirSync(folder)
        .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
        .sort();
}

/**
 * A stack's file.
 *
 * @throws Error naming the stacks there are where this is none, or where its file is no YAML.
 */
export function stackFile(stack: string, folder = projectFolder): StackFile {
    if (!fs.existsSync(path.join(folder, `Pulumi.${stack}.yaml`))) {
        throw new Error(`There is no stack '${stack}': expected one of ${stackNames(folder).join(", ")}.`);
    }
    return readStackFile(stack, folder, projectName);
}

/**
 * The plain part of a stack's config. Encrypted values are left out: a rehearsal has its own in their place.
 *
 * @throws Error naming the stacks there are where this is none, or with every mistake of its file as a whole.
 */
export function readStackConfig(stack: string, folder = projectFolder): StackConfig {
    const { config, mistakes } = stackFile(stack, folder);
    if (mistakes.length > 0) {
        throw new Error(report(stack, mistakes));
    }
    const plain = Object.entries(config).filter(([, value]) => !isEncrypted(value));
    return Object.fromEntries(plain.map(([key, value]) => [key, { value }]));
}

/**
 * The secrets a rehearsal gives a stack: the token its site's hypervisor takes, or one of the right form; at Oracle, the
 * client its tailnet takes, and the keys its owner would have set.
 */
export function rehearsedSecrets(site: Site): StackConfig {
    const secret = (value: string) => ({ value, secret: true });
    if (site.oracle !== undefined) {
        const { clientId, clientSecret } = site.tailnet?.oauth ?? rehearsedOauth;
        return {
            [`${projectName}:sshPrivateKey`]: secret(rehearsedSshKey()),
            [`${projectName}:ageKey`]: secret(rehearsedAgeKey().identity),
            "tailscale:oauthClientId": secret(clientId),
            "tailscale:oauthClientSecret": secret(clientSecret),
        };
    }
    const token = site.proxmox.find(({ apiToken }) => apiToken !== undefined)?.apiToken;
    return { "proxmoxve:apiToken": secret(token ?? "root@pam!rehearsal=00000000-0000-4000-8000-000000000000") };
}

/** The config a stack is rehearsed with: its file's, the rehearsal's secrets, and no pause before Oracle is asked again. */
export function rehearsedConfig(stack: string, site: Site, folder = projectFolder): StackConfig {
    return { ...impatient(readStackConfig(stack, folder)), ...rehearsedSecrets(site) };
}

/** World time passes for what Oracle does; a pause between two tries is time of the one who waits. */
export function impatient(config: StackConfig): StackConfig {
    const key = `${projectName}:cloud`;
    const cloud = config[key]?.value as { readonly capacity?: object } | undefined;
    return cloud === undefined
        ? config
        : { ...config, [key]: { value: { ...cloud, capacity: { ...cloud.capacity, pauseSeconds: 0 } } } };
}

interface MachineConfig {
    readonly role: string;
    readonly memoryGiB: number;
}

/**
 * The one value a rehearsal changes, so that exactly one resource changes and none is replaced: two GiB more for the
 * first worker by name; where there is none, another recipient of the budget's alert. None where a stack has neither.
 */
export function changedValue(config: StackConfig): StackConfig | undefined {
    const key = `${projectName}:machines`;
    const machines = config[key]?.value as Record<string, MachineConfig> | undefined;
    const [name, machine] =
        Object.entries(machines ?? {})
            .sort(([a], [b]) => a.localeCompare(b))
            .find(([, { role }]) => role === "worker") ?? [];
    if (name === undefined || machine === undefined) {
        return changedRecipients(config);
    }
    return { [key]: { value: { ...machines, [name]: { ...machine, memoryGiB: machine.memoryGiB + 2 } } } };
}

function changedRecipients(config: StackConfig): StackConfig | undefined {
    const key = `${projectName}:cloud`;
    const cloud = config[key]?.value as { readonly recipients: readonly string[] } | undefined;
    return cloud === undefined
        ? undefined
        : { [key]: { value: { ...cloud, recipients: [...cloud.recipients, "second@example.org"] } } };
}
