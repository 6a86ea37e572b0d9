/** Datastores of a Proxmox VE installation: what they may hold, what is on them, how much room is left. */
import type { FactoryImage } from "./image-factory";
import { Refusal } from "./refusal";

/** A downloaded file. */
export interface StoredFile {
    /** Bytes. */
    readonly size: number;
    /** Talos image it holds; undefined where it is something else. */
    readonly image?: FactoryImage;
}

/** One datastore. A local one is on each of its nodes apart; a shared one is the same everywhere. */
export class Datastore {
    /** File id (`local:import/talos.qcow2`) and node to file; the node is empty on a shared datastore. */
    readonly #files = new Map<string, StoredFile>();
    /** Room taken by volumes in GiB, by volume id and node. */
    readonly #volumes = new Map<string, number>();

    constructor(
        readonly id: string,
        /** Content types it may hold; may be changed by configuring it. */
        public content: readonly string[],
        readonly sizeGiB: number,
        readonly shared: boolean,
        /** Names of the nodes that have it. */
        public nodes: readonly string[],
        /** True where the program made it. */
        readonly managed = false,
    ) {}

    file(node: string, id: string): StoredFile | undefined {
        return this.#files.get(this.#key(node, id));
    }

    putFile(node: string, id: string, file: StoredFile): void {
        this.#files.set(this.#key(node, id), file);
    }

    removeFile(node: string, id: string): boolean {
        return this.#files.delete(this.#key(node, id));
    }

    /** Ids of its files, one entry a node. */
    get files(): readonly string[] {
        return [...this.#files.keys()].map((key) => key.trim());
    }

    /** Allocates a volume or grows it. Refuses more than there is room for. */
    allocate(node: string, volume: string, sizeGiB: number): void {
        const key = this.#key(node, volume);
        const others = this.#volumesOn(node).filter(([other]) => other !== key);
        const free = this.sizeGiB - others.reduce((sum, [, size]) => sum + size, 0);
        if (sizeGiB > free) {
            // LVM counts in extents of 4 MiB.
            throw new Refusal(
                `received an HTTP 500 response - Reason: unable to create image: lvcreate '${volume}' error: Insufficient free space: ${sizeGiB * 256} extents needed, but only ${Math.floor(free * 256)} available`,
                "proxmox/pve-storage: src/PVE/Storage/LVMPlugin.pm, lvcreate; LVM2: insufficient free space",
            );
        }
        this.#volumes.set(key, sizeGiB);
    }

    free(node: string, volume: string): void {
        this.#volumes.delete(this.#key(node, volume));
    }

    /** Ids of its volumes. */
    get volumes(): readonly string[] {
        return [...this.#volumes.keys()].map((key) => key.trim());
    }

    #volumesOn(node: string): [string, number][] {
        const place = this.#key(node, "");
        return [...this.#volumes].filter(([key]) => key.startsWith(place));
    }

    #key(node: string, id: string): string {
        return `${this.shared ? "" : node} ${id}`;
    }
}
