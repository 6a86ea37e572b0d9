/** The Talos Image Factory: schematics, the versions it serves, and what a download address gives. */
import { createHash } from "node:crypto";
import { parse, stringify } from "yaml";
import { Refusal } from "./refusal";

/** Official system extensions of Talos 1.10 and 1.11 that the factory knows, by name. */
const officialExtensions: readonly string[] = [
    "amd-ucode",
    "amdgpu",
    "binfmt-misc",
    "bnx2-bnx2x",
    "btrfs",
    "cloudflared",
    "crun",
    "drbd",
    "ecr-credential-provider",
    "fuse3",
    "gasket-driver",
    "glibc",
    "gvisor",
    "gvisor-debug",
    "hailort",
    "hello-world-service",
    "i915",
    "intel-ice-firmware",
    "intel-ucode",
    "iscsi-tools",
    "kata-containers",
    "lldpd",
    "mei",
    "metal-agent",
    "mdadm",
    "nebula",
    "netbird",
    "newt",
    "nfs-utils",
    "nfsd",
    "nonfree-kmod-nvidia-lts",
    "nonfree-kmod-nvidia-production",
    "nut-client",
    "nvidia-container-toolkit-lts",
    "nvidia-container-toolkit-production",
    "nvidia-open-gpu-kernel-modules-lts",
    "nvidia-open-gpu-kernel-modules-production",
    "nvme-cli",
    "panfrost",
    "qemu-guest-agent",
    "qlogic-firmware",
    "realtek-firmware",
    "revpi-firmware",
    "spin",
    "stargz-snapshotter",
    "tailscale",
    "tenstorrent",
    "thunderbolt",
    "trident-iscsi-tools",
    "uinput",
    "usb-audio-drivers",
    "usb-modem-drivers",
    "util-linux-tools",
    "v4l-uvc-drivers",
    "vc4",
    "vmtoolsd-guest-agent",
    "wasmedge",
    "xdma-driver",
    "xen-guest-agent",
    "youki",
    "zerotier",
    "zfs",
].map((name) => `siderolabs/${name}`);

/** Platforms whose images the factory makes. */
const platforms = [
    "akamai",
    "aws",
    "azure",
    "cloudstack",
    "digital-ocean",
    "equinixMetal",
    "exoscale",
    "gcp",
    "hcloud",
    "metal",
    "nocloud",
    "opennebula",
    "openstack",
    "oracle",
    "scaleway",
    "upcloud",
    "vmware",
    "vultr",
];

/** What a download address of the factory gives. */
export interface FactoryImage {
    readonly schematic: string;
    /** With the leading `v`, e.g. `v1.10.5`. */
    readonly talosVersion: string;
    readonly platform: string;
    readonly architecture: "amd64" | "arm64";
    /** `iso`, or a disk image's format. */
    readonly format: "iso" | "raw" | "qcow2" | "vhd" | "ova";
    /** How the file is packed; undefined where it is not. */
    readonly compression?: "gz" | "xz" | "zst" | "tar.gz";
    readonly extensions: readonly string[];
}

/** Where the factory answers. */
const factoryHost = "factory.talos.dev";

const source = (path: string) => `siderolabs/image-factory: ${path}`;

/** Keys of a schematic in the order the factory writes them, and what a value must be. */
const schematicOrder: Readonly<Record<string, readonly string[]>> = {
    "": ["overlay", "customization"],
    overlay: ["image", "name", "options"],
    customization: ["extraKernelArgs", "meta", "systemExtensions", "secureboot"],
    "customization.systemExtensions": ["officialExtensions"],
    "customization.secureboot": ["includeWellKnownCertificates"],
};

type Node = { readonly [key: string]: unknown };

