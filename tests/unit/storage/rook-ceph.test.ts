import * as k8s from "@pulumi/kubernetes";
import { expect, test } from "vitest";
import { LoadBalancerAddresses } from "../../../components/cni/load-balancer-addresses";
import { RookCeph, type RookCephArgs } from "../../../components/storage/rook-ceph";
import { RookOperator } from "../../../components/storage/rook-operator";
import { home, listed, named, recorded, stand } from "../kubernetes/recorded";

const link = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{serial}";

type Options = Partial<Pick<RookCephArgs, "monitors" | "toolbox" | "confirmDestroy">> & {
    readonly dashboardAddress?: string;
};

/** The homelab's storage: two workers, two monitors, two copies. */
const storage = (options: Options = {}, more: (ceph: RookCeph) => void = () => undefined) =>
    recorded(() => {
        const inside = home();
        const cilium = stand("cilium");
        const { dashboardAddress, ...rest } = options;
        const ceph = new RookCeph("ceph", {
            home: inside,
            operator: new RookOperator("rook", {
                home: inside,
                cilium,
                namespace: "rook-ceph",
                version: "v1.18.11",
            }),
            image: "quay.io/ceph/ceph:v19.2.3",
            monitors: ["w0", "w1"],
            managers: 2,
            disks: [
                { node: "w0", serial: "w0-storage" },
                { node: "w1", serial: "w1-storage" },
            ],
            deviceLink: link,
            size: 2,
            minSize: 1,
            storageClass: "ceph-block",
            toolbox: false,
            ...rest,
            ...(dashboardAddress === undefined
                ? {}
                : {
                      dashboard: {
                          addresses: new LoadBalancerAddresses("addresses", {
                              home: inside,
                              cilium,
                              first: "10.10.0.70",
                              last: "10.10.0.80",
                          }),
                          address: dashboardAddress,
                      },
                  }),
        });
        more(ceph);
    });

test("an operator in its namespace, a cluster, a pool and a class, and nothing else", async () => {
    expect(listed(await storage())).toEqual([
        "strata:storage:RookCeph ceph",
        "kubernetes:ceph.rook.io/v1:CephCluster ceph-cluster",
        "kubernetes:ceph.rook.io/v1:CephBlockPool ceph-pool",
        "kubernetes:storage.k8s.io/v1:StorageClass ceph-storage-class",
        "strata:storage:RookOperator rook",
        "kubernetes:helm.sh/v3:Release rook-chart",
        "kubernetes:core/v1:Namespace rook-namespace",
    ]);
});

test("the namespace lets Ceph be privileged before anything is put into it", async () => {
    const resources = await storage();
    expect(named(resources, "rook-namespace").inputs.metadata).toEqual({
        name: "rook-ceph",
        labels: {
            "pod-security.kubernetes.io/enforce": "privileged",
            "pod-security.kubernetes.io/audit": "privileged",
            "pod-security.kubernetes.io/warn": "privileged",
        },
    });
    expect(named(resources, "rook-namespace").dependencies).toEqual([]);
});

test("the operator is a pinned chart that needs the network and its namespace, whose name is known at preview", async () => {
    const { inputs, dependencies } = named(await storage(), "rook-chart");
    expect(inputs).toMatchObject({
        name: "rook-ceph",
        chart: "rook-ceph",
        namespace: "rook-ceph",
        version: "v1.18.11",
        repositoryOpts: { repo: "https://charts.rook.io/release" },
    });
    expect(dependencies).toEqual(["cilium", "rook-namespace"]);
});

test("cluster, pool and class each come after what they stand on, and go before it", async () => {
    const resources = await storage();
    const dependencies = (name: string) => named(resources, name).dependencies;
    expect(dependencies("ceph-cluster")).toEqual(["rook-chart", "rook-namespace"]);
    expect(dependencies("ceph-pool")).toEqual(["ceph-cluster", "rook-namespace"]);
    expect(dependencies("ceph-storage-class")).toEqual(["ceph-pool"]);
});

test("every object inside the cluster goes with the cluster, without a call to an API that is gone", async () => {
    const inside = (await storage()).filter(({ type }) => type.startsWith("kubernetes:"));
    expect(new Set(inside.map(({ deletedWith }) => deletedWith))).toEqual(new Set(["birth"]));
});

test("the cluster is not done before Ceph itself says it is healthy", async () => {
    const { inputs } = named(await storage(), "ceph-cluster");
    expect(inputs.metadata).toMatchObject({
        name: "rook-ceph",
        namespace: "rook-ceph",
        annotations: {
            "pulumi.com/waitFor": '["jsonpath={.status.phase}=Ready","jsonpath={.status.ceph.health}=HEALTH_OK"]',
        },
    });
});

test("disks are chosen by serial and by nothing else", async () => {
    const { inputs } = named(await storage(), "ceph-cluster");
    expect(inputs.spec).toMatchObject({
        storage: {
            useAllNodes: false,
            useAllDevices: false,
            nodes: [
                { name: "w0", devices: [{ name: "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_w0-storage" }] },
                { name: "w1", devices: [{ name: "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_w1-storage" }] },
            ],
        },
    });
});

