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
import { schedule } from "./scheduling";
import { imagesOf } from "./storage";
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
        const volumes = imagesOf(cluster, object.namespace);
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

/** Keys of the secrets and the config map that the operator makes. Source: Rook 1.18, pkg/operator/ceph. */
const made: readonly {
    readonly kind: "Secret" | "ConfigMap";
    readonly name: string;
    readonly keys: readonly string[];
}[] = [
    { kind: "Secret", name: "rook-ceph-mon", keys: ["ceph-username", "ceph-secret", "fsid", "mon-secret"] },
    { kind: "Secret", name: "rook-csi-rbd-provisioner", keys: ["userID", "userKey"] },
    { kind: "Secret", name: "rook-csi-rbd-node", keys: ["userID", "userKey"] },
    { kind: "Secret", name: "rook-ceph-dashboard-password", keys: ["password"] },
    { kind: "ConfigMap", name: "rook-ceph-mon-endpoints", keys: ["data", "mapping", "maxMonId"] },
];

/** What the operator makes beside the pods; all of it goes with the cluster. */
function bring(object: KubeObject, cluster: Cluster): void {
    const make = (kindName: string, name: string, manifest: Properties): void => {
        const { namespace } = object;
        const kind = builtinKinds.get(`v1/${kindName}`);
        if (kind !== undefined && cluster.objects.find("v1", kindName, namespace, name) === undefined) {
            const metadata = { name, namespace };
            cluster.add({ kind, namespace, name, manifest: { metadata, ...manifest }, owner: object }).readyAt =
                cluster.now;
        }
    };
    for (const { kind, name, keys } of made) {
        make(kind, name, { data: Object.fromEntries(keys.map((key) => [key, ""])) });
    }
    const selector = { app: "rook-ceph-mgr", rook_cluster: object.namespace, mgr_role: "active" };
    make("Service", "rook-ceph-mgr", { spec: { selector, ports: [{ name: "http-metrics", port: 9283 }] } });
    if (at(object.manifest, "spec.dashboard.enabled") === true) {
        make("Service", "rook-ceph-mgr-dashboard", {
            spec: { selector, ports: [{ name: "https-dashboard", port: 8443 }] },
        });
    }
}
