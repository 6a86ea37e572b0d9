import type { Controller } from "./controller";
import { builtinKinds } from "./kinds";

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
