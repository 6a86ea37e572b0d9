/** Rook: Ceph clusters and pools on the disks of the nodes' machines. */
import { Refusal } from "../refusal";
import { at, isProperties, list, number, type Properties, text } from "../value";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { builtinKinds } from "./kinds";
import type { KubeObject } from "./objects";
import { podSecurityProblem } from "./pod-security";
import { type PodTemplate, podTemplate } from "./pods";
import { disksFor, osdsOf, placement, wipeOsd, writeOsd } from "./rook-devices";
import { classesOn } from "./rook-pools";
import { schedule } from "./scheduling";
import { volumesOf } from "./storage";
import { chartsRunning } from "./surroundings";

const api = "ceph.rook.io/v1";
const docs = "Rook 1.18: CephCluster CRD";

/** Ceph clusters. */
export const cephClusterController: Controller = {
    awaited: false,
    step: () => "ceph/cluster",
    admit({ manifest, name, old }) {
        const invalid = (path: string, words: string): never => {
            throw new Refusal(`CephCluster.ceph.rook.io "${name}" is invalid: ${path}: ${words}`, docs);
        };
        const mons = at(manifest, "spec.mon.count");
        if (mons !== undefined && (typeof mons !== "number" || mons < 0 || mons > 9)) {
            invalid(
                "spec.mon.count",
                `Invalid value: ${JSON.stringify(mons)}: spec.mon.count in body should be an integer from 0 to 9`,
            );
        }
        const external = at(manifest, "spec.external.enable") === true;
        if (
            !external &&
            text(manifest, "spec.dataDirHostPath") === undefined &&
            list(at(manifest, "spec.storage"), "storageClassDeviceSets").length === 0
        ) {
            invalid(
                "spec.dataDirHostPath",
                "Required value: dataDirHostPath must be set for a cluster on host storage",
            );
        }
        const confirmation = text(manifest, "spec.cleanupPolicy.confirmation");
        if (confirmation !== undefined && confirmation !== "" && confirmation !== "yes-really-destroy-data") {
            invalid(
                "spec.cleanupPolicy.confirmation",
                `Invalid value: "${confirmation}": spec.cleanupPolicy.confirmation in body should match '^$|^yes-really-destroy-data$'`,
            );
        }
        if (
            old !== undefined &&
            text(old.manifest, "spec.dataDirHostPath") !== text(manifest, "spec.dataDirHostPath")
        ) {
            throw new Refusal(
                `invalid update: DataDirHostPath change from "${text(old.manifest, "spec.dataDirHostPath") ?? ""}" to "${text(manifest, "spec.dataDirHostPath") ?? ""}" is not allowed`,
                docs,
            );
        }
    },
    settle(object, cluster): Outcome {
        if (chartsRunning(cluster, "rook-ceph").length === 0) {
            return { problems: ["no operator acts on it: status.phase is not set"] };
        }
        const problems: string[] = [];
        const mons = monPods(object, cluster);
        problems.push(...mons.problems);
        const found = disksFor(object, cluster);
        const wanted = podTemplate(object.namespace, "rook-ceph-osd-0", {
            metadata: { labels: { app: "rook-ceph-osd" } },
            spec: osdSpec,
        });
        const refused = podSecurityProblem(cluster, wanted);
        if (refused !== undefined) {
            problems.push(`failed to create cluster: failed to start ceph osds: ${refused}`);
        }
        const wantedOsds = Number(at(object.manifest, "spec.cephConfig.global.osd_pool_default_size") ?? 3);
        const healthy = found.osds.length > 0 && found.osds.length >= wantedOsds;
        return {
            problems,
            notes: found.notes,
            status: {
                phase: "Ready",
                state: "Created",
                message: "Cluster created successfully",
                ceph: healthy
                    ? { health: "HEALTH_OK" }
                    : {
                          health: "HEALTH_WARN",
                          details: {
                              TOO_FEW_OSDS: {
                                  message: `OSD count ${found.osds.length} < osd_pool_default_size ${wantedOsds}`,
                                  severity: "HEALTH_WARN",
                              },
                          },
                      },
                conditions: [{ type: "Ready", status: "True", reason: "ClusterCreated" }],
                storage: { osd: { storeType: { bluestore: found.osds.length } } },
            },
            commit: () => {
                const osds = found.osds.map((osd, index): PodTemplate & { node: string } => {
                    writeOsd(cluster, object, osd);
                    return { ...wanted, name: `rook-ceph-osd-${index}`, node: osd.node.name };
                });
                const manager = mons.pods[0];
                const managers =
                    manager === undefined
                        ? []
                        : [
                              {
                                  ...manager,
                                  name: "rook-ceph-mgr-a",
                                  labels: { app: "rook-ceph-mgr", rook_cluster: object.namespace, mgr_role: "active" },
                              },
                          ];
                cluster.run(
                    object,
                    [...mons.pods, ...managers, ...osds].map((pod) => ({ ...pod, owner: object })),
                );
                bring(object, cluster);
            },
        };
    },
    stuck(object, cluster) {
        if (chartsRunning(cluster, "rook-ceph").length === 0) {
            return "finalizer cephcluster.ceph.rook.io is left: no operator runs that would remove it";
        }
        const pools = ["CephBlockPool", "CephFilesystem", "CephObjectStore"].flatMap((kind) => {
            const names = cluster.objects.list(api, kind, object.namespace).map((pool) => pool.name);
            return names.length === 0 ? [] : [`${kind}: [${names.join(" ")}]`];
        });
        if (pools.length > 0) {
            return `CephCluster "${object.namespace}/${object.name}" will not be deleted until all dependents are removed: ${pools.join(", ")}`;
        }
        const volumes = volumesOnCluster(object, cluster);
        return volumes.length === 0
            ? undefined
            : `cluster "${object.namespace}" cannot be deleted: waiting for PVs to be removed: ${volumes.map((volume) => volume.name).join(", ")}`;
    },
    removed(object, cluster) {
        const wipe = text(object.manifest, "spec.cleanupPolicy.confirmation") === "yes-really-destroy-data";
        for (const osd of wipe ? osdsOf(cluster, object) : []) {
            wipeOsd(cluster, osd);
        }
    },
};

