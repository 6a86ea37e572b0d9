/** Talos disks for Oracle, from Sidero's Image Factory. */
import * as fs from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";

/** The factory (Talos documentation, Image Factory). */
export const imageFactory = "https://factory.talos.dev";

/** What the disk is made of. */
export interface TalosDisk {
    /** e.g. `v1.10.5`. */
    readonly version: string;
    /** The schematic, YAML: which extensions the disk carries. */
    readonly schematic: string;
    /** The factory's address; `imageFactory` by default. */
    readonly factory?: string;
}

async function answered(url: string, init: RequestInit = {}): Promise<Response> {
    let response: Response;
    try {
        response = await fetch(url, init);
    } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        throw new Error(`The Image Factory cannot be reached at ${url}: ${String(cause)}`, { cause: error });
    }
    if (!response.ok || response.body === null) {
        const said = (await response.text()).trim().slice(0, 200);
        throw new Error(`The Image Factory answered ${response.status} to ${url}: ${said}`);
    }
    return response;
}

/**
 * Downloads a disk of platform `oracle` for arm64: uncompressed qcow2, which goes into Oracle's archive as it is.
 *
 * @param out Where it goes; it is there whole or not at all.
 * @throws Error with what the factory said, e.g. where it has no such version.
 */
export async function downloadTalosDisk({ version, schematic, factory }: TalosDisk, out: string): Promise<void> {
    const base = factory ?? imageFactory;
    const made = await answered(`${base}/schematics`, { method: "POST", body: schematic });
    const { id } = (await made.json()) as { readonly id?: string };
    const url = `${base}/image/${id}/${version}/oracle-arm64.qcow2`;
    const response = await answered(url);
    const half = `${out}.part`;
    await pipeline(Readable.fromWeb(response.body as ReadableStream), fs.createWriteStream(half));
    const file = await fs.promises.open(half);
    const magic = Buffer.alloc(4);
    await file.read(magic, 0, 4, 0);
    await file.close();
    if (!magic.equals(Buffer.from("QFI\xfb", "latin1"))) {
        throw new Error(`${url} is no qcow2 disk: look at ${half}, and at what the factory offers.`);
    }
    fs.renameSync(half, out);
}
