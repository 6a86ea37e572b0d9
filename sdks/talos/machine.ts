import * as pulumi from "@pulumi/pulumi";
import { invokeOptions, resourceOptions } from "./options";
import type { ClientConfiguration, MachineSecrets, OnDestroy } from "./types";

/** Arguments of a cluster's secrets. */
export interface SecretsArgs {
    /** The contract the secrets are made for. Another value makes another cluster. */
    readonly talosVersion: pulumi.Input<string>;
}

/** A cluster's certificate authorities, tokens and keys. */
export class Secrets extends pulumi.CustomResource {
    declare readonly clientConfiguration: pulumi.Output<ClientConfiguration>;
    declare readonly machineSecrets: pulumi.Output<MachineSecrets>;
    declare readonly talosVersion: pulumi.Output<string>;

    constructor(name: string, args: SecretsArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = { clientConfiguration: undefined, machineSecrets: undefined };
        super(
            "talos:machine/secrets:Secrets",
            name,
            { talosVersion: args.talosVersion, ...outputs },
            resourceOptions(opts, ["clientConfiguration", "machineSecrets"]),
        );
    }
}

/** Arguments of an applied configuration. */
export interface ConfigurationApplyArgs {
    readonly clientConfiguration: pulumi.Input<ClientConfiguration>;
    /** Secret. */
    readonly machineConfigurationInput: pulumi.Input<string>;
    /** Address of the machine. */
    readonly node: pulumi.Input<string>;
    /** Default: `node`. */
    readonly endpoint?: pulumi.Input<string>;
    /** `auto` (default), `reboot`, `no_reboot`, `staged`, `staged_if_needing_reboot` (this one dials at plan time). */
    readonly applyMode?: pulumi.Input<string>;
    readonly configPatches?: pulumi.Input<pulumi.Input<string>[]>;
    readonly onDestroy?: pulumi.Input<OnDestroy>;
}

/** A machine configuration applied to a booted machine. It never upgrades the Talos that runs. */
export class ConfigurationApply extends pulumi.CustomResource {
    declare readonly applyMode: pulumi.Output<string>;
    declare readonly endpoint: pulumi.Output<string>;
    /** Secret. */
    declare readonly machineConfiguration: pulumi.Output<string>;
    declare readonly node: pulumi.Output<string>;

    constructor(name: string, args: ConfigurationApplyArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = { machineConfiguration: undefined };
        super(
            "talos:machine/configurationApply:ConfigurationApply",
            name,
            {
                clientConfiguration: args.clientConfiguration,
                machineConfigurationInput: pulumi.secret(args.machineConfigurationInput),
                node: args.node,
                endpoint: args.endpoint,
                applyMode: args.applyMode,
                configPatches: args.configPatches,
                onDestroy: args.onDestroy,
                ...outputs,
            },
            resourceOptions(opts, ["machineConfiguration", "machineConfigurationInput"]),
        );
    }
}

/** Arguments of a bootstrap. */
export interface BootstrapArgs {
    readonly clientConfiguration: pulumi.Input<ClientConfiguration>;
    /** Address of one control plane, never the VIP. */
    readonly node: pulumi.Input<string>;
    /** Default: `node`. */
    readonly endpoint?: pulumi.Input<string>;
}

/** The start of a cluster's etcd on one control plane; once in a cluster's life. */
export class Bootstrap extends pulumi.CustomResource {
    declare readonly endpoint: pulumi.Output<string>;
    declare readonly node: pulumi.Output<string>;

    constructor(name: string, args: BootstrapArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "talos:machine/bootstrap:Bootstrap",
            name,
            { clientConfiguration: args.clientConfiguration, node: args.node, endpoint: args.endpoint },
            resourceOptions(opts),
        );
    }
}

/** Arguments of `getConfigurationOutput`. */
export interface GetConfigurationOutputArgs {
    readonly clusterName: pulumi.Input<string>;
    /** With scheme, e.g. `https://10.10.0.140:6443`. */
    readonly clusterEndpoint: pulumi.Input<string>;
    /** `controlplane` or `worker`. */
    readonly machineType: pulumi.Input<string>;
    readonly machineSecrets: pulumi.Input<MachineSecrets>;
    readonly talosVersion?: pulumi.Input<string>;
    readonly kubernetesVersion?: pulumi.Input<string>;
    /** Strategic-merge patches, YAML or JSON. */
    readonly configPatches?: pulumi.Input<pulumi.Input<string>[]>;
    /** Comments in the result. Default false. */
    readonly docs?: pulumi.Input<boolean>;
    /** Commented examples in the result. Default false. */
    readonly examples?: pulumi.Input<boolean>;
}

/** Result of `getConfigurationOutput`. */
export interface GetConfigurationResult {
    readonly id: string;
    /** YAML; secret. */
    readonly machineConfiguration: string;
}

/** The configuration of a machine, made of the cluster's secrets and the patches. */
export function getConfigurationOutput(
    args: GetConfigurationOutputArgs,
    opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetConfigurationResult> {
    return pulumi.runtime.invokeOutput("talos:machine/getConfiguration:getConfiguration", args, invokeOptions(opts));
}
