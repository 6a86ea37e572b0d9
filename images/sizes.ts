/** Whether the images fit into the object storage that costs nothing. */
import * as fs from "node:fs";
import * as path from "node:path";

/** One image that was built. */
export interface ImageSize {
    readonly name: string;
    readonly bytes: number;
}

/** The images of a folder, by name: disks, or archives for Oracle (`.oci`). */
export function imagesIn(folder: string, suffix: ".qcow2" | ".oci" = ".qcow2"): ImageSize[] {
    return fs
        .readdirSync(folder)
        .filter((name) => name.endsWith(suffix))
        .sort()
        .map((name) => ({ name, bytes: fs.statSync(path.join(folder, name)).size }));
}

function gigabytes(bytes: number): string {
    return `${(bytes / 1e9).toFixed(2)} GB`;
}

/**
 * One sentence naming each image where together they reach what is free, undefined where they fit. The document draws
 * "< 20GB", so exactly 20 GB do not fit.
 *
 * @param freeGb Object storage that costs nothing, in decimal gigabytes, the smaller reading.
 */
export function oversize(images: readonly ImageSize[], freeGb: number): string | undefined {
    const total = images.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total < freeGb * 1e9) {
        return undefined;
    }
    const each = images.map(({ name, bytes }) => `${name} ${gigabytes(bytes)}`).join(", ");
    return `The images take ${gigabytes(total)} (${each}), but object storage is free below ${gigabytes(freeGb * 1e9)}: drop one or make it smaller.`;
}
