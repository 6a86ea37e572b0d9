import * as pulumi from "@pulumi/pulumi";
import { invokeOptions, resourceOptions } from "./options";
import type { ClientConfiguration } from "./types";

/** Arguments of a kubeconfig. */
export interface KubeconfigArgs {
    readonly clientConfiguration: pulumi.Input<ClientConfiguration>;
    /** The control plane that is asked. */
    readonly node: pulumi.Input<string>;
    /** Default: `node`. */
    readonly endpoint?: pulumi.Input<string>;
    /** How long before its end the certificate is renewed. Default 720h. */
    readonly certificateRenewalDuration?: pulumi.Input<string>;
}

/** The administrator's kubeconfig of a bootstrapped cluster. */
export class Kubeconfig extends pulumi.CustomResource {
    declare readonly certificateRenewalDuration: pulumi.Output<string>;
    declare readonly clientConfiguration: pulumi.Output<ClientConfiguration>;
    declare readonly endpoint: pulumi.Output<string>;
    /** YAML; secret. */
    declare readonly kubeconfigRaw: pulumi.Output<string>;
    declare readonly node: pulumi.Output<string>;

    constructor(name: string, args: KubeconfigArgs, opts?: pulumi.CustomResourceOptions) {
        const outputs = { kubeconfigRaw: undefined };
        super(
            "talos:cluster/kubeconfig:Kubeconfig",
            name,
            {
                clientConfiguration: args.clientConfiguration,
                node: args.node,
                endpoint: args.endpoint,
                certificateRenewalDuration: args.certificateRenewalDuration,
                ...outputs,
            },
            resourceOptions(opts, ["kubeconfigRaw", "kubernetesClientConfiguration"]),
        );
    }
}

/** Arguments of `getHealthOutput`. */
export interface GetHealthOutputArgs {
    readonly clientConfiguration: pulumi.Input<ClientConfiguration>;
    readonly controlPlaneNodes: pulumi.Input<pulumi.Input<string>[]>;
    readonly endpoints: pulumi.Input<pulumi.Input<string>[]>;
    /** True leaves out what waits for Ready nodes. Default false. */
    readonly skipKubernetesChecks?: pulumi.Input<boolean>;
    readonly timeouts?: pulumi.Input<{ readonly read?: pulumi.Input<string> }>;
    readonly workerNodes?: pulumi.Input<pulumi.Input<string>[]>;
}

/** Result of `getHealthOutput`. */
export interface GetHealthResult {
    readonly id: string;
}

/** Waits until a cluster is healthy; fails with what is not. */
export function getHealthOutput(
    args: GetHealthOutputArgs,
    opts?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetHealthResult> {
    return pulumi.runtime.invokeOutput("talos:cluster/getHealth:getHealth", args, invokeOptions(opts));
}