function isNode(value: unknown): value is Node {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A part of a schematic with its keys in canonical order and what is empty left out. */
function canonical(value: Node, path: string): Node {
    const order = schematicOrder[path];
    if (order === undefined) {
        return value;
    }
    const unknown = Object.keys(value).find((key) => !order.includes(key));
    if (unknown !== undefined) {
        throw new Refusal(
            `failed to unmarshal schematic: yaml: unmarshal errors: field ${unknown} not found in type schematic.${path === "" ? "Schematic" : "Customization"}`,
            source("pkg/schematic/schematic.go, Unmarshal with KnownFields"),
        );
    }
    const kept = order.flatMap((key) => {
        const found = value[key];
        const made = isNode(found) ? canonical(found, path === "" ? key : `${path}.${key}`) : found;
        const empty =
            made === undefined ||
            made === null ||
            (Array.isArray(made) && made.length === 0) ||
            (isNode(made) && Object.keys(made).length === 0);
        return empty ? [] : [[key, made] as const];
    });
    return Object.fromEntries(kept);
}

/** The canonical text of a schematic: what its id is the SHA-256 of. */
export function canonicalSchematic(text: string): string {
    const parsed: unknown = text.trim() === "" ? {} : parse(text);
    const found = isNode(parsed) ? canonical(parsed, "") : {};
    return stringify(
        {
            ...(found.overlay === undefined ? {} : { overlay: found.overlay }),
            customization: found.customization ?? {},
        },
        { indent: 4, indentSeq: true },
    );
}

/** The factory of one world: it remembers the schematics it was given, and knows the empty one. */
export class ImageFactory {
    readonly #schematics = new Map<string, readonly string[]>();

    /** @param talosVersions Versions it serves, e.g. `v1.10.5`. */
    constructor(readonly talosVersions: readonly string[]) {
        this.submit("");
    }

    /** Takes a schematic and answers its id: the same text always has the same id, and is kept for ever. */
    submit(text: string): string {
        const written = canonicalSchematic(text);
        const id = createHash("sha256").update(written).digest("hex");
        const document: unknown = parse(written);
        const extensions = extensionsOf(document);
        this.#schematics.set(id, extensions);
        return id;
    }

    /** True where a schematic of that id was submitted to this world's factory. */
    knows(schematic: string): boolean {
        return this.#schematics.has(schematic);
    }

    /** Official extensions for a version. */
    extensions(talosVersion: string): readonly string[] {
        this.#demandVersion(talosVersion);
        return officialExtensions;
    }

    /**
     * What an address gives. Refuses, as the factory does at download, a schematic it was never given, a version it
     * does not serve, an extension that does not exist and a file name it cannot read. Undefined: not the factory's.
     */
    image(url: string): FactoryImage | undefined {
        const parsed = URL.canParse(url) ? new URL(url) : undefined;
        if (parsed?.hostname !== factoryHost) {
            return undefined;
        }
        const [, kind, schematic = "", version = "", file = "", ...rest] = parsed.pathname.split("/");
        if (kind !== "image" || rest.length > 0 || file === "") {
            throw notFound("page not found", "internal/frontend/http/http.go, routes");
        }
        const extensions = this.#schematics.get(schematic);
        if (extensions === undefined) {
            throw notFound(`schematic ID "${schematic}" not found`, "internal/schematic/storage, ErrNotFoundTag");
        }
        this.#demandVersion(version);
        const missing = extensions.find((name) => !officialExtensions.includes(name));
        if (missing !== undefined) {
            throw new Refusal(
                `received an HTTP 400 response - official extension "${missing}" is not available for Talos version ${version}`,
                source("internal/profile/profile.go, EnhanceFromSchematic"),
            );
        }
        return { schematic, talosVersion: version, extensions, ...parseFileName(file) };
    }

    #demandVersion(version: string): void {
        const asked = `v${version.replace(/^v/, "")}`;
        if (!this.talosVersions.includes(asked)) {
            throw notFound(`version ${asked} is not available`, "internal/artifacts/manager.go, ErrNotFoundTag");
        }
    }
}

function notFound(words: string, path: string): Refusal {
    return new Refusal(`received an HTTP 404 response - ${words}`, source(path));
}

function extensionsOf(document: unknown): readonly string[] {
    const customization = isNode(document) ? document.customization : undefined;
    const system = isNode(customization) ? customization.systemExtensions : undefined;
    const official = isNode(system) ? system.officialExtensions : undefined;
    return Array.isArray(official) ? official.map(String) : [];
}

const formats = ["iso", "raw", "qcow2", "vhd", "ova"] as const;
const compressions = ["tar.gz", "gz", "xz", "zst"] as const;

/** Reads `<platform>-<arch>[-secureboot].<format>[.<compression>]`. */
export function parseFileName(
    file: string,
): Pick<FactoryImage, "platform" | "architecture" | "format" | "compression"> {
    const invalid = (words: string) =>
        new Refusal(
            `received an HTTP 400 response - error parsing profile from path: ${words}`,
            source("internal/profile/profile.go, ParseFromPath"),
        );
    const compression = compressions.find((ending) => file.endsWith(`.${ending}`));
    const unpacked = compression === undefined ? file : file.slice(0, -compression.length - 1);
    const format = formats.find((ending) => unpacked.endsWith(`.${ending}`));
    if (format === undefined) {
        throw invalid(`invalid profile path: "${unpacked}"`);
    }
    const stem = unpacked.slice(0, -format.length - 1).replace(/-secureboot$/, "");
    const dash = stem.startsWith("digital-ocean-") ? "digital-ocean".length : stem.indexOf("-");
    if (dash < 0) {
        throw invalid(`invalid platform-arch: "${stem}"`);
    }
    const platform = stem.slice(0, dash);
    const architecture = stem.slice(dash + 1);
    if (architecture !== "amd64" && architecture !== "arm64") {
        throw invalid(`invalid architecture: "${architecture}"`);
    }
    if (!platforms.includes(platform)) {
        throw invalid(`invalid platform: "${platform}"`);
    }
    return { platform, architecture, format, ...(compression === undefined ? {} : { compression }) };
}
