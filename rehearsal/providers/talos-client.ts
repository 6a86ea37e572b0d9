/** What several resources of the Talos provider have in common: whom they call, and how the provider words what failed. */
import { Refusal } from "../world/refusal";
import type { TalosCall } from "../world/talos-calls";
import { type Properties, text } from "../world/value";

/** The call a resource's inputs describe: the endpoint is the node where none is named. */
export function callOf(inputs: Properties): TalosCall {
    const node = text(inputs, "node") ?? "";
    const endpoint = text(inputs, "endpoint");
    const authority =
        text(inputs, "clientConfiguration.caCertificate") ?? text(inputs, "clientConfigurationWo.caCertificate") ?? "";
    return { node, endpoint: endpoint === undefined || endpoint === "" ? node : endpoint, authority };
}

/** Runs an action under the provider's summary of it, e.g. `Error applying configuration`. */
export async function under<T>(summary: string, act: () => T | Promise<T>): Promise<T> {
    try {
        return await act();
    } catch (error) {
        if (error instanceof Refusal) {
            throw new Refusal(`${summary}: ${error.message}`, error.source);
        }
        throw error;
    }
}