test("the pool keeps copies on different hosts and writes to no single copy Rook would call unsafe", async () => {
    expect(named(await storage(), "ceph-pool").inputs.spec).toEqual({
        failureDomain: "host",
        replicated: { size: 2, requireSafeReplicaSize: true },
        parameters: { min_size: "1" },
    });
});

test("the class is the default one, of the pool, with the secrets Rook makes for its driver", async () => {
    const { inputs } = named(await storage(), "ceph-storage-class");
    expect(inputs).toMatchObject({
        metadata: {
            name: "ceph-block",
            annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        provisioner: "rook-ceph.rbd.csi.ceph.com",
        parameters: {
            clusterID: "rook-ceph",
            pool: "ceph-block",
            imageFormat: "2",
            imageFeatures: "layering",
            "csi.storage.k8s.io/fstype": "ext4",
            "csi.storage.k8s.io/provisioner-secret-name": "rook-csi-rbd-provisioner",
            "csi.storage.k8s.io/provisioner-secret-namespace": "rook-ceph",
            "csi.storage.k8s.io/controller-expand-secret-name": "rook-csi-rbd-provisioner",
            "csi.storage.k8s.io/controller-publish-secret-name": "rook-csi-rbd-provisioner",
            "csi.storage.k8s.io/node-stage-secret-name": "rook-csi-rbd-node",
        },
        reclaimPolicy: "Delete",
        allowVolumeExpansion: true,
        volumeBindingMode: "Immediate",
    });
});

test("a claim made with the class comes after the class, and its name is known at preview", async () => {
    const resources = await storage({}, (ceph) => {
        new k8s.core.v1.PersistentVolumeClaim("claim", { spec: { storageClassName: ceph.storageClass } });
    });
    const { inputs, dependencies } = named(resources, "claim");
    expect(inputs.spec).toEqual({ storageClassName: "ceph-block" });
    expect(dependencies).toEqual(["ceph-storage-class"]);
});

test("the toolbox is one unprivileged pod, once the cluster has addresses and keys to give it", async () => {
    const resources = await storage({ toolbox: true });
    const { type, inputs, dependencies } = named(resources, "ceph-toolbox");
    expect(type).toBe("kubernetes:apps/v1:Deployment");
    expect(dependencies).toEqual(["ceph-cluster", "rook-namespace"]);
    expect(inputs.spec).toMatchObject({
        replicas: 1,
        template: {
            spec: {
                automountServiceAccountToken: false,
                containers: [
                    { image: "quay.io/ceph/ceph:v19.2.3", securityContext: { allowPrivilegeEscalation: false } },
                ],
            },
        },
    });
});

test("with an address the dashboard is a page on the local network", async () => {
    const resources = await storage({ dashboardAddress: "10.10.0.72" });
    expect(named(resources, "ceph").outputs.dashboard).toBe("https://10.10.0.72/");
    const { inputs, dependencies } = named(resources, "ceph-dashboard-service");
    expect(dependencies).toEqual(["addresses-announcement", "addresses-pool", "ceph-cluster", "rook-namespace"]);
    expect(inputs).toMatchObject({
        metadata: { annotations: { "lbipam.cilium.io/ips": "10.10.0.72" } },
        spec: {
            selector: { app: "rook-ceph-mgr", rook_cluster: "rook-ceph", mgr_role: "active" },
            ports: [{ port: 443, targetPort: 8443 }],
        },
    });
});

test("without an address the dashboard is a port-forward away", async () => {
    const resources = await storage();
    expect(named(resources, "ceph").outputs.dashboard).toMatch(/^kubectl -n rook-ceph port-forward /);
});

test("protection covers what holds the data, and nothing else", async () => {
    const kept = (await storage()).filter(({ protect }) => protect);
    expect(kept.map(({ name }) => name)).toEqual(["ceph-cluster", "ceph-pool"]);
});

test("its facts name the monitors' machines and the disks under the data", async () => {
    expect(named(await storage(), "ceph").outputs.facts).toEqual({
        domains: [
            { name: "disk/w0-storage", kind: "disk", title: "Storage disk of w0", partOf: ["machine/w0"] },
            { name: "disk/w1-storage", kind: "disk", title: "Storage disk of w1", partOf: ["machine/w1"] },
        ],
        services: [
            {
                name: "ceph-mon",
                title: "Rook-Ceph monitors",
                redundancy: { rule: "majority" },
                members: { "mon-a": "machine/w0", "mon-b": "machine/w1" },
            },
            {
                name: "ceph-data",
                title: "Rook-Ceph",
                redundancy: { rule: "replicated", size: 2, minSize: 1 },
                members: { "osd-w0": "disk/w0-storage", "osd-w1": "disk/w1-storage" },
                needs: ["ceph-mon"],
                storesData: true,
                mitigation: "Replication 2x over hosts.",
            },
        ],
    });
});
