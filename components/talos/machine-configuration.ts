/** The secrets of a cluster, and the whole configuration of a machine made with them. */
import * as pulumi from "@pulumi/pulumi";
import { machine } from "@pulumiverse/talos";
import type { Machine } from "../machines/machine";
import { machineConfigPatch } from "./machine-config";

/** What every machine of a cluster is configured with. */
export interface ClusterConfiguration {
    readonly clusterName: string;
    /** Kubernetes API address, e.g. `https://10.10.0.140:6443`. */
    readonly endpoint: string;
    /** e.g. `1.33.3`. */
    readonly kubernetesVersion: string;
    /** Installer image of the schematic the machines booted. */
    readonly installer: pulumi.Input<string>;
    readonly network: {
        readonly cidr: string;
        readonly prefixLength: number;
        readonly gateway: string;
        readonly nameservers: readonly string[];
        /** Time servers. Default: Talos's own. */
        readonly timeServers?: readonly string[];
    };
    /** Address the control planes share, for the Kubernetes API only; it lives from the bootstrap on. */
    readonly virtualIp?: string;
    readonly certSans: readonly string[];
    readonly schedulingOnControlPlanes: boolean;
}

/**
 * The secrets of a cluster: losing them loses the cluster.
 *
 * @param version Talos version whose contract they are made for; a later one changes nothing.
 */
export function clusterSecrets(name: string, version: string, parent: pulumi.Resource): machine.Secrets {
    return new machine.Secrets(
        `${name}-secrets`,
        { talosVersion: version },
        { parent, protect: true, ignoreChanges: ["talosVersion"] },
    );
}

/** The configuration of one machine, secret. */
export function machineConfiguration(
    secrets: machine.Secrets,
    each: Omit<Machine, "resource" | "alsoAfter">,
    args: ClusterConfiguration,
    parent: pulumi.Resource,
): pulumi.Output<string> {
    const patch = pulumi.output(args.installer).apply((installer) =>
        JSON.stringify(
            machineConfigPatch({
                ...each,
                installer,
                network: args.network,
                certSans: args.certSans,
                schedulingOnControlPlanes: args.schedulingOnControlPlanes,
                ...(args.virtualIp === undefined ? {} : { virtualIp: args.virtualIp }),
            }),
        ),
    );
    return machine.getConfigurationOutput(
        {
            clusterName: args.clusterName,
            clusterEndpoint: args.endpoint,
            machineType: each.role,
            machineSecrets: secrets.machineSecrets,
            // The contract of creation, which the secrets remember.
            talosVersion: secrets.talosVersion,
            kubernetesVersion: args.kubernetesVersion,
            configPatches: [patch],
            docs: false,
            examples: false,
        },
        { parent },
    ).machineConfiguration;
}