const osdSpec: Properties = {
    containers: [{ name: "osd", image: "quay.io/ceph/ceph", securityContext: { privileged: true } }],
    volumes: [{ name: "devices", hostPath: { path: "/dev" } }],
    tolerations: [],
};

function monPods(object: KubeObject, cluster: Cluster): ReturnType<typeof schedule> {
    const count = number(object.manifest, "spec.mon.count") ?? 3;
    const apart = at(object.manifest, "spec.mon.allowMultiplePerNode") !== true;
    const place = { ...placement(object.manifest, "all"), ...placement(object.manifest, "mon") };
    const resources = at(object.manifest, "spec.resources.mon");
    const rule = {
        podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: { app: "rook-ceph-mon" } }, topologyKey: "kubernetes.io/hostname" },
            ],
        },
    };
    const templates = Array.from({ length: count }, (_, index) =>
        podTemplate(object.namespace, `rook-ceph-mon-${String.fromCharCode(97 + index)}`, {
            metadata: { labels: { app: "rook-ceph-mon" } },
            spec: {
                containers: [{ name: "mon", resources: isProperties(resources) ? resources : {} }],
                tolerations: list(place, "tolerations"),
                affinity: {
                    ...(isProperties(place.nodeAffinity) ? { nodeAffinity: place.nodeAffinity } : {}),
                    ...(apart ? rule : {}),
                },
            },
        }),
    );
    const scheduled = schedule(cluster, object, templates);
    return {
        pods: scheduled.pods,
        problems: scheduled.problems.map(
            (problem) =>
                `failed to create cluster: failed to start ceph monitors: failed to assign pods to mons: ${problem}`,
        ),
    };
}

/** What the operator makes beside the pods: the secrets and services of a cluster. */
function bring(object: KubeObject, cluster: Cluster): void {
    const secret = builtinKinds.get("v1/Secret");
    const service = builtinKinds.get("v1/Service");
    const { namespace } = object;
    if (secret === undefined || service === undefined) {
        return;
    }
    for (const name of [
        "rook-csi-rbd-provisioner",
        "rook-csi-rbd-node",
        "rook-ceph-mon",
        "rook-ceph-dashboard-password",
    ]) {
        if (cluster.objects.find("v1", "Secret", namespace, name) === undefined) {
            cluster.add({
                kind: secret,
                namespace,
                name,
                manifest: { metadata: { name, namespace }, type: "kubernetes.io/rook" },
                owner: object,
            }).readyAt = cluster.now;
        }
    }
    for (const name of at(object.manifest, "spec.dashboard.enabled") === true
        ? ["rook-ceph-mgr", "rook-ceph-mgr-dashboard"]
        : ["rook-ceph-mgr"]) {
        if (cluster.objects.find("v1", "Service", namespace, name) === undefined) {
            cluster.add({
                kind: service,
                namespace,
                name,
                manifest: { metadata: { name, namespace }, spec: { selector: { app: "rook-ceph-mgr" } } },
                owner: object,
            }).readyAt = cluster.now;
        }
    }
}

function volumesOnCluster(object: KubeObject, cluster: Cluster): readonly KubeObject[] {
    return classesOn(cluster, object.namespace).flatMap((storageClass) => volumesOf(cluster, storageClass.name));
}
