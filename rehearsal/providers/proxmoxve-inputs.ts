/** The check of proxmoxve inputs against the real provider's schema: nested keys, choices and ranges. */
import type { CheckFailure } from "../world/behaviour";
import { isProperties, type Properties, UNKNOWN, type Value } from "../world/value";
import schema from "./proxmoxve-inputs.json";

/** What the schema knows of a type. */
interface TypeSchema {
    readonly required: readonly string[];
    readonly inputs: unknown;
}

const types: Readonly<Record<string, TypeSchema>> = schema.resources;

/** Name of a property as the Terraform provider underneath writes it. */
function snake(key: string): string {
    return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Values a property must be one of, by its path without list indexes (bpg: validators of the vm and file resources). */
const choices: Readonly<Record<string, readonly string[]>> = {
    bios: ["ovmf", "seabios"],
    "agent.type": ["isa", "virtio"],
    "cpu.architecture": ["", "aarch64", "x86_64"],
    "operatingSystem.type": [
        "l24",
        "l26",
        "other",
        "solaris",
        "w2k",
        "w2k3",
        "w2k8",
        "win7",
        "win8",
        "win10",
        "win11",
        "wvista",
        "wxp",
    ],
    scsiHardware: ["lsi", "lsi53c810", "virtio-scsi-pci", "virtio-scsi-single", "megasas", "pvscsi"],
    "vga.type": [
        "cirrus",
        "none",
        "qxl",
        "qxl2",
        "qxl3",
        "qxl4",
        "serial0",
        "serial1",
        "serial2",
        "serial3",
        "std",
        "virtio",
        "virtio-gl",
        "vmware",
    ],
    "disks.aio": ["io_uring", "native", "threads"],
    "disks.cache": ["none", "writethrough", "writeback", "unsafe", "directsync"],
    "disks.discard": ["ignore", "on"],
    "disks.fileFormat": ["qcow2", "raw", "vmdk"],
    "efiDisk.fileFormat": ["qcow2", "raw", "vmdk"],
    "efiDisk.type": ["2m", "4m"],
    "tpmState.version": ["v1.2", "v2.0"],
    "initialization.type": ["configdrive2", "nocloud"],
    "networkDevices.model": ["e1000", "e1000e", "rtl8139", "virtio", "vmxnet3"],
    keyboardLayout: [
        "da",
        "de",
        "de-ch",
        "en-gb",
        "en-us",
        "es",
        "fi",
        "fr",
        "fr-be",
        "fr-ca",
        "fr-ch",
        "hu",
        "is",
        "it",
        "ja",
        "lt",
        "mk",
        "nl",
        "no",
        "pl",
        "pt",
        "pt-br",
        "sl",
        "sv",
        "tr",
    ],
    contentType: ["iso", "vztmpl", "import"],
    decompressionAlgorithm: ["gz", "lzo", "zst", "bz2"],
    checksumAlgorithm: ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
    contents: ["images", "rootdir", "vztmpl", "backup", "iso", "snippets", "import"],
};

/** Smallest and largest number a property may be, by path. */
const ranges: Readonly<Record<string, readonly [number, number]>> = {
    vmId: [100, 2147483647],
    "cpu.cores": [1, 2304],
    "cpu.sockets": [1, 16],
    "memory.dedicated": [64, 268435456],
    "memory.floating": [0, 268435456],
    "disks.size": [1, Number.POSITIVE_INFINITY],
    "networkDevices.vlanId": [0, 4094],
};

/** Patterns a property must fit, by path, with the provider's words; `%s` stands for the value. */
const patterns: Readonly<Record<string, readonly [RegExp, string]>> = {
    name: [
        /^$|^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/,
        "invalid value for name (must be a valid DNS name)",
    ],
    machine: [/^$|^(pc|q35|virt)([-,+.\w=]*)$/, "invalid value for machine (must be a valid machine type)"],
    url: [
        /^https?:\/\/.*/,
        "Invalid Attribute Value Match: Attribute url must match HTTP URL regex `https?://.*`, got: %s",
    ],
    "initialization.interface": [
        /^$|^(ide[0-3]|sata[0-5]|scsi(?:30|[12][0-9]|[0-9]))$/,
        "invalid value for interface (one of ide0..3|sata0..5|scsi0..30)",
    ],
    "networkDevices.macAddress": [
        /^$|^[A-Fa-f0-9]{2}(:[A-Fa-f0-9]{2}){5}$/,
        'expected "mac_address" to be a valid MAC address (A0:B1:C2:D3:E4:F5), got "%s"',
    ],
    "serialDevices.device": [/^(\/dev\/.*|socket)$/, "expected device to be '/dev/*' or 'socket'"],
};

/** The failures of inputs of a type the schema knows; undefined where it does not know the type. */
export function inputFailures(type: string, name: string, inputs: Properties): CheckFailure[] | undefined {
    const known = types[type];
    if (known === undefined) {
        return undefined;
    }
    const missing = known.required
        .filter((key) => inputs[key] === undefined || inputs[key] === null)
        .map((key) => ({
            property: key,
            reason: `Missing required argument. The argument "${snake(key)}" is required, but no definition was found.. Examine values at '${name}.${key}'.`,
        }));
    // The SDK drops unknown top-level properties, and so does the plugin: only nested keys are seen.
    const found = Object.entries(inputs).flatMap(([key, value]) => {
        const shape = isShape(known.inputs) ? known.inputs[key] : undefined;
        return shape === undefined ? [] : valueFailures(value, shape, key, key, name);
    });
    return [...missing, ...found];
}

function isShape(value: unknown): value is { readonly [key: string]: unknown } {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param path Place with list indexes, as the plugin shows it. @param rule Place without them. */
function valueFailures(value: Value, shape: unknown, path: string, rule: string, name: string): CheckFailure[] {
    if (value === UNKNOWN || value === null) {
        return [];
    }
    if (Array.isArray(shape)) {
        return Array.isArray(value)
            ? value.flatMap((item: Value, index) => valueFailures(item, shape[0], `${path}[${index}]`, rule, name))
            : [failure(path, name, "expected a list")];
    }
    if (isShape(shape)) {
        if (!isProperties(value)) {
            return [failure(path, name, "expected a map")];
        }
        return Object.entries(value).flatMap(([key, inner]) =>
            shape[key] === undefined
                ? [failure(`${path}.${key}`, name, "Invalid or unknown key")]
                : valueFailures(inner, shape[key], `${path}.${key}`, `${rule}.${key}`, name),
        );
    }
    return scalarFailures(value, shape, path, rule, name);
}

function scalarFailures(value: Value, shape: unknown, path: string, rule: string, name: string): CheckFailure[] {
    const key = snake(rule.split(".").at(-1) ?? "");
    const wanted = shape === "integer" || shape === "number" ? "number" : shape;
    const loose = shape === "string" || (wanted === "number" && /^-?\d+(\.\d+)?$/.test(String(value)));
    if (
        (wanted === "string" || wanted === "number" || wanted === "boolean") &&
        typeof value !== wanted &&
        !(loose && typeof value !== "object")
    ) {
        return [failure(path, name, `expected type '${String(shape)}', got unconvertible type '${typeof value}'`)];
    }
    const choice = choices[rule];
    if (choice !== undefined && !choice.includes(String(value))) {
        const list = choice.map((one) => `"${one}"`).join(" ");
        return [failure(path, name, `expected ${key} to be one of [${list}], got ${String(value)}`)];
    }
    const range = ranges[rule];
    if (range !== undefined && (Number(value) < range[0] || Number(value) > range[1])) {
        const [least, most] = range;
        const wanted = most === Number.POSITIVE_INFINITY ? `at least (${least})` : `in the range (${least} - ${most})`;
        return [failure(path, name, `expected ${key} to be ${wanted}, got ${String(value)}`)];
    }
    const pattern = patterns[rule];
    if (pattern !== undefined && !pattern[0].test(String(value))) {
        return [failure(path, name, pattern[1].replace("%s", String(value)))];
    }
    return [];
}

function failure(path: string, name: string, words: string): CheckFailure {
    return { property: path, reason: `${words}. Examine values at '${name}.${path}'.` };
}
