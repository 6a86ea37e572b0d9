/** Which kinds an API server knows by itself, and how a resource type of the program names one. */

/** A kind of object. */
export interface Kind {
    /** e.g. `apps/v1`, or `v1` of the core group. */
    readonly apiVersion: string;
    readonly kind: string;
    /** Plural, as the API's messages name it, e.g. `deployments`. */
    readonly plural: string;
    readonly namespaced: boolean;
}

/** API version to kinds; a leading `*` marks a kind without namespace. Source: Kubernetes 1.33 API reference. */
const table: Readonly<Record<string, string>> = {
    v1: "*Namespace *Node *PersistentVolume ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    "apps/v1": "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
    "batch/v1": "CronJob Job",
    "rbac.authorization.k8s.io/v1": "*ClusterRole *ClusterRoleBinding Role RoleBinding",
    "networking.k8s.io/v1": "*IngressClass *IPAddress *ServiceCIDR Ingress NetworkPolicy",
    "storage.k8s.io/v1": "*CSIDriver *CSINode *StorageClass *VolumeAttachment CSIStorageCapacity",
    "policy/v1": "PodDisruptionBudget",
    "autoscaling/v1": "HorizontalPodAutoscaler",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "coordination.k8s.io/v1": "Lease",
    "apiextensions.k8s.io/v1": "*CustomResourceDefinition",
    "admissionregistration.k8s.io/v1":
        "*MutatingWebhookConfiguration *ValidatingWebhookConfiguration *ValidatingAdmissionPolicy *ValidatingAdmissionPolicyBinding",
    "scheduling.k8s.io/v1": "*PriorityClass",
    "discovery.k8s.io/v1": "EndpointSlice",
    "node.k8s.io/v1": "*RuntimeClass",
    "apiregistration.k8s.io/v1": "*APIService",
    "flowcontrol.apiserver.k8s.io/v1": "*FlowSchema *PriorityLevelConfiguration",
    "certificates.k8s.io/v1": "*CertificateSigningRequest",
    "events.k8s.io/v1": "Event",
};

const irregular: Readonly<Record<string, string>> = {
    Endpoints: "endpoints",
    NetworkPolicy: "networkpolicies",
    StorageClass: "storageclasses",
    IngressClass: "ingressclasses",
    Ingress: "ingresses",
    PriorityClass: "priorityclasses",
    RuntimeClass: "runtimeclasses",
    IPAddress: "ipaddresses",
    ValidatingAdmissionPolicy: "validatingadmissionpolicies",
    CSIStorageCapacity: "csistoragecapacities",
};

/** The kinds every API server of version 1.33 has, by `apiVersion/kind`. */
export const builtinKinds: ReadonlyMap<string, Kind> = new Map(
    Object.entries(table).flatMap(([apiVersion, kinds]) =>
        kinds.split(" ").map((entry): [string, Kind] => {
            const kind = entry.replace("*", "");
            const plural = irregular[kind] ?? `${kind.toLowerCase()}s`;
            return [`${apiVersion}/${kind}`, { apiVersion, kind, plural, namespaced: !entry.startsWith("*") }];
        }),
    ),
);

/** What a type token of the Kubernetes provider names. */
export interface TokenKind {
    readonly apiVersion: string;
    readonly kind: string;
    /** True for the patch form of a kind, e.g. `NamespacePatch`. */
    readonly patch: boolean;
}

/**
 * Reads a type token, e.g. `kubernetes:core/v1:Namespace` or `kubernetes:ceph.rook.io/v1:CephCluster`. Undefined for
 * tokens of another form and for lists of kinds.
 */
export function kindOfToken(token: string): TokenKind | undefined {
    const match = /^kubernetes:([^:]+):([A-Za-z0-9]+)$/.exec(token);
    const [, version = "", kind = ""] = match ?? [];
    if (match === null || version === "" || kind === "") {
        return undefined;
    }
    const apiVersion = version.startsWith("core/") ? version.slice("core/".length) : version;
    if (!/^([a-z0-9.-]+\/)?v\d+((alpha|beta)\d+)?$/.test(apiVersion)) {
        return undefined;
    }
    if (kind.endsWith("List") && builtinKinds.has(`${apiVersion}/${kind.slice(0, -4)}`)) {
        return undefined;
    }
    const base = kind.endsWith("Patch") ? kind.slice(0, -"Patch".length) : undefined;
    const patch = base !== undefined && !builtinKinds.has(`${apiVersion}/${kind}`);
    return { apiVersion, kind: patch && base !== undefined ? base : kind, patch };
}

/** `group` of an API version: empty for the core group. */
export function groupOf(apiVersion: string): string {
    const slash = apiVersion.indexOf("/");
    return slash < 0 ? "" : apiVersion.slice(0, slash);
}

/** `storageclasses.storage.k8s.io`: a kind as the API's messages name it. */
export function resourceName(kind: Kind): string {
    const group = groupOf(kind.apiVersion);
    return group === "" ? kind.plural : `${kind.plural}.${group}`;
}
