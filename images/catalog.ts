/** The images there are: what each is made from, and what Oracle is told of it. */
import { debianRootMiB, proxmoxRootMiB } from "./disk-layout";

/** Name of an image. */
export type ImageName = "debian-base" | "proxmox" | "talos";

/** How a disk is made here. */
export interface Recipe {
    /** Script of `images/recipe`. */
    readonly script: string;
    /** Size of the root file system, MiB, the script's second argument. */
    readonly rootMiB: number;
}

/** One image. */
export interface ImageSpec {
    readonly name: ImageName;
    /** What makes it; undefined for Talos, which its own factory makes. */
    readonly recipe?: Recipe;
    /** As Oracle's console shows it. */
    readonly operatingSystem: string;
    readonly operatingSystemVersion: string;
    /** What it is for, one line. */
    readonly purpose: string;
}

const debianBase: ImageSpec = {
    name: "debian-base",
    recipe: { script: "debian-base.sh", rootMiB: debianRootMiB },
    operatingSystem: "Debian",
    operatingSystemVersion: "12",
    purpose: "Debian 12, the document's base image; no instance boots it",
};

const proxmox: ImageSpec = {
    name: "proxmox",
    recipe: { script: "proxmox.sh", rootMiB: proxmoxRootMiB },
    operatingSystem: "Proxmox VE",
    operatingSystemVersion: "9",
    purpose: "Proxmox VE with Ceph, on the Debian it supports on arm64",
};

/** The Talos image of a version, e.g. `v1.10.5`. */
export function talosImage(version: string): ImageSpec {
    return {
        name: "talos",
        operatingSystem: "Talos",
        operatingSystemVersion: version.replace(/^v/, ""),
        purpose: `Talos ${version} for Oracle, as the Image Factory makes it`,
    };
}

/** The images of a platform, in the order the document builds them; none where the machines come with their own. */
export function imagesOf(platform: string, talosVersion: string): readonly ImageSpec[] {
    switch (platform) {
        case "oracle-proxmox":
            return [debianBase, proxmox];
        case "oracle-talos":
            return [talosImage(talosVersion)];
        default:
            return [];
    }
}

/** The image the Ampere instances of a platform boot: the last one built. */
export function bootImage(images: readonly ImageSpec[]): ImageSpec | undefined {
    return images.at(-1);
}
