/** Volumes: classes, claims, and who provides them. */
import type { Properties } from "../value";
import { at, text } from "../value";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { builtinKinds } from "./kinds";
import { annotationsOf, type KubeObject } from "./objects";
import { rbdProblem, rbdReachable } from "./rook-volumes";
import { texts } from "./syntax";

const defaultMark = "storageclass.kubernetes.io/is-default-class";

/** The storage class a claim means: the one it names, else the cluster's default one. */
export function classOf(cluster: Cluster, name: string | undefined): KubeObject | string {
    const classes = cluster.objects.list("storage.k8s.io/v1", "StorageClass");
    if (name !== undefined) {
        const named = classes.find((candidate) => candidate.name === name);
        return named ?? `storageclass.storage.k8s.io "${name}" not found`;
    }
    const marked = classes.filter((candidate) => annotationsOf(candidate.manifest)[defaultMark] === "true").at(-1);
    return marked ?? "no persistent volumes available for this claim and no storage class is set";
}

/** Why a volume of a class cannot be made, in the provisioner's words; undefined where it can. */
export function provisioningProblem(cluster: Cluster, className: string | undefined): string | undefined {
    const storageClass = classOf(cluster, className);
    if (typeof storageClass === "string") {
        return storageClass;
    }
    const provisioner = text(storageClass.manifest, "provisioner") ?? "";
    if (provisioner.endsWith(".rbd.csi.ceph.com")) {
        return rbdProblem(cluster, storageClass);
    }
    const stranger = cluster.releases.some((release) => release.readyAt <= cluster.now && release.objects.length === 0);
    return stranger ? undefined : waitingFor(provisioner);
}

/** What a claim says while nobody provides its volume. Source: kube-controller-manager, event ExternalProvisioning. */
export function waitingFor(provisioner: string): string {
    return `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
}

/** Makes a claim and its volume, bound to each other. The caller has asked `provisioningProblem` before. */
export function bindClaim(
    cluster: Cluster,
    claim: {
        readonly namespace: string;
        readonly name: string;
        readonly spec: Properties;
        readonly labels?: Properties;
    },
    owner?: KubeObject,
): KubeObject | undefined {
    const existing = cluster.objects.find("v1", "PersistentVolumeClaim", claim.namespace, claim.name);
    const kind = builtinKinds.get("v1/PersistentVolumeClaim");
    if (existing !== undefined || kind === undefined) {
        return existing;
    }
    const made = cluster.add({
        kind,
        namespace: claim.namespace,
        name: claim.name,
        manifest: {
            metadata: { name: claim.name, namespace: claim.namespace, labels: claim.labels ?? {} },
            spec: claim.spec,
        },
        ...(owner === undefined ? {} : { owner }),
    });
    bind(cluster, made);
    return made;
}

function bind(cluster: Cluster, claim: KubeObject): void {
    const storageClass = classOf(cluster, text(claim.manifest, "spec.storageClassName"));
    const kind = builtinKinds.get("v1/PersistentVolume");
    if (typeof storageClass === "string" || kind === undefined) {
        return;
    }
    const size = at(claim.manifest, "spec.resources.requests.storage") ?? "";
    const volume = cluster.add({
        kind,
        namespace: "",
        name: `pvc-${claim.uid}`,
        manifest: {
            metadata: { name: `pvc-${claim.uid}` },
            spec: {
                capacity: { storage: size },
                claimRef: { kind: "PersistentVolumeClaim", namespace: claim.namespace, name: claim.name },
                storageClassName: storageClass.name,
                csi: {
                    driver: text(storageClass.manifest, "provisioner") ?? "",
                    volumeAttributes: texts(storageClass.manifest.parameters),
                },
                persistentVolumeReclaimPolicy: text(storageClass.manifest, "reclaimPolicy") ?? "Delete",
            },
        },
    });
    volume.status = { phase: "Bound" };
    volume.readyAt = cluster.now;
    claim.status = {
        phase: "Bound",
        capacity: { storage: size },
        accessModes: at(claim.manifest, "spec.accessModes") ?? [],
    };
    claim.readyAt = cluster.now;
}

/** Volumes whose images lie in the pools of a Ceph cluster, in one pool where one is named; its class may be gone. */
export function imagesOf(cluster: Cluster, clusterId: string, pool?: string): readonly KubeObject[] {
    return cluster.objects.list("v1", "PersistentVolume").filter((volume) => {
        const attributes = at(volume.manifest, "spec.csi.volumeAttributes");
        return text(attributes, "clusterID") === clusterId && (pool === undefined || text(attributes, "pool") === pool);
    });
}

/** Claims for persistent volumes. */
export const claimController: Controller = {
    awaited: true,
    settle(object, cluster): Outcome {
        if (object.status !== undefined) {
            return { problems: [], status: object.status };
        }
        const className = text(object.manifest, "spec.storageClassName");
        const storageClass = classOf(cluster, className);
        if (
            typeof storageClass !== "string" &&
            text(storageClass.manifest, "volumeBindingMode") === "WaitForFirstConsumer"
        ) {
            return { problems: [], status: { phase: "Pending" } };
        }
        const problem = provisioningProblem(cluster, className);
        return problem === undefined
            ? { problems: [], status: { phase: "Bound" }, commit: () => bind(cluster, object) }
            : {
                  problems: [
                      `PersistentVolumeClaim: [${object.name}] is not ready. status.phase currently at: Pending: ${problem}`,
                  ],
              };
    },
    stuck(object, cluster) {
        const user = cluster.pods.find(
            (pod) => pod.namespace === object.namespace && claimsOf(pod.spec).includes(object.name),
        );
        return user === undefined
            ? undefined
            : `PersistentVolumeClaim "${object.name}" is still used by pod "${user.name}" (finalizer kubernetes.io/pvc-protection)`;
    },
    removed(object, cluster) {
        for (const volume of cluster.objects.list("v1", "PersistentVolume")) {
            const mine =
                text(volume.manifest, "spec.claimRef.name") === object.name &&
                text(volume.manifest, "spec.claimRef.namespace") === object.namespace;
            const reclaim = text(volume.manifest, "spec.persistentVolumeReclaimPolicy") ?? "Delete";
            if (mine && reclaim === "Delete" && deletable(cluster, volume)) {
                cluster.objects.drop(volume);
            } else if (mine) {
                volume.status = { phase: "Released" };
            }
        }
    },
};

/** Whether the driver that made a volume can take it away. It needs the volume's own words, no storage class. */
function deletable(cluster: Cluster, volume: KubeObject): boolean {
    const driver = text(volume.manifest, "spec.csi.driver") ?? "";
    return (
        !driver.endsWith(".rbd.csi.ceph.com") ||
        rbdReachable(cluster, driver, texts(at(volume.manifest, "spec.csi.volumeAttributes"))) === undefined
    );
}

/** Names of the claims a pod mounts. */
export function claimsOf(spec: Properties): readonly string[] {
    const volumes = Array.isArray(spec.volumes) ? spec.volumes : [];
    return volumes.flatMap((volume) => text(volume, "persistentVolumeClaim.claimName") ?? []);
}
