import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";
import { namespace } from "../kubernetes/namespace";

export interface CloudNativePgArgs {
    readonly home: Home;
    /** The pod network the operator needs. Storage it needs none: it starts before there is any. */
    readonly cilium: pulumi.Resource;
    /** Chart version, e.g. `0.29.0`, which is operator 1.30.0. */
    readonly version: string;
}

/** Namespace of the operator, as its documentation and network policies name it. */
export const operatorNamespace = "cnpg-system";

/** Labels of the operator's pods, as the chart sets them. */
export const operatorLabels = { "app.kubernetes.io/name": "cloudnative-pg" } as const;

/** Where the project publishes its charts. */
const repository = "https://cloudnative-pg.github.io/charts";

/** Seconds for the operator's image to arrive and its webhook to answer. */
const timeoutSeconds = 600;

/** The operator of PostgreSQL clusters, and the definition of what a cluster is. */
export class CloudNativePg extends pulumi.ComponentResource {
    static readonly type = "strata:apps:CloudNativePg";

    /** The release: a PostgreSQL cluster comes after it. */
    readonly release: k8s.helm.v3.Release;

    constructor(name: string, args: CloudNativePgArgs, opts?: pulumi.ComponentResourceOptions) {
        super(CloudNativePg.type, name, {}, opts);

        this.release = new k8s.helm.v3.Release(
            `${name}-chart`,
            {
                name: "cloudnative-pg",
                namespace: namespace(
                    `${name}-namespace`,
                    { home: args.home, namespace: operatorNamespace, podSecurity: "restricted" },
                    this,
                ),
                chart: "cloudnative-pg",
                version: args.version,
                repositoryOpts: { repo: repository },
                timeout: timeoutSeconds,
                values: { crds: { create: true } },
            },
            inside(args.home, this, { dependsOn: [args.cilium] }),
        );

        this.registerOutputs({ release: this.release.name });
    }
}
