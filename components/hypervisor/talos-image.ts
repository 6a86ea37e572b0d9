/** The Talos disk image: its schematic at the Image Factory, downloaded once by every Proxmox VE node. */
import { createHash } from "node:crypto";
import type * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import { download } from "@muhlba91/pulumi-proxmoxve";
import * as pulumi from "@pulumi/pulumi";
import { imagefactory } from "@pulumiverse/talos";

/** Proxmox waits for it on a clean shutdown; without it `agent.enabled` makes every operation wait in vain. */
const guestAgent = "siderolabs/qemu-guest-agent";

/** Architectures the Image Factory builds for. */
export type Architecture = "amd64" | "arm64";

/** What the image is made of. */
export interface TalosImageArgs {
    readonly provider: proxmoxve.Provider;
    /** e.g. `v1.10.5`. */
    readonly version: string;
    /** Extensions beside the guest agent. */
    readonly extensions: readonly string[];
    /** Architecture of the machines. Default `amd64`. */
    readonly architecture?: Architecture;
    /** Proxmox VE node to the datastore its copy lies on; the datastore's content types include `import`. */
    readonly datastores: Readonly<Record<string, pulumi.Input<string>>>;
}

/**
 * The schematic in the factory's canonical order, as YAML: its SHA-256 is the schematic's id.
 *
 * @param extensions Extensions beside the guest agent, in any order.
 */
export function schematicYaml(extensions: readonly string[]): string {
    const all = [...new Set([guestAgent, ...extensions])].sort();
    const lines = all.map((extension) => `            - ${extension}`);
    return ["customization:", "    systemExtensions:", "        officialExtensions:", ...lines, ""].join("\n");
}

/**
 * Name of the image's file, which differs wherever its content does: a file that is replaced under its own name would
 * be deleted with the old one.
 */
export function imageFileName(
    version: string,
    extensions: readonly string[],
    architecture: Architecture = "amd64",
): string {
    const schematic = createHash("sha256").update(schematicYaml(extensions)).digest("hex");
    return `talos-${version}-${schematic.slice(0, 8)}-nocloud-${architecture}.qcow2`;
}

/**
 * The image of platform nocloud, which takes its static address from the machine's cloud-init network settings.
 * Uncompressed, so that the API alone imports it. Each version is a file of its own beside the older ones.
 */
export class TalosImage extends pulumi.ComponentResource {
    static readonly type = "strata:hypervisor:TalosImage";
    /** Volume id by Proxmox VE node, e.g. `local:import/talos-v1.10.5-ce4c9805-nocloud-amd64.qcow2`. */
    readonly volumes: Readonly<Record<string, pulumi.Output<string>>>;
    /** Installer of the same schematic and platform, for the machine config. */
    readonly installer: pulumi.Output<string>;

    constructor(name: string, args: TalosImageArgs, opts?: pulumi.ComponentResourceOptions) {
        super(TalosImage.type, name, {}, opts);
        const { architecture = "amd64" } = args;
        const schematic = new imagefactory.Schematic(
            `${name}-schematic`,
            { schematic: schematicYaml(args.extensions) },
            { parent: this },
        );
        const fetch = ([node, datastoreId]: [string, pulumi.Input<string>]): [string, pulumi.Output<string>] => {
            const file = new download.File(
                `${name}-${node}`,
                {
                    nodeName: node,
                    datastoreId,
                    contentType: "import",
                    fileName: imageFileName(args.version, args.extensions, architecture),
                    url: pulumi.interpolate`https://factory.talos.dev/image/${schematic.id}/${args.version}/nocloud-${architecture}.qcow2`,
                    // A file of this name that nobody manages is the rest of a download that broke off.
                    overwriteUnmanaged: true,
                },
                { parent: this, provider: args.provider },
            );
            return [node, file.id];
        };
        this.volumes = Object.fromEntries(Object.entries(args.datastores).map(fetch));
        this.installer = pulumi.interpolate`factory.talos.dev/nocloud-installer/${schematic.id}:${args.version}`;
        this.registerOutputs({ installer: this.installer });
    }
}
