/** What Flux's objects say of themselves, and what its controllers need to look at them. */
import type { Cluster } from "./cluster";
import type { Outcome } from "./controller";
import type { KubeObject } from "./objects";
import { chartsRunning } from "./surroundings";

/** Why nobody looks at an object of Flux's; undefined where its controller runs. */
export function nobodyLooks(cluster: Cluster, controller: string): string | undefined {
    const runs = chartsRunning(cluster, "flux2").some((release) =>
        cluster.pods.some((pod) => pod.owner === release && pod.labels.app === controller),
    );
    return runs ? undefined : `nothing reconciles the object: no pod of ${controller} runs`;
}

/** The outcome of an object that is not ready; the object keeps reason and message, as `kubectl` shows them. */
export function unready(object: KubeObject, reason: string, message: string): Outcome {
    object.status = {
        ...(object.status ?? {}),
        observedGeneration: object.generation,
        conditions: [{ type: "Ready", status: "False", reason, message }],
    };
    return { problems: [`${reason}: ${message}`], status: object.status };
}
