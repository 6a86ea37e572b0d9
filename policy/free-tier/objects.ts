/** What a stack puts into object storage, as far as the program says. */

import { factsOf } from "../fact-reading";
import type { Graph, Resource } from "../graph";
import { asRecord, known, read, readNumber, readText } from "../reading";
import type { Entry } from "./meters";

const OBJECT = "oci:ObjectStorage/storageObject:StorageObject";
const BUCKET = "oci:ObjectStorage/bucket:Bucket";
const IMAGE = "oci:Core/image:Image";

const BYTES_PER_GB = 1e9;

/** Tag (or object metadata) by which a program declares the size of what it stores, GB. */
export const SIZE_TAG = "size-gb";

/**
 * Entries of the object storage meter: objects by their content, their file or their declared size; custom images by
 * what they became or their declared size; components by their facts. A bucket into which nothing known goes is blind.
 */
export function objectsOf(graph: Graph, fileSize: (path: string) => number | undefined = () => undefined): Entry[] {
    const entries: Entry[] = [];
    const filled = new Set<string>();
    for (const resource of graph.resources) {
        const stored = factsOf(resource)?.objects ?? [];
        entries.push(...stored.map(({ gb }) => ({ resource, amount: gb })));
        if (stored.length > 0) {
            fillDescendants(graph, resource, filled);
        }
        if (resource.type === OBJECT) {
            entries.push(objectEntry(resource, fileSize));
            for (const urn of [...resource.dependencies, ...(resource.propertyDependencies.bucket ?? [])]) {
                filled.add(urn);
            }
        } else if (resource.type === IMAGE) {
            entries.push(imageEntry(resource));
        }
    }
    for (const bucket of graph.resources) {
        if (bucket.type === BUCKET && !filled.has(bucket.urn)) {
            entries.push({ resource: bucket, path: "what will be put into it" });
        }
    }
    return entries;
}

/** A component that says what it stores speaks for the buckets below it. */
function fillDescendants(graph: Graph, component: Resource, filled: Set<string>): void {
    for (const candidate of graph.resources) {
        let above = candidate.parent;
        for (let depth = 0; above !== undefined && depth < graph.resources.length; depth++) {
            if (above === component.urn) {
                filled.add(candidate.urn);
                break;
            }
            above = graph.byUrn.get(above)?.parent;
        }
    }
}

function objectEntry(resource: Resource, fileSize: (path: string) => number | undefined): Entry {
    const declared = declaredGb(resource, "metadata");
    if (declared !== undefined) {
        return { resource, amount: declared };
    }
    const length = readNumber(resource, "contentLength");
    if (length.state === "known") {
        return { resource, amount: length.value / BYTES_PER_GB };
    }
    const content = readText(resource, "content");
    if (content.state === "known") {
        return { resource, amount: Buffer.byteLength(content.value) / BYTES_PER_GB };
    }
    const source = readText(resource, "source");
    const size = source.state === "known" ? fileSize(source.value) : undefined;
    return size === undefined ? { resource, path: "source" } : { resource, amount: size / BYTES_PER_GB };
}

/** A custom image occupies object storage; how much is known once it exists, or when the program says so. */
function imageEntry(resource: Resource): Entry {
    const declared = declaredGb(resource, "freeformTags");
    if (declared !== undefined) {
        return { resource, amount: declared };
    }
    const megabytes = known(readNumber(resource, "sizeInMbs"));
    return megabytes === undefined
        ? { resource, path: `freeformTags["${SIZE_TAG}"]` }
        : { resource, amount: megabytes / 1000 };
}

function declaredGb(resource: Resource, path: string): number | undefined {
    const labels = read(resource, path);
    const value = labels.state === "known" ? asRecord(labels.value)?.[SIZE_TAG] : undefined;
    const gb = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
    return Number.isFinite(gb) && gb >= 0 ? gb : undefined;
}
