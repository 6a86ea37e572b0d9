/** Which controllers stand behind which kind. */
import { isProperties, list, text } from "../value";
import { announcementController, ciliumPolicyController, ipPoolController } from "./cilium";
import { postgresController } from "./cloudnative-pg";
import type { Controller } from "./controller";
import { helmReleaseController } from "./flux-helm-release";
import { kustomizationController } from "./flux-kustomization";
import { gitRepositoryController, helmRepositoryController } from "./flux-sources";
import { serviceController } from "./load-balancer";
import { namespaceController } from "./namespaces";
import { cephClusterController } from "./rook";
import { cephBlockPoolController } from "./rook-pools";
import { claimController } from "./storage";
import {
    daemonSetController,
    deploymentController,
    jobController,
    podController,
    statefulSetController,
} from "./workloads";

/** Definitions of kinds: what they define is known as soon as they are stored. */
const definitionController: Controller = {
    awaited: true,
    settle: (object, cluster) => ({
        problems: [],
        status: { conditions: [{ type: "Established", status: "True" }] },
        commit: () => {
            const group = text(object.manifest, "spec.group") ?? "";
            for (const version of list(object.manifest, "spec.versions").filter(isProperties)) {
                if (version.served === true) {
                    cluster.define({
                        apiVersion: `${group}/${text(version, "name") ?? ""}`,
                        kind: text(object.manifest, "spec.names.kind") ?? "",
                        plural: text(object.manifest, "spec.names.plural") ?? "",
                        namespaced: text(object.manifest, "spec.scope") === "Namespaced",
                    });
                }
            }
        },
    }),
    removed: (object, cluster) =>
        cluster.undefine(text(object.manifest, "spec.group") ?? "", text(object.manifest, "spec.names.plural") ?? ""),
};

/** Kinds whose objects are what they are as soon as they are stored. */
const plain: Controller = { awaited: false };

/**
 * By API group and kind; versions of a group share their controllers. Made at its first use: a controller that applies
 * objects needs this table itself.
 */
const table = once(
    (): Readonly<Record<string, Controller>> => ({
        "v1/Namespace": namespaceController,
        "v1/Pod": podController,
        "v1/Service": serviceController,
        "v1/PersistentVolumeClaim": claimController,
        "apps/Deployment": deploymentController,
        "apps/StatefulSet": statefulSetController,
        "apps/DaemonSet": daemonSetController,
        "batch/Job": jobController,
        "apiextensions.k8s.io/CustomResourceDefinition": definitionController,
        "ceph.rook.io/CephCluster": cephClusterController,
        "ceph.rook.io/CephBlockPool": cephBlockPoolController,
        "postgresql.cnpg.io/Cluster": postgresController,
        "cilium.io/CiliumLoadBalancerIPPool": ipPoolController,
        "cilium.io/CiliumL2AnnouncementPolicy": announcementController,
        "cilium.io/CiliumNetworkPolicy": ciliumPolicyController,
        "cilium.io/CiliumClusterwideNetworkPolicy": ciliumPolicyController,
        "source.toolkit.fluxcd.io/GitRepository": gitRepositoryController,
        "source.toolkit.fluxcd.io/HelmRepository": helmRepositoryController,
        "kustomize.toolkit.fluxcd.io/Kustomization": kustomizationController,
        "helm.toolkit.fluxcd.io/HelmRelease": helmReleaseController,
    }),
);

function once<T>(make: () => T): () => T {
    let made: T | undefined;
    return () => {
        made ??= make();
        return made;
    };
}

/** The controllers of a kind; those that do nothing where the world knows none. */
export function controllerOf(apiVersion: string, kind: string): Controller {
    return table()[`${apiVersion.split("/")[0] ?? ""}/${kind}`] ?? plain;
}

/** True where the world has a model of a custom kind; others it believes as they are. */
export function hasModel(apiVersion: string, kind: string): boolean {
    return table()[`${apiVersion.split("/")[0] ?? ""}/${kind}`] !== undefined;
}
