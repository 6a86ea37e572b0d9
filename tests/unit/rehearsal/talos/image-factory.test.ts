import { beforeEach, expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[Properties, Properties]>([
    [
        { platform: "nocloud" },
        {
            installer: "factory.talos.dev/nocloud-installer/abc:v1.10.5",
            diskImage: "https://factory.talos.dev/image/abc/v1.10.5/nocloud-amd64.raw.xz",
        },
    ],
    [
        { platform: "metal", architecture: "arm64" },
        { iso: "https://factory.talos.dev/image/abc/v1.10.5/metal-arm64.iso" },
    ],
    [
        { platform: "oracle", architecture: "arm64" },
        { diskImage: "https://factory.talos.dev/image/abc/v1.10.5/oracle-arm64.qcow2" },
    ],
])("the addresses of %j follow the factory's grammar", async (args, expected) => {
    const made = await stage.actor.invoke("talos:imageFactory/getUrls:getUrls", {
        schematicId: "abc",
        talosVersion: "v1.10.5",
        ...args,
    });
    expect(made.urls).toMatchObject(expected);
});

test.each<[Properties, string]>([
    [{ platform: "proxmox" }, "failed to find platform: proxmox"],
    [{ platform: "nocloud", talosVersion: "latest" }, "talos_version is not valid"],
])("addresses of %j are refused", async (args, words) => {
    await expect(
        stage.actor.invoke("talos:imageFactory/getUrls:getUrls", {
            schematicId: "abc",
            talosVersion: "v1.10.5",
            ...args,
        }),
    ).rejects.toThrow(words);
});

test("versions and extensions are those the factory serves; names are matched by parts", async () => {
    const { talosVersions } = await stage.actor.invoke("talos:imageFactory/getVersions:getVersions", {});
    expect(talosVersions).toContain("v1.10.5");
    const names = async (args: Properties) => {
        const made = await stage.actor.invoke("talos:imageFactory/getExtensionsVersions:getExtensionsVersions", {
            talosVersion: "v1.10.5",
            ...args,
        });
        return (made.extensionsInfos as Properties[]).map(({ name }) => name);
    };
    expect(await names({ filters: { names: ["iscsi-tools"] } })).toEqual([
        "siderolabs/iscsi-tools",
        "siderolabs/trident-iscsi-tools",
    ]);
    expect(await names({ exactFilters: { names: ["siderolabs/iscsi-tools"] } })).toEqual(["siderolabs/iscsi-tools"]);
    await expect(names({ talosVersion: "v0.1.0" })).rejects.toThrow("version v0.1.0 is not available");
});

test("a schematic that is not YAML is refused", async () => {
    await expect(
        stage.actor.create("talos:imageFactory/schematic:Schematic", "s", { schematic: "customization: [" }),
    ).rejects.toThrow("failed to create schematic: failed to unmarshal schematic: yaml");
});
