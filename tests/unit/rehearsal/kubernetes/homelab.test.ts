import { expect, test } from "vitest";
import { at, type Properties } from "../../../../rehearsal/world/value";
import { blockPool, cephCluster, restrictedPod, storageClass } from "./manifests";
import { Stage } from "./stage";

const rabbit: Properties = {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "rabbitmq", namespace: "blockchain" },
    spec: {
        replicas: 1,
        serviceName: "rabbitmq-nodes",
        selector: { matchLabels: { app: "rabbitmq" } },
        template: restrictedPod({ app: "rabbitmq" }, { name: "rabbitmq", image: "docker.io/library/rabbitmq:4.1.4" }),
        volumeClaimTemplates: [
            {
                metadata: { name: "data" },
                spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "8Gi" } } },
            },
        ],
    },
};

const postgres: Properties = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { name: "postgresql", namespace: "blockchain", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
    spec: {
        instances: 1,
        storage: { size: "10Gi", storageClass: "ceph-block" },
        bootstrap: { initdb: { database: "blockchain_db", owner: "blockchain", secret: { name: "owner" } } },
    },
};

const secret: Properties = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "owner", namespace: "blockchain" },
    type: "kubernetes.io/basic-auth",
    stringData: { username: "blockchain", password: "s3cret-of-the-test" },
};

test("from Cilium to the databases, and back to nothing", async () => {
    const stage = new Stage();
    await stage.cilium();
    expect(stage.kubernetes.nodesReady(stage.born.caCertificate).ready).toEqual(["c0", "w0", "w1"]);
    await stage.rook();
    const ceph = await stage.create("kubernetes:ceph.rook.io/v1:CephCluster", cephCluster());
    expect(at(ceph.outputs, "status.ceph.health")).toBe("HEALTH_OK");
    await stage.create("kubernetes:ceph.rook.io/v1:CephBlockPool", blockPool());
    await stage.create("kubernetes:storage.k8s.io/v1:StorageClass", storageClass());
    await stage.cloudNativePg();
    await stage.namespace("blockchain", "restricted");
    await stage.create("kubernetes:core/v1:Secret", secret);
    const database = await stage.create("kubernetes:postgresql.cnpg.io/v1:Cluster", postgres);
    expect(at(database.outputs, "status.phase")).toBe("Cluster in healthy state");
    await stage.create("kubernetes:core/v1:Service", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "rabbitmq-nodes", namespace: "blockchain" },
        spec: { clusterIP: "None", selector: { app: "rabbitmq" }, ports: [{ port: 4369 }] },
    });
    await stage.create("kubernetes:apps/v1:StatefulSet", rabbit);
    expect(stage.kubernetes.audit()).toEqual([]);
    expect(stage.steps).toEqual([
        "helm/cilium",
        "helm/rook-ceph",
        "ceph/cluster",
        "helm/cloudnative-pg",
        "cnpg/cluster",
        "rabbitmq/cluster",
    ]);

    await stage.delete("kubernetes:apps/v1:StatefulSet", "blockchain/rabbitmq");
    await stage.delete("kubernetes:postgresql.cnpg.io/v1:Cluster", "blockchain/postgresql");
    await stage.delete("kubernetes:core/v1:Namespace", "blockchain");
    await stage.delete("kubernetes:storage.k8s.io/v1:StorageClass", "ceph-block");
    await stage.delete("kubernetes:ceph.rook.io/v1:CephBlockPool", "rook-ceph/ceph-block");
    await stage.delete("kubernetes:ceph.rook.io/v1:CephCluster", "rook-ceph/rook-ceph");
    await stage.delete("kubernetes:helm.sh/v3:Release", "rook-ceph/rook-ceph");
    await stage.delete("kubernetes:core/v1:Namespace", "rook-ceph");
    await stage.delete("kubernetes:helm.sh/v3:Release", "cnpg-system/cloudnative-pg");
    await stage.delete("kubernetes:core/v1:Namespace", "cnpg-system");
    await stage.delete("kubernetes:helm.sh/v3:Release", "kube-system/cilium");
    expect(stage.kubernetes.remains()).toEqual([]);
});
