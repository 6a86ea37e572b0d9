import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";
import { through } from "../kubernetes/edge";
import type { Flux } from "./flux";
import type { SopsKey } from "./sops-key";

export interface GitSyncArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** The controllers and their definitions. */
    readonly flux: Pick<Flux, "namespace" | "release">;
    /** The key that is there before anything encrypted is read. */
    readonly sopsKey: Pick<SopsKey, "secretName">;
    /** HTTPS address of the repository, e.g. `https://github.com/me/strata`. */
    readonly repository: string;
    /** Branch that is followed, e.g. `main`. */
    readonly branch: string;
    /** Folder of the repository that holds this cluster's kustomization, from its root, e.g. `gitops/oci-free`. */
    readonly path: string;
    /** Seconds between two looks at the repository. */
    readonly intervalSeconds: number;
}

/** Minutes between two comparisons of the cluster with an unchanged repository: what somebody changed by hand returns. */
const driftMinutes = 10;

/** Everything the repository holds has to be ready within it: charts, images, certificates. Minutes. */
const readyMinutes = 25;

/**
 * The provider gives up ten minutes after Flux does, so that what is reported is Flux's own reason, and not only that
 * time has passed.
 */
const timeouts = { create: `${readyMinutes + 10}m`, update: `${readyMinutes + 10}m` };

/**
 * Name of the source and of the first Kustomization. What the repository holds refers to the source by it, and it is the
 * name `flux bootstrap` gives, which Flux's commands take by default.
 */
export const syncName = "flux-system";

/** Both objects say by this condition that they have done their work. */
const ready = { "pulumi.com/waitFor": "condition=Ready" };

/**
 * A folder of a Git repository, and a cluster that follows it: what is added is applied, what is changed is applied
 * again, what is removed is deleted, and secrets are decrypted on the way.
 *
 * It is there once everything the folder holds is ready.
 */
export class GitSync extends pulumi.ComponentResource {
    static readonly type = "strata:delivery:GitSync";

    /** The Kustomization: whatever needs what the repository brings comes after it. */
    readonly resource: pulumi.Resource;

    constructor(name: string, args: GitSyncArgs, opts?: pulumi.ComponentResourceOptions) {
        super(GitSync.type, name, {}, opts);

        const source = new k8s.apiextensions.CustomResource(
            `${name}-source`,
            {
                apiVersion: "source.toolkit.fluxcd.io/v1",
                kind: "GitRepository",
                metadata: { name: syncName, namespace: args.flux.namespace, annotations: ready },
                spec: {
                    url: args.repository,
                    ref: { branch: args.branch },
                    interval: `${args.intervalSeconds}s`,
                },
            },
            inside(args.home, this, { dependsOn: [args.flux.release] }),
        );

        this.resource = new k8s.apiextensions.CustomResource(
            `${name}-kustomization`,
            {
                apiVersion: "kustomize.toolkit.fluxcd.io/v1",
                kind: "Kustomization",
                metadata: { name: syncName, namespace: args.flux.namespace, annotations: ready },
                spec: {
                    sourceRef: { kind: "GitRepository", name: through(source, syncName) },
                    path: `./${args.path}`,
                    interval: `${driftMinutes}m`,
                    // A dependency or a chart that was not ready yet is looked at again when the repository would be.
                    retryInterval: `${args.intervalSeconds}s`,
                    timeout: `${readyMinutes}m`,
                    prune: true,
                    wait: true,
                    decryption: { provider: "sops", secretRef: { name: args.sopsKey.secretName } },
                },
            },
            inside(args.home, this, { customTimeouts: timeouts }),
        );

        this.registerOutputs({ repository: args.repository, branch: args.branch, path: args.path });
    }
}
