/** Namespaces: what lives in them goes with them. */
import type { Cluster } from "./cluster";
import type { Controller } from "./controller";
import { builtinKinds } from "./kinds";
import type { KubeObject } from "./objects";

/** Says of an object whether its deletion would end; set by the API, which knows every kind's controllers. */
export type StuckOf = (object: KubeObject, cluster: Cluster) => string | undefined;

/** Namespaces. */
export const namespaceController: Controller = {
    awaited: false,
    settle: (object, cluster) => ({
        problems: [],
        status: { phase: "Active" },
        commit: () => {
            const kind = builtinKinds.get("v1/ServiceAccount");
            if (
                kind !== undefined &&
                cluster.objects.find("v1", "ServiceAccount", object.name, "default") === undefined
            ) {
                cluster.add({ kind, namespace: object.name, name: "default", manifest: {} }).readyAt = cluster.now;
            }
        },
    }),
};
