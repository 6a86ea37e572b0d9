/** How a configured proxmoxve provider reaches its installation. */
import type { ProviderInstance } from "../world/behaviour";
import type { Proxmox } from "../world/proxmox";
import { Refusal } from "../world/refusal";
import { text } from "../world/value";
import type { World } from "../world/world";

/** The installation a configured provider reaches. Refuses where it reaches none. */
export function connect(world: World, provider: ProviderInstance): Proxmox {
    const { config } = provider;
    const endpoint = text(config, "endpoint") ?? process.env.PROXMOX_VE_ENDPOINT ?? "";
    const apiToken = text(config, "apiToken") ?? (process.env.PROXMOX_VE_API_TOKEN || undefined);
    if (endpoint === "") {
        throw new Refusal(
            "you must specify a virtual environment endpoint (valid: https://host:port/)",
            "bpg/terraform-provider-proxmox: proxmox/api/client.go, NewConnection",
        );
    }
    const login = text(config, "username") !== undefined && text(config, "password") !== undefined;
    if (apiToken === undefined && !login && text(config, "authTicket") === undefined) {
        throw new Refusal(
            "must provide either user credentials, an API token, or a ticket",
            "bpg/terraform-provider-proxmox: proxmox/api/client.go, NewClient",
        );
    }
    return world.proxmox.connect({ endpoint, ...(apiToken === undefined ? {} : { apiToken }) });
}

/** Wraps a provider's action so that its errors carry the action's name. */
export function naming<T>(prefix: string, act: () => T): T {
    try {
        return act();
    } catch (error) {
        if (error instanceof Refusal) {
            throw new Refusal(`${prefix}: ${error.message}`, error.source);
        }
        throw error;
    }
}
