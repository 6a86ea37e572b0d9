import * as pulumi from "@pulumi/pulumi";
import { invokeOptions } from "./options";
import type { ClientConfiguration } from "./types";

/** Arguments of `getConfigurationOutput`. */
export interface GetConfigurationOutputArgs {
    readonly clusterName: pulumi.Input<string>;
    readonly clientConfiguration: pulumi.Input<ClientConfiguration>;
    /** Where the client connects to: node addresses, never the VIP. */
    readonly endpoints?: pulumi.Input<pulumi.Input<string>[]>;
    /** The nodes a command talks to where it names none. */
    readonly nodes?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Result of `getConfigurationOutput`. */
export interface GetConfigurationResult {
    readonly id: string;
    readonly clusterName: string;
    readonly clientConfiguration: ClientConfiguration;
    readonly endpoints?: string[];
    readonly nodes?: string[];
    /** The talosconfig, YAML; secret. */
    readonly talosConfig: string;
}

/** A talosconfig for a cluster's operators. */
export function getConfigurationOutput(
    args: GetConfigurationOutputArgs,
    opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetConfigurationResult> {
    return pulumi.runtime.invokeOutput("talos:client/getConfiguration:getConfiguration", args, invokeOptions(opts));
}
