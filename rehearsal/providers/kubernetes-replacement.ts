/** Which changes the Kubernetes provider can only make by making the object anew. */
import { sameValue } from "../protocol/difference";
import type { TokenKind } from "../world/kubernetes/kinds";
import { at, type Properties, UNKNOWN } from "../world/value";

/** Paths by `apiVersion/kind`. Source: pulumi-kubernetes, provider/pkg/provider/diff.go. */
const fixed: Readonly<Record<string, readonly string[]>> = {
    "apps/v1/DaemonSet": ["spec.selector"],
    "apps/v1/Deployment": ["spec.selector"],
    "apps/v1/StatefulSet": [
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    "batch/v1/Job": ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    "v1/ConfigMap": ["binaryData", "data"],
    "v1/PersistentVolume": ["spec.csi", "spec.hostPath", "spec.local", "spec.nfs"],
    "v1/PersistentVolumeClaim": ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"],
    "v1/Pod": ["spec"],
    "v1/Secret": ["type", "stringData", "data"],
    "v1/Service": ["spec.clusterIP"],
    "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
    "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
    "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
};

/** Top-level properties whose change replaces the object. A value not known yet may be the same: it replaces nothing. */
export function replacedBy(token: TokenKind, oldInputs: Properties, newInputs: Properties): readonly string[] {
    const paths = ["metadata.name", "metadata.namespace", ...(fixed[`${token.apiVersion}/${token.kind}`] ?? [])];
    const changed = paths.filter((path) => {
        const after = at(newInputs, path);
        return after !== UNKNOWN && !sameValue(at(oldInputs, path), after);
    });
    return [...new Set(changed.map((path) => path.split(".")[0] ?? path))];
}
