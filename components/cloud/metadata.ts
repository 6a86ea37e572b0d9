/** What an instance is told at its first boot, and how much of it Oracle takes. */
import * as pulumi from "@pulumi/pulumi";

/** Bytes of an instance's metadata, all keys and values together (Oracle, LaunchInstanceDetails.metadata). */
export const maxMetadataBytes = 32_000;

/** Bytes a set of metadata takes. */
export function metadataBytes(metadata: Readonly<Record<string, string>>): number {
    return Buffer.byteLength(JSON.stringify(metadata));
}

/**
 * Refuses metadata that Oracle would refuse at launch.
 *
 * @param instance How the error names it.
 * @throws pulumi.RunError where it is too much.
 */
export function checkMetadata(instance: string, metadata: Readonly<Record<string, string>>): void {
    const bytes = metadataBytes(metadata);
    if (bytes > maxMetadataBytes) {
        throw new pulumi.RunError(
            `instance ${instance}: its metadata must be at most ${maxMetadataBytes} bytes, got ${bytes}; shorten its user data`,
        );
    }
}
