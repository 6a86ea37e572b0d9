/** Objects as users of a cluster write them. */
import type { Properties, Value } from "../../../../rehearsal/world/value";

/** A Ceph cluster as the homelab asks for it. */
export function cephCluster(spec: Properties = {}, metadata: Properties = {}): Properties {
    const link = (node: string) => `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${node}-storage`;
    return {
        apiVersion: "ceph.rook.io/v1",
        kind: "CephCluster",
        metadata: {
            name: "rook-ceph",
            namespace: "rook-ceph",
            annotations: {
                "pulumi.com/waitFor": '["jsonpath={.status.phase}=Ready","jsonpath={.status.ceph.health}=HEALTH_OK"]',
            },
            ...metadata,
        },
        spec: {
            cephVersion: { image: "quay.io/ceph/ceph:v19.2.3" },
            dataDirHostPath: "/var/lib/rook",
            mon: { count: 2, allowMultiplePerNode: false },
            cephConfig: { global: { osd_pool_default_size: "2" } },
            storage: {
                useAllNodes: false,
                useAllDevices: false,
                nodes: ["w0", "w1"].map((name): Value => ({ name, devices: [{ name: link(name) }] })),
            },
            ...spec,
        },
    };
}

/** The pool of size 2. */
export function blockPool(size = 2): Properties {
    return {
        apiVersion: "ceph.rook.io/v1",
        kind: "CephBlockPool",
        metadata: {
            name: "ceph-block",
            namespace: "rook-ceph",
            annotations: { "pulumi.com/waitFor": "jsonpath={.status.phase}=Ready" },
        },
        spec: { failureDomain: "host", replicated: { size, requireSafeReplicaSize: true } },
    };
}

/** The default class on the pool. */
export function storageClass(parameters: Properties = {}): Properties {
    return {
        apiVersion: "storage.k8s.io/v1",
        kind: "StorageClass",
        metadata: { name: "ceph-block", annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
        provisioner: "rook-ceph.rbd.csi.ceph.com",
        parameters: {
            clusterID: "rook-ceph",
            pool: "ceph-block",
            "csi.storage.k8s.io/provisioner-secret-name": "rook-csi-rbd-provisioner",
            "csi.storage.k8s.io/provisioner-secret-namespace": "rook-ceph",
            "csi.storage.k8s.io/node-stage-secret-name": "rook-csi-rbd-node",
            "csi.storage.k8s.io/node-stage-secret-namespace": "rook-ceph",
            ...parameters,
        },
    };
}

/** A pod that every level admits. */
export function restrictedPod(labels: Properties, container: Properties = {}, spec: Properties = {}): Properties {
    return {
        metadata: { labels },
        spec: {
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
                {
                    name: "main",
                    image: "registry.k8s.io/pause:3.10",
                    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
                    ...container,
                },
            ],
            ...spec,
        },
    };
}

/** A Deployment of restricted pods. */
export function deployment(
    namespace: string,
    name: string,
    more: { replicas?: Value; container?: Properties; spec?: Properties } = {},
): Properties {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace },
        spec: {
            replicas: more.replicas ?? 1,
            selector: { matchLabels: { app: name } },
            template: restrictedPod({ app: name }, more.container ?? {}, more.spec ?? {}),
        },
    };
}
