import { expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { blockPool, cephCluster, storageClass } from "./manifests";
import { releaseType, Stage } from "./stage";

const cluster = "kubernetes:ceph.rook.io/v1:CephCluster";
const pool = "kubernetes:ceph.rook.io/v1:CephBlockPool";
const devices = (name: (node: string) => string): Properties => ({
    storage: { nodes: ["w0", "w1"].map((node) => ({ name: node, devices: [{ name: name(node) }] })) },
});

async function stage(options = {}): Promise<Stage> {
    const made = new Stage(options);
    await made.cilium();
    await made.rook();
    return made;
}

test("the operator is refused where the namespace does not allow its drivers", async () => {
    const made = new Stage();
    await made.cilium();
    await made.namespace("rook-ceph");
    await expect(
        made.create(releaseType, {
            name: "rook-ceph",
            namespace: "rook-ceph",
            chart: "rook-ceph",
            version: "v1.18.9",
            repositoryOpts: { repo: "https://charts.rook.io/release" },
        }),
    ).rejects.toThrow(
        'violates PodSecurity "baseline:latest": non-default capabilities (container "csi-rbdplugin" must not include "SYS_ADMIN" in securityContext.capabilities.add), host namespaces',
    );
});

test.each([
    ["more mons than nodes", { mon: { count: 3 } }, "didn't match pod anti-affinity rules"],
    ["ten mons", { mon: { count: 10 } }, "spec.mon.count in body should be an integer from 0 to 9"],
    ["no directory on the hosts", { dataDirHostPath: null }, "spec.dataDirHostPath: Required value"],
    [
        "a confirmation of other words",
        { cleanupPolicy: { confirmation: "yes" } },
        "should match '^$|^yes-really-destroy-data$'",
    ],
    [
        "a node that does not exist",
        { storage: { nodes: [{ name: "w9", devices: [{ name: "sdb" }] }] } },
        'skipping OSD creation on node "w9"',
    ],
    ["a device that does not exist", devices(() => "sdc"), 'skipping device "sdc" on node "w0": no such device'],
    ["the system disk", devices(() => "/dev/sda"), "it has partitions or a filesystem"],
    ["a serial that no disk has", devices(() => "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_none"), "no such device"],
    ["a default of more copies than OSDs", { cephConfig: {} }, "OSD count 2 < osd_pool_default_size 3"],
] as const)("a Ceph cluster with %s never gets healthy", async (_what, spec, words) => {
    const made = await stage();
    await expect(made.create(cluster, cephCluster(spec))).rejects.toThrow(words);
});

test("zero OSDs are HEALTH_WARN, which who waits for the phase alone does not see", async () => {
    const made = await stage();
    const blind = { annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready" } };
    const ceph = await made.create(
        cluster,
        cephCluster(
            devices(() => "sdc"),
            blind,
        ),
    );
    expect(ceph.outputs.status).toMatchObject({ phase: "Ready", ceph: { health: "HEALTH_WARN" } });
    await expect(made.create(pool, blockPool())).rejects.toThrow(
        "undersized placement groups: 0 failure domains of type host hold OSDs",
    );
});

test("names may swap between boots, serials do not", async () => {
    const byName = await stage({ swapped: true });
    await expect(byName.create(cluster, cephCluster(devices(() => "sdb")))).rejects.toThrow(
        'skipping device "sdb" on node "w0"',
    );
    const bySerial = await stage({ swapped: true });
    await bySerial.create(cluster, cephCluster());
    expect(bySerial.nodes.map(({ machine }) => machine.disks.map(({ content }) => content))).toEqual([
        ["system", "blank"],
        ["system", "osd"],
        ["system", "osd"],
    ]);
});

test("every disk by filter is every blank disk of every worker", async () => {
    const made = await stage();
    await made.create(cluster, cephCluster({ storage: { useAllNodes: true, useAllDevices: true } }));
    expect(made.nodes.flatMap(({ machine }) => machine.disks.filter(({ content }) => content === "osd"))).toHaveLength(
        2,
    );
});

test("a pool needs as many hosts as copies, a safe size, and a cluster", async () => {
    const made = await stage();
    await expect(made.create(pool, blockPool())).rejects.toThrow('no CephCluster of namespace "rook-ceph" is ready');
    await made.delete(pool, "rook-ceph/ceph-block");
    await made.create(cluster, cephCluster());
    await expect(made.create(pool, blockPool(1))).rejects.toThrow(
        "error pool size is 1 and requireSafeReplicaSize is true",
    );
    await expect(made.create(pool, { ...blockPool(), spec: { failureDomain: "host" } })).rejects.toThrow(
        "neither replicated nor erasure coded",
    );
    await expect(made.create(pool, blockPool(3))).rejects.toThrow(
        'pool "ceph-block" of size 3 has undersized placement groups: 2 failure domains',
    );
});

const claim: Properties = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data", namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
};
const claims = "kubernetes:core/v1:PersistentVolumeClaim";
const classes = "kubernetes:storage.k8s.io/v1:StorageClass";

test("a claim without any class waits for ever", async () => {
    await expect((await stage()).create(claims, claim)).rejects.toThrow("no storage class is set");
});

test.each([
    [
        "names a class that is not there",
        {},
        { spec: { ...(claim.spec as Properties), storageClassName: "fast" } },
        'storageclass.storage.k8s.io "fast" not found',
    ],
    [
        "stands on another cluster's id",
        { clusterID: "elsewhere" },
        {},
        'missing configuration for cluster ID "elsewhere"',
    ],
    ["stands on a pool that is not there", { pool: "none" }, {}, "pool (none) not found in Ceph cluster"],
    [
        "stands on a secret that is not there",
        { "csi.storage.k8s.io/node-stage-secret-name": "none" },
        {},
        'secrets "none" not found',
    ],
] as const)("a claim that %s is not bound", async (_what, parameters, more, words) => {
    const made = await stage();
    await made.create(cluster, cephCluster());
    await made.create(pool, blockPool());
    await made.create(classes, storageClass(parameters));
    await expect(made.create(claims, { ...claim, ...more })).rejects.toThrow(words);
});

test("a claim is bound where the driver reaches the pool, and waits where the driver is off", async () => {
    const off = new Stage();
    await off.cilium();
    await off.rook({ csi: { enableRbdDriver: false } });
    await off.create(classes, storageClass());
    await expect(off.create(claims, claim)).rejects.toThrow(
        "Waiting for a volume to be created either by the external provisioner 'rook-ceph.rbd.csi.ceph.com'",
    );
    const made = new Stage();
    await made.ceph();
    const bound = await made.create(claims, claim);
    expect(bound.outputs.status).toMatchObject({ phase: "Bound" });
    await expect(made.delete(cluster, "rook-ceph/rook-ceph")).rejects.toThrow(
        "will not be deleted until all dependents are removed: CephBlockPool: [ceph-block]",
    );
});

test("without its operator nothing of Ceph goes away", async () => {
    const made = new Stage();
    await made.ceph();
    await made.delete(releaseType, "rook-ceph/rook-ceph");
    await expect(made.delete(pool, "rook-ceph/ceph-block")).rejects.toThrow(
        "finalizer cephblockpool.ceph.rook.io is left",
    );
    await expect(made.delete("kubernetes:core/v1:Namespace", "rook-ceph")).rejects.toThrow(
        'namespace "rook-ceph" is Terminating',
    );
});

test.each([
    ["", "osd"],
    ["yes-really-destroy-data", "blank"],
])("with the confirmation '%s' the disks are left %s", async (confirmation, content) => {
    const made = await stage();
    await made.create(cluster, cephCluster({ cleanupPolicy: { confirmation } }));
    await made.delete(cluster, "rook-ceph/rook-ceph");
    expect(made.nodes[1]?.machine.disks[1]?.content).toBe(content);
    const again = made.create(cluster, cephCluster());
    await (content === "blank" ? again : expect(again).rejects.toThrow("ceph bluestore signature of another cluster"));
});

test("a taint on mons' nodes needs its toleration", async () => {
    const made = await stage();
    const onControlPlane = (tolerations: readonly Properties[]): Properties => ({
        mon: { count: 1 },
        placement: {
            mon: {
                tolerations,
                nodeAffinity: {
                    requiredDuringSchedulingIgnoredDuringExecution: {
                        nodeSelectorTerms: [
                            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["c0"] }] },
                        ],
                    },
                },
            },
        },
    });
    await expect(made.create(cluster, cephCluster(onControlPlane([])))).rejects.toThrow("untolerated taint");
    await made.delete(cluster, "rook-ceph/rook-ceph");
    await made.create(
        cluster,
        cephCluster(onControlPlane([{ key: "node-role.kubernetes.io/control-plane", operator: "Exists" }])),
    );
});
