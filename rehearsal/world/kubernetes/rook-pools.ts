/** Pools of a Ceph cluster. */
import { Refusal } from "../refusal";
import { at, number, text } from "../value";
import type { Controller, Outcome } from "./controller";
import { osdsOf } from "./rook-devices";
import { imagesOf } from "./storage";
import { chartsRunning } from "./surroundings";

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
        const ceph = cluster.objects.list("ceph.rook.io/v1", "CephCluster", object.namespace)[0];
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
        const volumes = imagesOf(cluster, object.namespace, object.name);
        return volumes.length === 0
            ? undefined
            : `CephBlockPool "${object.namespace}/${object.name}" will not be deleted until all dependents are removed: images: [${volumes.map((volume) => volume.name).join(" ")}]`;
    },
};
