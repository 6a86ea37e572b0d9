/** Configurations that machines boot with, where a cloud hands them over: they exist before the machines do. */
import * as pulumi from "@pulumi/pulumi";
import { imagefactory, type machine } from "@pulumiverse/talos";
import type { Machine } from "../machines/machine";
import { type ClusterConfiguration, clusterSecrets, machineConfiguration } from "./machine-configuration";

/** A machine before it exists. */
export type MachineToBe = Omit<Machine, "resource" | "alsoAfter">;

/** What the configurations are made of. */
export interface BootConfigurationArgs extends Omit<ClusterConfiguration, "installer"> {
    /** Talos version, e.g. `v1.10.5`. */
    readonly version: string;
    /** System extensions of the image the machines boot. */
    readonly extensions: readonly string[];
    /** The machines as they will be. */
    readonly machines: readonly MachineToBe[];
}

/** The schematic of an image for Oracle in the factory's canonical order, as YAML. */
export function oracleSchematicYaml(extensions: readonly string[]): string {
    if (extensions.length === 0) {
        return "customization: {}\n";
    }
    const lines = [...new Set(extensions)].sort().map((extension) => `            - ${extension}`);
    return ["customization:", "    systemExtensions:", "        officialExtensions:", ...lines, ""].join("\n");
}

/** Secrets, installer and user data of machines on Oracle's platform. The cluster is made of the same secrets later. */
export class BootConfiguration extends pulumi.ComponentResource {
    static readonly type = "strata:talos:BootConfiguration";
    readonly secrets: machine.Secrets;
    /** Installer of platform `oracle` with the machines' extensions. */
    readonly installer: pulumi.Output<string>;
    /** Machine name to its user data, base64 and secret. */
    readonly userData: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: BootConfigurationArgs, opts?: pulumi.ComponentResourceOptions) {
        super(BootConfiguration.type, name, {}, opts);
        const schematic = new imagefactory.Schematic(
            `${name}-schematic`,
            { schematic: oracleSchematicYaml(args.extensions) },
            { parent: this },
        );
        this.installer = pulumi.interpolate`factory.talos.dev/oracle-installer/${schematic.id}:${args.version}`;
        this.secrets = clusterSecrets(name, args.version, this);
        const cluster = { ...args, installer: this.installer };
        this.userData = Object.fromEntries(
            args.machines.map((each) => [
                each.name,
                pulumi.secret(
                    machineConfiguration(this.secrets, each, cluster, this).apply((configuration) =>
                        Buffer.from(configuration).toString("base64"),
                    ),
                ),
            ]),
        );
        this.registerOutputs({ installer: this.installer });
    }
}
