import { type Resource, UNKNOWN } from "../../graph";
import { known, read, readFlag } from "../../reading";
import { cannotKnow, type Finding, type ResourceRule } from "../../rule";

/** What stores data is protected. */
export const protectedData: ResourceRule = {
    id: "hygiene-protected-data",
    title: "What stores data is protected",
    family: "hygiene",
    level: "advisory",
    severity: "medium",
    scope: "resource",
    why: "A renamed resource or a changed argument can make Pulumi replace what it manages, data included; `protect` turns that into a question.",
    limit: "Volumes, buckets, databases, Ceph clusters and machines with a second disk have the resource option `protect` (Pulumi, Resource options).",
    fix: "Set `protect: true` on the resource, or on the component above it.",
    onUnknown: "warn",
    options: {
        types: {
            type: "array",
            items: { type: "string" },
            default: [],
            description: "Further type tokens that store data.",
        },
    },
    appliesTo: () => true,
    judge: (resource, settings) => {
        const further = Array.isArray(settings.options.types) ? settings.options.types : [];
        if (
            resource.protect ||
            !(storing.includes(resource.type) || further.includes(resource.type) || MACHINE === resource.type)
        ) {
            return [];
        }
        return resource.type === MACHINE ? machine(resource) : [violation(resource)];
    },
};

const MACHINE = "proxmoxve:index/vmLegacy:VmLegacy";

const storing: readonly string[] = [
    "kubernetes:ceph.rook.io/v1:CephCluster",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:postgresql.cnpg.io/v1:Cluster",
    "kubernetes:rabbitmq.com/v1beta1:RabbitmqCluster",
    "oci:Core/volume:Volume",
    "oci:Database/autonomousDatabase:AutonomousDatabase",
    "oci:ObjectStorage/bucket:Bucket",
];

/** A virtual machine stores data where it has more than its system disk. */
function machine(resource: Resource): Finding[] {
    const disks = read(resource, "disks");
    if (disks.state === "unknown" || known(disks) === UNKNOWN) {
        return [cannotKnow(resource, "disks", "whether it stores data")];
    }
    const template = known(readFlag(resource, "template")) === true;
    return disks.state === "known" && Array.isArray(disks.value) && disks.value.length > 1 && !template
        ? [violation(resource)]
        : [];
}

function violation(resource: Resource): Finding {
    return { urn: resource.urn, message: `${resource.name}: stores data and is not protected; set protect.` };
}
