/** Images: Oracle's own, and those imported from object storage. */
import { list, type Properties, text } from "../value";
import type { Oracle } from "./oracle";
import type { OracleSiteImage, SiteOracle } from "./site";
import { invalid, notFound, type OracleType, type Thing } from "./type";

/** What runs on an instance that boots an image. */
export interface Bootable {
    readonly boots: "linux" | "proxmox" | "talos";
    /** Talos version, e.g. `v1.10.5`; empty for the others. */
    readonly talosVersion: string;
}

/** The images of the site, as things. */
export function siteImages(site: SiteOracle): { readonly name: string; readonly computed: Properties }[] {
    return site.images.map((image) => ({ name: image.name, computed: published(image) }));
}

function published(image: OracleSiteImage): Properties {
    return {
        displayName: image.name,
        operatingSystem: image.operatingSystem,
        operatingSystemVersion: image.version,
        state: image.state ?? "AVAILABLE",
        shapes: image.shapes,
        boots: image.boots ?? "linux",
        talosVersion: image.talosVersion ?? "",
        // Oracle's own are seen from every compartment; those of others only in their own.
        compartmentId: image.compartmentId ?? "",
        ...(image.billedGiB === undefined ? {} : { billableSizeInGbs: image.billedGiB }),
    };
}

/** True for an image that is the tenancy's own, which it pays for. */
export function isCustom({ owned, computed }: Thing): boolean {
    return owned || (text(computed, "compartmentId") ?? "") !== "";
}

/** What an image boots. */
export function bootableOf(image: Thing): Bootable {
    const boots = text(image.computed, "boots");
    return {
        boots: boots === "talos" || boots === "proxmox" ? boots : "linux",
        talosVersion: text(image.computed, "talosVersion") ?? "",
    };
}

/** Shapes an image boots on. */
export function shapesOf(image: Thing): readonly string[] {
    return list(image.computed, "shapes").filter((shape) => typeof shape === "string");
}

/** What an imported image boots, by what its import calls it and its archive's name. */
function importedBootable(oracle: Oracle, operatingSystem: string, names: string): Bootable {
    if (/talos/i.test(operatingSystem)) {
        const version = /v?(\d+\.\d+\.\d+)/.exec(names)?.[1];
        const newest = oracle.around.site.talosVersions.at(-1) ?? "";
        return { boots: "talos", talosVersion: version === undefined ? newest : `v${version}` };
    }
    return { boots: /proxmox/i.test(operatingSystem) ? "proxmox" : "linux", talosVersion: "" };
}

/** An image. */
export const imageType: OracleType = {
    kind: "image",
    service: "Core Image",
    noun: "Image",
    path: "/20160918/images",
    step: "oci/image",
    required: ["compartmentId"],
    replaceOn: ["imageSourceDetails", "instanceId", "launchMode"],
    begin: (oracle, inputs, fail) => {
        const bucket = text(inputs, "imageSourceDetails.bucketName") ?? "";
        const object = text(inputs, "imageSourceDetails.objectName") ?? "";
        const stored = oracle
            .all("object")
            .find((other) => other.inputs.bucket === bucket && other.inputs.object === object);
        if (text(inputs, "imageSourceDetails.sourceType") !== "objectStorageTuple") {
            throw fail(
                invalid(
                    "sourceType must be objectStorageTuple: the world imports nothing else",
                    "Oracle, API reference: ImageSourceDetails",
                ),
            );
        }
        if (stored?.computed.complete !== true) {
            throw fail(notFound);
        }
        const operatingSystem = text(inputs, "imageSourceDetails.operatingSystem") ?? "";
        const names = `${text(inputs, "displayName") ?? ""} ${object}`;
        return {
            state: "IMPORTING",
            operatingSystem,
            operatingSystemVersion: text(inputs, "imageSourceDetails.operatingSystemVersion") ?? "",
            shapes: [],
            ...importedBootable(oracle, operatingSystem, names),
        };
    },
    ready: async (_oracle, thing) => {
        thing.computed = { ...thing.computed, state: "AVAILABLE" };
    },
};

/** The word that an image boots on a shape. */
export const shapeManagementType: OracleType = {
    kind: "imageshapecompatibility",
    service: "Core Shape Management",
    noun: "ImageShapeCompatibilityEntry",
    verb: "Add",
    path: "/20160918/images/shapes",
    step: "oci/shape",
    required: ["compartmentId", "imageId", "shapeName"],
    replaceOn: ["compartmentId", "imageId", "shapeName"],
    // oracle/terraform-provider-oci: core_shape_management_resource.go, getShapeCompositeId.
    id: (inputs) => {
        const [compartment, image, shape] = ["compartmentId", "imageId", "shapeName"].map((key) => text(inputs, key));
        return `c/${compartment}/i/${image}/s/${shape}`;
    },
    begin: (oracle, inputs, fail) => {
        const image = oracle.need("image", inputs, "imageId", fail);
        if (image.computed.state !== "AVAILABLE") {
            throw fail(notAvailable(image));
        }
        return {};
    },
    ready: async (oracle, thing) => {
        const image = oracle.find("image", text(thing.inputs, "imageId"));
        if (image !== undefined) {
            image.computed = { ...image.computed, shapes: [...shapesOf(image), text(thing.inputs, "shapeName") ?? ""] };
        }
    },
    end: (oracle, thing) => {
        const image = oracle.find("image", text(thing.inputs, "imageId"));
        if (image !== undefined) {
            const left = shapesOf(image).filter((shape) => shape !== thing.inputs.shapeName);
            image.computed = { ...image.computed, shapes: left };
        }
        return true;
    },
};

/** Oracle's answer to the use of an image that is still imported, or no longer there. */
export function notAvailable(image: Thing) {
    return {
        status: 409,
        code: "IncorrectState",
        message: `Image ${image.id} is in state ${text(image.computed, "state") ?? ""}, it must be AVAILABLE`,
        source: "Oracle, API reference: Image.lifecycleState",
    } as const;
}
