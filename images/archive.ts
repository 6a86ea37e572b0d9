/**
 * Oracle's archive (`.oci`): a disk and what Oracle has to know of it. A1 boots UEFI only, and a bare disk is imported
 * for BIOS (oracle/oci-cli#336), so an image for A1 needs one.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { ImageSpec } from "./catalog";

/**
 * What Oracle is told: boot by UEFI, everything paravirtualised, on A1 (Talos, Oracle platform: the fields of an
 * image exported by Oracle).
 */
export function imageMetadata({ operatingSystem, operatingSystemVersion }: ImageSpec): string {
    const paravirtualized = "PARAVIRTUALIZED";
    const metadata = {
        version: 2,
        externalLaunchOptions: {
            firmware: "UEFI_64",
            networkType: paravirtualized,
            bootVolumeType: paravirtualized,
            remoteDataVolumeType: paravirtualized,
            localDataVolumeType: paravirtualized,
            launchOptionsSource: paravirtualized,
            pvAttachmentVersion: 2,
            pvEncryptionInTransitEnabled: true,
            consistentVolumeNamingEnabled: true,
        },
        imageCapabilityData: null,
        imageCapsFormatVersion: null,
        operatingSystem,
        operatingSystemVersion,
        additionalMetadata: {
            shapeCompatibilities: [
                { internalShapeName: "VM.Standard.A1.Flex", ocpuConstraints: null, memoryConstraints: null },
            ],
        },
    };
    return `${JSON.stringify(metadata, null, 4)}\n`;
}

const blockBytes = 512;

/** A size in twelve bytes: octal, or base 256 with the high bit set from 8 GiB on (POSIX.1 pax, star's extension). */
function sizeField(bytes: number): Buffer {
    if (bytes < 8 ** 11) {
        return Buffer.from(`${bytes.toString(8).padStart(11, "0")}\0`, "latin1");
    }
    const field = Buffer.alloc(12);
    field.writeBigUInt64BE(BigInt(bytes), 4);
    field[0] = 0x80;
    return field;
}

/** A tar header without owner and time, so that the same disk makes the same archive. */
function header(name: string, bytes: number): Buffer {
    const block = Buffer.alloc(blockBytes);
    block.write(name, 0, 100, "latin1");
    block.write("0000644\0", 100, "latin1");
    block.write("0000000\0", 108, "latin1");
    block.write("0000000\0", 116, "latin1");
    sizeField(bytes).copy(block, 124);
    block.write("00000000000\0", 136, "latin1");
    block.write("        ", 148, "latin1");
    block.write("0", 156, "latin1");
    block.write("ustar\u000000", 257, "latin1");
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
    return block;
}

function padding(bytes: number): Buffer {
    return Buffer.alloc((blockBytes - (bytes % blockBytes)) % blockBytes);
}

async function* tar(disk: string, metadata: Buffer): AsyncGenerator<Buffer> {
    yield header("image_metadata.json", metadata.length);
    yield metadata;
    yield padding(metadata.length);
    const { size } = fs.statSync(disk);
    yield header(path.basename(disk), size);
    let read = 0;
    for await (const chunk of fs.createReadStream(disk, { highWaterMark: 1 << 20 })) {
        read += (chunk as Buffer).length;
        yield chunk as Buffer;
    }
    if (read !== size) {
        throw new Error(`${disk} changed while it was packed: run it again.`);
    }
    yield padding(size);
    yield Buffer.alloc(2 * blockBytes);
}

/**
 * Packs a disk for Oracle. The same disk makes the same bytes; the archive is there whole or not at all.
 *
 * @param disk The disk, `.qcow2`.
 * @param out Where the archive goes, `.oci`.
 */
export async function packArchive(spec: ImageSpec, disk: string, out: string): Promise<void> {
    const half = `${out}.part`;
    // The disk is compressed already: level 1 costs little, and what is imported is a gzipped tar.
    await pipeline(
        Readable.from(tar(disk, Buffer.from(imageMetadata(spec)))),
        createGzip({ level: 1 }),
        fs.createWriteStream(half),
    );
    fs.renameSync(half, out);
}
