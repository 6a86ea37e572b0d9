import { type Resource, UNKNOWN } from "../../graph";
import { cannotKnow, type Finding, type ResourceRule } from "../../rule";

/** Container images name their version. */
export const pinnedImages: ResourceRule = {
    id: "hygiene-pinned-images",
    title: "Images are pinned",
    family: "hygiene",
    level: "mandatory",
    severity: "medium",
    scope: "resource",
    why: "An image without a tag, or with `latest`, is another program after the next restart, and nobody changed anything.",
    limit: "Every container image, and every image of an operator's custom resource, has a tag other than `latest`, or a digest (Kubernetes, Images).",
    fix: "Name a version, best together with its digest.",
    onUnknown: "warn",
    appliesTo: (type) => type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/"),
    judge: (resource) =>
        [...found(resource.inputs, "", resource), ...found(resource.outputs, "", resource)].filter(first),
};

/** Fields that hold an image: of containers, of CloudNativePG, of Rook (`cephVersion.image`), of other operators. */
const imageKeys: readonly string[] = ["image", "imageName"];

function found(value: unknown, path: string, resource: Resource): Finding[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    return Object.entries(value).flatMap(([key, inner]): Finding[] => {
        const here = path === "" ? key : `${path}.${key}`;
        if (!imageKeys.includes(key) || !/(?:^|\.)spec(?:\.|$)/.test(path)) {
            return found(inner, here, resource);
        }
        if (inner === UNKNOWN) {
            return [cannotKnow(resource, here, "whether the image is pinned")];
        }
        return typeof inner === "string" && !isPinned(inner)
            ? [
                  {
                      urn: resource.urn,
                      message: `${resource.name}: image ${inner} at ${here} names no version; give it a tag other than latest, or a digest.`,
                  },
              ]
            : [];
    });
}

/** Inputs and outputs mostly say the same; it is said once. */
function first(finding: Finding, index: number, all: readonly Finding[]): boolean {
    return all.findIndex(({ message }) => message === finding.message) === index;
}

/** Whether an image reference names one version. A colon before a slash belongs to a port. */
export function isPinned(image: string): boolean {
    if (/@sha256:[0-9a-f]{64}$/.test(image)) {
        return true;
    }
    const tag = /:([^:/]+)$/.exec(image.split("@")[0] ?? "")?.[1];
    return tag !== undefined && tag !== "latest";
}
