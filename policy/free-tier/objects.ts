/** What a stack puts into object storage, as far as the program says. */

import { factsOf } from "../fact-reading";
import type { Graph, Resource } from "../graph";
import { asRecord, known, read, readNumber, readText } from "../reading";
import type { Entry } from "./meters";

const OBJECT = "oci:ObjectStorage/storageObject:StorageObject";
const BUCKET = "oci:ObjectStorage/bucket:Bucket";
const IMAGE = "oci:Core/image:Image";

const BYTES_PER_GB = 1e9;
/** Oracle counts images in units of 1,073,741,824 bytes (Oracle, API reference: Image.billableSizeInGBs). */
const BYTES_PER_IMAGE_GB = 1024 ** 3;

/** Tag (or object metadata) by which a program declares the size of what it stores, GB. */
export const SIZE_TAG = "size-gb";

/**
 * Entries of the object storage meter: objects by their content, their file or their declared size; custom images by
 * what Oracle bills, the object they are imported from or their declared size; components by their facts. A bucket into which nothing known goes is blind.
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
            entries.push(imageEntry(graph, resource, fileSize));
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

/**
 * A custom image occupies object storage: what Oracle bills where the image exists, else what its archive takes, else
 * what the program declares.
 */
function imageEntry(graph: Graph, resource: Resource, fileSize: (path: string) => number | undefined): Entry {
    const billed = known(readNumber(resource, "billableSizeInGbs"));
    if (billed !== undefined) {
        return { resource, amount: (billed * BYTES_PER_IMAGE_GB) / BYTES_PER_GB };
    }
    const archive = archiveOf(graph, resource);
    const size = archive === undefined ? undefined : objectEntry(archive, fileSize);
    if (size !== undefined && "amount" in size) {
        return { resource, amount: size.amount };
    }
    const declared = declaredGb(resource, "freeformTags");
    if (declared !== undefined) {
        return { resource, amount: declared };
    }
    const megabytes = known(readNumber(resource, "sizeInMbs"));
    return megabytes === undefined
        ? { resource, path: `freeformTags["${SIZE_TAG}"]` }
        : { resource, amount: megabytes / 1000 };
}

/** The object an image is imported from: the one it takes its source from, else the one of that bucket and name. */
function archiveOf(graph: Graph, image: Resource): Resource | undefined {
    const objects = graph.resources.filter(({ type }) => type === OBJECT);
    const sources = image.propertyDependencies.imageSourceDetails ?? [];
    const [only, ...others] = objects.filter(({ urn }) => sources.includes(urn));
    if (only !== undefined && others.length === 0) {
        return only;
    }
    const bucket = known(readText(image, "imageSourceDetails.bucketName"));
    const name = known(readText(image, "imageSourceDetails.objectName"));
    return objects.find(
        (object) =>
            bucket !== undefined &&
            name !== undefined &&
            known(readText(object, "bucket")) === bucket &&
            known(readText(object, "object")) === name,
    );
}

function declaredGb(resource: Resource, path: string): number | undefined {
    const labels = read(resource, path);
    const value = labels.state === "known" ? asRecord(labels.value)?.[SIZE_TAG] : undefined;
    const gb = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
    return Number.isFinite(gb) && gb >= 0 ? gb : undefined;
}
