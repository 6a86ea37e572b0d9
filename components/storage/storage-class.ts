import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Home, inside } from "../kubernetes/cluster";

export interface RbdStorageClassArgs {
    readonly home: Pick<Home, "provider" | "owner">;
    /** Name claims ask for. */
    readonly storageClass: string;
    /** Namespace the Ceph cluster is in: Rook's id of the cluster, the drivers' prefix, and where the secrets are. */
    readonly clusterNamespace: string;
    /** The pool, which carries the edge to it. */
    readonly pool: pulumi.Input<string>;
}

/**
 * The StorageClass of a replicated pool: what a claim without a class gets. The parameters and the names of the
 * secrets are those Rook's RBD driver asks for (Rook, "Block Storage Overview").
 */
export function rbdStorageClass(
    name: string,
    args: RbdStorageClassArgs,
    parent: pulumi.Resource,
): k8s.storage.v1.StorageClass {
    const secret = (step: string, user: "provisioner" | "node") => ({
        [`csi.storage.k8s.io/${step}-secret-name`]: `rook-csi-rbd-${user}`,
        [`csi.storage.k8s.io/${step}-secret-namespace`]: args.clusterNamespace,
    });
    return new k8s.storage.v1.StorageClass(
        name,
        {
            metadata: {
                name: args.storageClass,
                annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
            },
            provisioner: `${args.clusterNamespace}.rbd.csi.ceph.com`,
            parameters: {
                clusterID: args.clusterNamespace,
                pool: args.pool,
                imageFormat: "2",
                imageFeatures: "layering",
                "csi.storage.k8s.io/fstype": "ext4",
                ...secret("provisioner", "provisioner"),
                ...secret("controller-expand", "provisioner"),
                ...secret("controller-publish", "provisioner"),
                ...secret("node-stage", "node"),
            },
            reclaimPolicy: "Delete",
            allowVolumeExpansion: true,
            volumeBindingMode: "Immediate",
        },
        inside(args.home, parent),
    );
}
