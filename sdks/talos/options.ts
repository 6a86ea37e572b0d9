/** What every resource and call of this provider carries. */
import * as pulumi from "@pulumi/pulumi";

const plugin = { version: "0.8.1", pluginDownloadURL: "github://api.github.com/pulumiverse" };

/** The options of a resource, with the plugin they need. */
export function resourceOptions(
    opts: pulumi.CustomResourceOptions = {},
    secrets: readonly string[] = [],
): pulumi.CustomResourceOptions {
    return pulumi.mergeOptions({ ...plugin, additionalSecretOutputs: [...secrets] }, opts);
}

/** The options of a call, with the plugin they need. */
export function invokeOptions(opts: pulumi.InvokeOutputOptions = {}): pulumi.InvokeOutputOptions {
    return { ...plugin, ...opts };
}
