/** The Image Factory as the Talos provider shows it: `talos:imageFactory/schematic:Schematic` and its functions. */
import { createHash } from "node:crypto";
import { parse, stringify, YAMLParseError } from "yaml";
import type { FunctionBehaviour, ResourceBehaviour } from "../world/behaviour";
import { Refusal } from "../world/refusal";
import { at, list, type Properties, text } from "../world/value";
import type { World } from "../world/world";
import { difference } from "./properties";
import { under } from "./talos-client";

/** A schematic's id is the SHA-256 of its canonical text: the same for the same wishes, always. */
export function schematicBehaviour(world: World): ResourceBehaviour {
    const submit = (inputs: Properties): Promise<string> =>
        under("failed to create schematic", () => {
            const written = text(inputs, "schematic") ?? "";
            try {
                parse(written);
            } catch (error) {
                if (error instanceof YAMLParseError) {
                    throw new Refusal(
                        `failed to unmarshal schematic: yaml: ${error.message.split("\n")[0]}`,
                        "siderolabs/terraform-provider-talos: pkg/talos/talos_image_factory_schematic_resource.go",
                    );
                }
                throw error;
            }
            return world.factory.submit(written);
        });
    const outputs = (inputs: Properties): Properties => ({
        schematic: text(inputs, "schematic") ?? stringify({ customization: {} }),
    });
    return {
        // The id is the hash of the content: another schematic is another thing.
        diff: (before, after) => difference(before, after, (key) => key === "schematic"),
        create: async (inputs) => ({ id: await submit(inputs), outputs: outputs(inputs) }),
        read: async (id, state, inputs) => ({
            id,
            outputs: Object.keys(state).length > 0 ? state : outputs(inputs),
            inputs,
        }),
        update: async (_id, _old, inputs) => outputs(inputs),
        // The factory keeps a schematic for ever.
        delete: async () => undefined,
    };
}

/** File a platform's disk image has by default (siderolabs/talos: pkg/machinery/platforms). */
const diskImages: Readonly<Record<string, string>> = {
    aws: "raw.xz",
    azure: "vhd.xz",
    gcp: "raw.tar.gz",
    hcloud: "raw.xz",
    metal: "raw.zst",
    nocloud: "raw.xz",
    oracle: "qcow2",
    openstack: "raw.xz",
    vmware: "ova",
    vultr: "raw.xz",
};

/** Platforms that also boot from an ISO or over the network. */
const bootable = ["equinixMetal", "metal", "nocloud", "openstack", "vultr"];

function urls(args: Properties): Properties {
    const version = `v${(text(args, "talosVersion") ?? "").replace(/^v/, "")}`;
    if (!/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
        throw new Refusal(
            "talos_version is not valid: The provided version is not a valid semantic version.",
            "siderolabs/terraform-provider-talos: pkg/talos/talos_image_factory_urls_data_source.go",
        );
    }
    const schematic = text(args, "schematicId") ?? "";
    const architecture = text(args, "architecture") ?? "amd64";
    const platform = text(args, "platform") ?? "";
    const image = `https://factory.talos.dev/image/${schematic}/${version}`;
    if (platform === "") {
        return {
            installer: `factory.talos.dev/metal-installer/${schematic}:${version}`,
            diskImage: `${image}/metal-arm64.raw.xz`,
        };
    }
    const disk = diskImages[platform];
    if (disk === undefined) {
        throw new Refusal(
            `failed to find platform: ${platform}`,
            "siderolabs/terraform-provider-talos: pkg/talos/talos_image_factory_urls_data_source.go",
        );
    }
    const stem = `${platform}-${architecture}`;
    return {
        installer: `factory.talos.dev/${platform}-installer/${schematic}:${version}`,
        installerSecureboot: `factory.talos.dev/${platform}-installer-secureboot/${schematic}:${version}`,
        diskImage: `${image}/${stem}.${disk}`,
        diskImageSecureboot: `${image}/${stem}-secureboot.${disk}`,
        ...(bootable.includes(platform)
            ? {
                  iso: `${image}/${stem}.iso`,
                  isoSecureboot: `${image}/${stem}-secureboot.iso`,
                  pxe: `https://pxe.factory.talos.dev/pxe/${schematic}/${version}/${stem}`,
              }
            : {}),
        ...(platform === "metal"
            ? {
                  kernel: `${image}/kernel-${architecture}`,
                  kernelCommandLine: `${image}/cmdline-metal-${architecture}`,
                  initramfs: `${image}/initramfs-${architecture}.xz`,
                  uki: `${image}/metal-${architecture}-secureboot-uki.efi`,
              }
            : {}),
    };
}

/** The factory's functions by token. */
export function factoryFunctions(world: World): Readonly<Record<string, FunctionBehaviour>> {
    return {
        "talos:imageFactory/getUrls:getUrls": async (args) => ({
            ...args,
            architecture: text(args, "architecture") ?? "amd64",
            id: "",
            urls: urls(args),
        }),
        "talos:imageFactory/getVersions:getVersions": async (args) => {
            const stable = at(args, "filters.stableVersionsOnly") === true;
            const versions = world.factory.talosVersions.filter((version) => !stable || !version.includes("-"));
            return { ...args, id: "talos_versions", talosVersions: versions };
        },
        "talos:imageFactory/getExtensionsVersions:getExtensionsVersions": async (args) => {
            const version = text(args, "talosVersion") ?? "";
            const all = await under("failed to get talos extensions versions", () => world.factory.extensions(version));
            const exact = list(args, "exactFilters.names").map(String);
            const parts = list(args, "filters.names").map(String);
            const found = all.filter(
                (name) =>
                    (exact.length === 0 || exact.includes(name)) &&
                    (parts.length === 0 || parts.some((part) => name.includes(part))),
            );
            return {
                ...args,
                id: "extensions",
                extensionsInfos: found.map((name) => {
                    const digest = createHash("sha256").update(`${name} ${version}`).digest("hex");
                    return {
                        name,
                        ref: `ghcr.io/${name}:${version}`,
                        digest: `sha256:${digest}`,
                        author: "Sidero Labs",
                        description: "",
                    };
                }),
            };
        },
        "talos:imageFactory/getOverlaysVersions:getOverlaysVersions": async (args) => ({
            ...args,
            id: "overlays",
            overlaysInfos: [],
        }),
    };
}
