import { type Graph, type Resource, UNKNOWN } from "../../graph";
import { asRecord, known, read, readText } from "../../reading";
import { cannotKnow, type Finding, type Settings, type StackRule } from "../../rule";

const CLASS = "kubernetes:storage.k8s.io/v1:StorageClass";
const DEFAULT_ANNOTATION = "storageclass.kubernetes.io/is-default-class";

/** Volume claims name a class that is there. */
export const storageClasses: StackRule = {
    id: "hygiene-storage-classes",
    title: "Volume claims are on a known storage class",
    family: "hygiene",
    level: "mandatory",
    severity: "medium",
    scope: "stack",
    why: "A claim on a class that does not exist stays Pending for ever, and with it the pod and the update that waits for it.",
    limit: "Claims of pods, stateful sets, CloudNativePG and RabbitMQ clusters name a class that the stack makes or that `known` lists; one that names none needs a default class (Kubernetes, Storage Classes).",
    fix: "Name a class of the stack, or list the cluster's own classes in `known`.",
    onUnknown: "warn",
    options: {
        known: {
            type: "array",
            items: { type: "string" },
            default: [],
            description: "Classes that the cluster has already, e.g. `oci-bv` on OKE or `local-path` on k3s.",
        },
        hasDefault: {
            type: "boolean",
            default: false,
            description: "True where the cluster has a default class that the stack does not make.",
        },
    },
    judge,
};

interface Claim {
    readonly resource: Resource;
    readonly path: string;
    readonly className: unknown;
}

function judge(graph: Graph, settings: Settings): Finding[] {
    const listed = Array.isArray(settings.options.known) ? settings.options.known.map(String) : [];
    const made = graph.resources.filter(({ type }) => type === CLASS);
    const names = new Set([
        ...listed,
        ...made.map((each) => known(readText(each, "metadata.name")) ?? each.name),
        ...graph.resources.flatMap(chartClasses),
    ]);
    const hasDefault = settings.options.hasDefault === true || made.some(isDefault);
    return graph.resources.flatMap(claimsOf).flatMap(({ resource, path, className }): Finding[] => {
        if (className === UNKNOWN) {
            return [cannotKnow(resource, path, "whether its storage class exists")];
        }
        if (typeof className === "string" && names.has(className)) {
            return [];
        }
        if (className === undefined && hasDefault) {
            return [];
        }
        if (names.size === 0) {
            return [cannotKnow(resource, "which storage classes the cluster has", `${path} of ${resource.name}`)];
        }
        const message =
            className === undefined
                ? `${resource.name}: ${path} is not given and the stack makes no default class; name one of ${[...names].sort().join(", ")}.`
                : `${resource.name}: storage class ${String(className)} at ${path} is not known; known are ${[...names].sort().join(", ")}.`;
        return [{ urn: resource.urn, message }];
    });
}

function isDefault(storageClass: Resource): boolean {
    const annotations = read(storageClass, "metadata.annotations");
    return annotations.state === "known" && asRecord(annotations.value)?.[DEFAULT_ANNOTATION] === "true";
}

/** Classes that Rook's cluster chart makes. */
function chartClasses(resource: Resource): string[] {
    if (!resource.type.startsWith("kubernetes:helm.sh/")) {
        return [];
    }
    const values = read(resource, "values");
    const pools = values.state === "known" ? asRecord(values.value)?.cephBlockPools : undefined;
    return (Array.isArray(pools) ? pools : []).flatMap((pool: unknown) => {
        const name = asRecord(asRecord(pool)?.storageClass)?.name;
        return typeof name === "string" ? [name] : [];
    });
}

function claimsOf(resource: Resource): Claim[] {
    const at = (path: string): Claim[] => {
        const found = read(resource, path);
        const className = found.state === "known" ? found.value : found.state === "unknown" ? UNKNOWN : undefined;
        return [{ resource, path, className }];
    };
    switch (resource.type) {
        case "kubernetes:core/v1:PersistentVolumeClaim":
            return at("spec.storageClassName");
        case "kubernetes:postgresql.cnpg.io/v1:Cluster":
            return at("spec.storage.storageClass");
        case "kubernetes:rabbitmq.com/v1beta1:RabbitmqCluster":
            return at("spec.persistence.storageClassName");
        case "kubernetes:apps/v1:StatefulSet": {
            const templates = read(resource, "spec.volumeClaimTemplates");
            const count = templates.state === "known" && Array.isArray(templates.value) ? templates.value.length : 0;
            return Array.from({ length: count }, (_, index) =>
                at(`spec.volumeClaimTemplates.${index}.spec.storageClassName`),
            ).flat();
        }
        default:
            return [];
    }
}
