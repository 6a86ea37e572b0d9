/** Section `hypervisor`: the Proxmox VE hosts the machines run on. */
import { z } from "zod";

/** A name as Proxmox VE takes it for nodes, datastores and bridges. */
const proxmoxName = () =>
    z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: "letters, digits, dots and dashes" });

/** One Proxmox VE node. */
const nodeSchema = z.strictObject({
    memoryGiB: z.int().min(1).describe("Memory of the host, in GiB: the machines on it may not ask for more together."),
    diskDatastore: proxmoxName().default("local-lvm").describe("Datastore of the machines' disks."),
    imageDatastore: proxmoxName()
        .default("local")
        .describe("Datastore the Talos image is downloaded to; its content types must include `import`."),
});

/** The Proxmox VE hosts. */
export const hypervisorSchema = z
    .strictObject({
        endpoint: z
            .url({ protocol: /^https$/, error: "an https address such as https://10.10.0.10:8006/" })
            .describe("Address of the Proxmox VE API, e.g. `https://10.10.0.10:8006/`."),
        insecure: z
            .boolean()
            .default(false)
            .describe("True takes the API's certificate without checking it, as a fresh Proxmox VE needs."),
        bridge: proxmoxName().default("vmbr0").describe("Bridge the machines' network devices are attached to."),
        vlan: z
            .int()
            .min(1)
            .max(4094)
            .exactOptional()
            .describe("VLAN tag of the machines' network devices. Default: none."),
        nodes: z
            .record(proxmoxName(), nodeSchema)
            .refine((nodes) => Object.keys(nodes).length > 0, { error: "at least one node" })
            .describe("Node name to node, as `pvesh get /nodes` lists them."),
    })
    .describe(
        "The Proxmox VE hosts the machines run on. The API token is secret: `pulumi config set --secret proxmoxve:apiToken`, or `PROXMOX_VE_API_TOKEN` in the environment.",
    );

/** The Proxmox VE hosts. */
export type HypervisorConfig = z.output<typeof hypervisorSchema>;
