/** Errors of the Proxmox API as its Terraform provider words them (bpg/terraform-provider-proxmox: proxmox/api/client.go). */

/** An answer of the API that is an error, as the provider words it. */
export function httpError(code: number, reason: string): string {
    const words = `received an HTTP ${code} response - Reason: ${reason}`;
    if (reason.includes("does not exist")) {
        return `the requested resource does not exist\n${words}`;
    }
    return reason.includes("already exists") ? `the requested resource already exists\n${words}` : words;
}
