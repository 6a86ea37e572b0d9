import { expect, test } from "vitest";
import { ImageFactory, parseFileName } from "../../../rehearsal/world/image-factory";

const schematicOf = (...extensions: readonly string[]) =>
    extensions.length === 0
        ? ""
        : `customization:\n  systemExtensions:\n    officialExtensions:\n${extensions.map((name) => `      - siderolabs/${name}\n`).join("")}`;

test.each([
    ["nothing", [], "376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba"],
    ["the guest agent", ["qemu-guest-agent"], "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515"],
    [
        "iSCSI, guest agent and utilities",
        ["iscsi-tools", "qemu-guest-agent", "util-linux-tools"],
        "88d1f7a5c4f1d3aba7df787c448c1d3d008ed29cfb34af53fa0df4336a56040b",
    ],
    [
        "iSCSI and utilities",
        ["iscsi-tools", "util-linux-tools"],
        "613e1592b2da41ae5e265e8789429f22e121aab91cb4deb6bc3c0b6262961245",
    ],
])("the schematic of %s has the id it is known by", (_, extensions, id) => {
    expect(new ImageFactory([]).submit(schematicOf(...extensions))).toBe(id);
});

test("the order of keys does not change a schematic's id, the order of extensions does", () => {
    const factory = new ImageFactory([]);
    const one = "customization:\n  extraKernelArgs: [a]\n  systemExtensions: {officialExtensions: [siderolabs/zfs]}\n";
    const other =
        "customization:\n  systemExtensions: {officialExtensions: [siderolabs/zfs]}\n  extraKernelArgs: [a]\n";
    expect(factory.submit(one)).toBe(factory.submit(other));
    expect(factory.submit(schematicOf("zfs", "youki"))).not.toBe(factory.submit(schematicOf("youki", "zfs")));
});

test("an unknown key of a schematic is refused", () => {
    expect(() => new ImageFactory([]).submit("customization:\n  extensions: []\n")).toThrow(
        "field extensions not found in type schematic.Customization",
    );
});

const url = (schematic: string, version: string, file: string) =>
    `https://factory.talos.dev/image/${schematic}/${version}/${file}`;

test("an image is what its address says", () => {
    const factory = new ImageFactory(["v1.10.5"]);
    const schematic = factory.submit(schematicOf("qemu-guest-agent"));
    expect(factory.image(url(schematic, "v1.10.5", "nocloud-amd64.qcow2"))).toEqual({
        schematic,
        talosVersion: "v1.10.5",
        platform: "nocloud",
        architecture: "amd64",
        format: "qcow2",
        extensions: ["siderolabs/qemu-guest-agent"],
    });
    expect(factory.image("https://example.org/debian.qcow2")).toBeUndefined();
});

test.each([
    [
        "a schematic it was never given",
        "ab".repeat(32),
        "v1.10.5",
        "nocloud-amd64.qcow2",
        `schematic ID "${"ab".repeat(32)}" not found`,
    ],
    [
        "a version it does not serve",
        "",
        "v1.10.99",
        "nocloud-amd64.qcow2",
        "received an HTTP 404 response - version v1.10.99 is not available",
    ],
    ["a file without a format", "", "v1.10.5", "nocloud-amd64", 'invalid profile path: "nocloud-amd64"'],
    ["an architecture there is none of", "", "v1.10.5", "nocloud-x64.qcow2", 'invalid architecture: "x64"'],
    ["a platform there is none of", "", "v1.10.5", "proxmox-amd64.qcow2", 'invalid platform: "proxmox"'],
])("the factory refuses %s", (_, schematic, version, file, words) => {
    const factory = new ImageFactory(["v1.10.5"]);
    expect(() => factory.image(url(schematic === "" ? factory.submit("") : schematic, version, file))).toThrow(words);
});

test("an address of the factory that is no image's is not found", () => {
    const factory = new ImageFactory(["v1.10.5"]);
    const schematic = factory.submit("");
    for (const path of [
        `pxe/${schematic}/v1.10.5/metal-amd64`,
        `image/${schematic}/v1.10.5`,
        `image/${schematic}/v1.10.5/a/b.raw`,
    ]) {
        expect(() => factory.image(`https://factory.talos.dev/${path}`)).toThrow("page not found");
    }
});

test("a file name without a platform is refused", () => {
    expect(() => parseFileName("amd64.raw")).toThrow('invalid platform-arch: "amd64"');
});

test("an extension that does not exist is refused when its image is asked for", () => {
    const factory = new ImageFactory(["v1.10.5"]);
    const schematic = factory.submit(schematicOf("qemu-agent"));
    expect(() => factory.image(url(schematic, "v1.10.5", "nocloud-amd64.qcow2"))).toThrow(
        'official extension "siderolabs/qemu-agent" is not available for Talos version v1.10.5',
    );
});

test.each([
    ["metal-arm64.raw.xz", { platform: "metal", architecture: "arm64", format: "raw", compression: "xz" }],
    [
        "digital-ocean-amd64.raw.gz",
        { platform: "digital-ocean", architecture: "amd64", format: "raw", compression: "gz" },
    ],
    ["gcp-amd64.raw.tar.gz", { platform: "gcp", architecture: "amd64", format: "raw", compression: "tar.gz" }],
    ["nocloud-amd64-secureboot.iso", { platform: "nocloud", architecture: "amd64", format: "iso" }],
    ["oracle-arm64.qcow2", { platform: "oracle", architecture: "arm64", format: "qcow2" }],
])("the file name %s is understood", (file, expected) => {
    expect(parseFileName(file)).toEqual(expected);
});
