/** Tailscale's API, as far as it is asked before a deployment: the devices of a tailnet. */
import * as fs from "node:fs";
import { z } from "zod";
import type { PlainConfig } from "./oracle/credentials";

/** How the API is reached. Default: as the provider does. */
export interface TailnetAccess {
    /** One address in the place of Tailscale's own, e.g. `http://127.0.0.1:8080`. */
    readonly endpoint?: string;
    /** Where the provider's variables stand. Default: this process's. */
    readonly environment?: NodeJS.ProcessEnv;
    /** How long an answer may take, milliseconds. Default 15000. */
    readonly patienceMs?: number;
}

const devicesSchema = z.object({
    devices: z.array(
        z.object({
            hostname: z.string(),
            addresses: z.array(z.string()).default([]),
            /** An instant, e.g. `2026-11-20T10:00:00Z`; perhaps left out of a device that is connected. */
            lastSeen: z.string().optional(),
            connectedToControl: z.boolean().optional(),
        }),
    ),
});
const tokenSchema = z.object({ access_token: z.string() });

/** A device as the list has it, dead or alive: it stays until somebody removes it. */
export type ListedDevice = z.output<typeof devicesSchema>["devices"][number];

/** What the API refuses with, and what that means here. */
const meanings: Readonly<Record<number, string>> = {
    401: "it does not take the stack's credentials",
    403: "the scope Devices / Core (read) is missing from the stack's client",
};

/** A value as the provider finds it: the stack's, else the environment's, in both cases perhaps a file's name. */
function providerValue(
    config: PlainConfig,
    environment: NodeJS.ProcessEnv,
    key: string,
    ...variables: readonly string[]
): string | undefined {
    const given = [config[`tailscale:${key}`], ...variables.map((name) => environment[name])].find(
        (each) => each !== undefined && each !== "",
    );
    return given?.startsWith("file:") === true ? fs.readFileSync(given.slice("file:".length), "utf8").trim() : given;
}

/**
 * The devices of the tailnet a stack's credentials belong to, found where the provider finds them
 * (tailscale/terraform-provider-tailscale: provider_framework.go).
 *
 * @throws Error with the reason as the end of a sentence; no credential is ever in it.
 */
export async function tailnetDevices(
    config: PlainConfig,
    { endpoint, environment = process.env, patienceMs = 15_000 }: TailnetAccess = {},
): Promise<readonly ListedDevice[]> {
    const value = providerValue.bind(undefined, config, environment);
    const base = endpoint ?? value("baseUrl", "TAILSCALE_BASE_URL") ?? "https://api.tailscale.com";
    const ask = async <T>(schema: z.ZodType<T>, path: string, init: RequestInit): Promise<T> => {
        // Followed elsewhere, a redirect would carry the secret along.
        const about = { ...init, redirect: "error", signal: AbortSignal.timeout(patienceMs) } as const;
        const answer = await fetch(new URL(path, base), about);
        if (!answer.ok) {
            const meaning = meanings[answer.status];
            throw new Error(`Tailscale answered ${answer.status}${meaning === undefined ? "" : ` (${meaning})`}`);
        }
        const read = schema.safeParse(await answer.json().catch(() => undefined));
        if (!read.success) {
            throw new Error(`what ${path} answered is not what its API answers`);
        }
        return read.data;
    };
    const client = value("oauthClientId", "TAILSCALE_OAUTH_CLIENT_ID", "OAUTH_CLIENT_ID");
    const secret = value("oauthClientSecret", "TAILSCALE_OAUTH_CLIENT_SECRET", "OAUTH_CLIENT_SECRET");
    let token = value("apiKey", "TAILSCALE_API_KEY");
    if (client !== undefined && secret !== undefined) {
        const body = new URLSearchParams({
            grant_type: "client_credentials",
            client_id: client,
            client_secret: secret,
        });
        token = (await ask(tokenSchema, "/api/v2/oauth/token", { method: "POST", body })).access_token;
    }
    if (token === undefined) {
        throw new Error("the stack has neither an OAuth client's secret nor an API key (tailscale:*)");
    }
    const tailnet = encodeURIComponent(value("tailnet", "TAILSCALE_TAILNET") ?? "-");
    const headers = { authorization: `Bearer ${token}` };
    return (await ask(devicesSchema, `/api/v2/tailnet/${tailnet}/devices`, { headers })).devices;
}
