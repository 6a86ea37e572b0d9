/** Volumes of Ceph pools, as the CSI driver of Rook makes them. */
import { isProperties, text } from "../value";
import type { Cluster } from "./cluster";
import type { KubeObject } from "./objects";
import { chartsRunning } from "./surroundings";
import { texts } from "./syntax";

/** Why an RBD volume of a storage class cannot be made; undefined where it can. Source: ceph-csi and external-provisioner. */
export function rbdProblem(cluster: Cluster, storageClass: KubeObject): string | undefined {
    const parameters = texts(storageClass.manifest.parameters);
    const unreachable = rbdReachable(cluster, text(storageClass.manifest, "provisioner") ?? "", parameters);
    const words = unreachable ?? secretProblem(cluster, parameters);
    return words === undefined || words.startsWith("Waiting")
        ? words
        : `failed to provision volume with StorageClass "${storageClass.name}": ${words}`;
}

/** Why the driver does not reach the pool; undefined where it does. */
export function rbdReachable(
    cluster: Cluster,
    provisioner: string,
    parameters: Readonly<Record<string, string>>,
): string | undefined {
    const operatorNamespace = provisioner.slice(0, -".rbd.csi.ceph.com".length);
    const operator = chartsRunning(cluster, "rook-ceph").find((release) => release.namespace === operatorNamespace);
    if (operator === undefined || csiDisabled(operator.values)) {
        return `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    }
    const clusterId = parameters.clusterID;
    if (clusterId === undefined) {
        return "rpc error: code = InvalidArgument desc = missing required field clusterID";
    }
    const ceph = cluster.objects.list("ceph.rook.io/v1", "CephCluster", clusterId)[0];
    if (ceph === undefined || !cluster.ready(ceph)) {
        return `rpc error: code = InvalidArgument desc = failed to fetch monitor list using clusterID (${clusterId}): missing configuration for cluster ID "${clusterId}"`;
    }
    const pool = cluster.objects.find("ceph.rook.io/v1", "CephBlockPool", clusterId, parameters.pool ?? "");
    if (pool === undefined) {
        return `rpc error: code = Internal desc = pool not found: pool (${parameters.pool ?? ""}) not found in Ceph cluster`;
    }
    return cluster.ready(pool)
        ? undefined
        : `rpc error: code = DeadlineExceeded desc = context deadline exceeded (pool ${pool.name} is not ready)`;
}

function secretProblem(cluster: Cluster, parameters: Readonly<Record<string, string>>): string | undefined {
    for (const use of ["provisioner", "node-stage"]) {
        const name = parameters[`csi.storage.k8s.io/${use}-secret-name`];
        const namespace = parameters[`csi.storage.k8s.io/${use}-secret-namespace`];
        if (name === undefined || namespace === undefined) {
            return "rpc error: code = InvalidArgument desc = provided secret is empty";
        }
        if (cluster.objects.find("v1", "Secret", namespace, name) === undefined) {
            return `error getting secret ${name} in namespace ${namespace}: secrets "${name}" not found`;
        }
    }
    return undefined;
}

function csiDisabled(values: KubeObject["manifest"]): boolean {
    return isProperties(values.csi) && values.csi.enableRbdDriver === false;
}
