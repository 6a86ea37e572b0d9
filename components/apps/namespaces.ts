import * as pulumi from "@pulumi/pulumi";
import type { Home } from "../kubernetes/cluster";
import { namespace } from "../kubernetes/namespace";

export interface AppNamespacesArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** Names in the cluster; each is the child's identity as well. */
    readonly namespaces: readonly string[];
}

/**
 * The applications' namespaces: none of their pods may ask for more than the `restricted` level gives. They are
 * protected: a namespace takes the claims in it along, and the claims their volumes.
 */
export class AppNamespaces extends pulumi.ComponentResource {
    static readonly type = "strata:apps:AppNamespaces";

    /** Name to the same name, known at preview, which carries the edge to the namespace. */
    readonly names: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: AppNamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
        super(AppNamespaces.type, name, {}, opts);

        this.names = Object.fromEntries(
            [...new Set(args.namespaces)].map((each) => [
                each,
                namespace(
                    `${name}-${each}`,
                    { home: args.home, namespace: each, podSecurity: "restricted", protect: true },
                    this,
                ),
            ]),
        );

        this.registerOutputs({ names: Object.keys(this.names) });
    }
}
