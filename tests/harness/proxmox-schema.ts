/** The Proxmox VE provider's own code, which judges the arguments of resources. */
import { askGoTool, type GoTool } from "./go-tool";

/** Schemas and validators of bpg's provider 0.111.1, which the Pulumi package 8.3.0 is a bridge of. */
export const proxmoxSchema: GoTool = { module: "proxmox-schema", binary: "proxmox-schema" };

/** Terraform's name of each Pulumi type the stacks use; `provider` stands for the provider's own configuration. */
export const terraformTypes: Readonly<Record<string, string>> = {
    "proxmoxve:index/vmLegacy:VmLegacy": "proxmox_virtual_environment_vm",
    "proxmoxve:download/file:File": "proxmox_download_file",
    "pulumi:providers:proxmoxve": "provider",
};

/** What the provider says of a resource's arguments; without errors it takes them. */
export interface ProviderVerdict {
    readonly errors: readonly string[];
    readonly warnings: readonly string[];
}

/** Asks the provider about resources by Pulumi type. Throws where a type has no name in Terraform here. */
export async function judgeArguments(
    resources: readonly { readonly type: string; readonly properties: Readonly<Record<string, unknown>> }[],
): Promise<readonly ProviderVerdict[]> {
    const requests = resources.map(({ type, properties }) => {
        const name = terraformTypes[type];
        if (name === undefined) {
            throw new Error(`'${type}' has no name in Terraform here; add it to terraformTypes.`);
        }
        return { type: name, properties };
    });
    return (await askGoTool(proxmoxSchema, requests)) as readonly ProviderVerdict[];
}
