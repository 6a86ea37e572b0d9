/** Where the Proxmox VE API token comes from. */
import * as pulumi from "@pulumi/pulumi";

/**
 * The token of the Proxmox VE API, secret from here on: `proxmoxve:apiToken` of the stack's secret config, else
 * `PROXMOX_VE_API_TOKEN` of the environment. Fails with one sentence where neither is set or the form is wrong.
 */
export function apiToken(environment: NodeJS.ProcessEnv = process.env): pulumi.Output<string> {
    const token = pulumi.runtime.getConfig("proxmoxve:apiToken") ?? environment.PROXMOX_VE_API_TOKEN;
    if (token === undefined || token === "") {
        throw new pulumi.RunError(
            "proxmoxve:apiToken is missing, expected a Proxmox VE API token: set it with `pulumi config set --secret proxmoxve:apiToken`, or put it into PROXMOX_VE_API_TOKEN.",
        );
    }
    if (!/^[^@!=\s]+@[^@!=\s]+![^@!=\s]+=[0-9a-f-]{36}$/.test(token)) {
        throw new pulumi.RunError(
            "proxmoxve:apiToken has the wrong form, expected user@realm!name=uuid as Proxmox VE shows it when the token is made.",
        );
    }
    return pulumi.secret(token);
}
