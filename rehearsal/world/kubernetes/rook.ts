/** Rook: Ceph clusters and pools on the disks of the nodes' machines. */
import type { ClusterNode } from "../cluster-birth";
import type { Disk } from "../machine";
import { Refusal } from "../refusal";
import { at, isProperties, list, number, type Properties, text, type Value } from "../value";
import type { Cluster } from "./cluster";
import type { Controller, Outcome } from "./controller";
import { builtinKinds } from "./kinds";
import type { KubeObject } from "./objects";
import { podSecurityProblem } from "./pod-security";
import { type PodTemplate, podTemplate } from "./pods";
import { schedule } from "./scheduling";
import { volumesOf } from "./storage";
import { chartsRunning } from "./surroundings";
import { texts } from "./syntax";

const api = "ceph.rook.io/v1";
/** Characters of a serial that QEMU shows the guest. Source: QEMU, hw/scsi/scsi-disk.c. */
const shownSerial = 20;
const docs = "Rook 1.18: CephCluster CRD";
/** Which Ceph cluster's data is on a disk. */
const osdsOn = new WeakMap<Disk, { readonly cluster: string }>();

/** One OSD: the node and the disk it stores on. */
interface Osd {
    readonly node: ClusterNode;
    readonly disk: Disk;
}

/** The OSDs of a Ceph cluster that runs. */
export function osdsOf(cluster: Cluster, ceph: KubeObject): readonly Osd[] {
    return cluster
        .nodes()
        .flatMap((node) =>
            node.machine.disks.filter((disk) => osdsOn.get(disk)?.cluster === ceph.uid).map((disk) => ({ node, disk })),
        );
}

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
        const found =
            object.status === undefined ? disksFor(object, cluster) : { osds: osdsOf(cluster, object), notes: [] };
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
                const osds = found.osds.map(({ node, disk }, index): PodTemplate & { node: string } => {
                    disk.content = "osd";
                    osdsOn.set(disk, { cluster: object.uid });
                    return { ...wanted, name: `rook-ceph-osd-${index}`, node: node.name };
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
        for (const { disk } of osdsOf(cluster, object)) {
            if (wipe) {
                disk.content = "blank";
                osdsOn.delete(disk);
            }
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
    const placement = { ...placed(object.manifest, "all"), ...placed(object.manifest, "mon") };
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
                tolerations: list(placement, "tolerations"),
                affinity: {
                    ...(isProperties(placement.nodeAffinity) ? { nodeAffinity: placement.nodeAffinity } : {}),
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

function placed(manifest: Properties, who: string): Properties {
    const found = at(manifest, `spec.placement.${who}`);
    return isProperties(found) ? found : {};
}

/** The disks the spec asks for that OSD preparation takes, and what it says of those it does not take. */
function disksFor(object: KubeObject, cluster: Cluster): { osds: Osd[]; notes: string[] } {
    const storage = at(object.manifest, "spec.storage");
    const osds: Osd[] = [];
    const notes: string[] = [];
    const named = list(storage, "nodes");
    const ready = cluster.readyNodes();
    for (const entry of named) {
        const name = text(entry, "name") ?? "";
        const node = ready.find((candidate) => candidate.name === name);
        if (node === undefined) {
            notes.push(`skipping OSD creation on node "${name}": node is not found or not Ready`);
            continue;
        }
        collect(node, entry, object, osds, notes);
    }
    if (at(storage, "useAllNodes") === true && named.length === 0) {
        const tolerant = list(placed(object.manifest, "all"), "tolerations").length > 0;
        for (const node of ready.filter((candidate) => candidate.schedulable || tolerant)) {
            collect(node, storage, object, osds, notes);
        }
    }
    return { osds, notes };
}

function collect(node: ClusterNode, source: Value | undefined, object: KubeObject, osds: Osd[], notes: string[]): void {
    const storage = at(object.manifest, "spec.storage");
    const devices = list(source, "devices").length > 0 ? list(source, "devices") : list(storage, "devices");
    const add = (disk: Disk | undefined, asked: string): void => {
        const refused = disk === undefined ? "no such device" : unusable(disk);
        if (disk !== undefined && refused === undefined) {
            osds.push({ node, disk });
        } else {
            notes.push(`skipping device "${asked}" on node "${node.name}": ${refused ?? ""}`);
        }
    };
    for (const device of devices) {
        const asked = text(device, "fullpath") ?? text(device, "name") ?? "";
        add(findDisk(node, asked), asked);
    }
    const filter = text(source, "deviceFilter") ?? text(storage, "deviceFilter");
    const all = at(source, "useAllDevices") ?? at(storage, "useAllDevices");
    if (devices.length === 0 && (filter !== undefined || all === true)) {
        const pattern = filter === undefined ? /.*/ : new RegExp(filter);
        for (const disk of node.machine.disks.filter(({ device }) => pattern.test(device.replace("/dev/", "")))) {
            if (unusable(disk) === undefined) {
                osds.push({ node, disk });
            }
        }
    }
}

/** The disk of a node's machine that a name (`sdb`, `/dev/sdb`) or a by-id path with its serial means, at this boot. */
function findDisk(node: ClusterNode, asked: string): Disk | undefined {
    if (asked.startsWith("/dev/disk/by-id/")) {
        return node.machine.disks.find(
            ({ serial }) => serial !== "" && asked.endsWith(`_${serial.slice(0, shownSerial)}`),
        );
    }
    const device = asked.startsWith("/dev/") ? asked : `/dev/${asked}`;
    return node.machine.disks.find((disk) => disk.device === device);
}

function unusable(disk: Disk): string | undefined {
    switch (disk.content) {
        case "blank":
            return undefined;
        case "osd":
            return "it has a ceph bluestore signature of another cluster";
        default:
            return "it has partitions or a filesystem";
    }
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

function classesOn(cluster: Cluster, clusterId: string): readonly KubeObject[] {
    return cluster.objects
        .list("storage.k8s.io/v1", "StorageClass")
        .filter((storageClass) => texts(storageClass.manifest.parameters).clusterID === clusterId);
}

/** Replicated pools. */
export const cephBlockPoolController: Controller = {
    awaited: false,
    admit({ manifest, name }) {
        const size = number(manifest, "spec.replicated.size");
        const safe = at(manifest, "spec.replicated.requireSafeReplicaSize");
        if (size === 1 && safe !== false) {
            throw new Refusal(
                `invalid pool spec: error pool size is 1 and requireSafeReplicaSize is true (CephBlockPool "${name}")`,
                "Rook 1.18: pkg/operator/ceph/pool/validate.go",
            );
        }
        if (size === undefined && at(manifest, "spec.erasureCoded") === undefined) {
            throw new Refusal(
                `invalid pool spec: neither replicated nor erasure coded settings are given (CephBlockPool "${name}")`,
                "Rook 1.18: pkg/operator/ceph/pool/validate.go",
            );
        }
    },
    settle(object, cluster): Outcome {
        if (chartsRunning(cluster, "rook-ceph").length === 0) {
            return { problems: ["no operator acts on it: status.phase is not set"] };
        }
        const ceph = cluster.objects.list(api, "CephCluster", object.namespace)[0];
        if (ceph === undefined || !cluster.ready(ceph)) {
            return {
                problems: [`status.phase is Progressing: no CephCluster of namespace "${object.namespace}" is ready`],
            };
        }
        const domain = text(object.manifest, "spec.failureDomain") ?? "host";
        const osds = osdsOf(cluster, ceph);
        const places = domain === "osd" ? osds.length : new Set(osds.map(({ node }) => node.name)).size;
        const size = number(object.manifest, "spec.replicated.size") ?? 1;
        return size > places
            ? {
                  problems: [
                      `status.phase is Failure: HEALTH_WARN: PG_AVAILABILITY: pool "${object.name}" of size ${size} has undersized placement groups: ${places} failure domains of type ${domain} hold OSDs`,
                  ],
              }
            : { problems: [], status: { phase: "Ready", info: { failureDomain: domain, type: "Replicated" } } };
    },
    stuck(object, cluster) {
        if (chartsRunning(cluster, "rook-ceph").length === 0) {
            return "finalizer cephblockpool.ceph.rook.io is left: no operator runs that would remove it";
        }
        const volumes = classesOn(cluster, object.namespace)
            .filter((storageClass) => texts(storageClass.manifest.parameters).pool === object.name)
            .flatMap((storageClass) => volumesOf(cluster, storageClass.name));
        return volumes.length === 0
            ? undefined
            : `CephBlockPool "${object.namespace}/${object.name}" will not be deleted until all dependents are removed: images: [${volumes.map((volume) => volume.name).join(" ")}]`;
    },
};
