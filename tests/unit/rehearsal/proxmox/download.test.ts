import { beforeEach, expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { imageArgs, proxmoxConfig } from "../homelab-world";
import { fileType, Stage } from "./stage";

let stage: Stage;

beforeEach(async () => {
    stage = await Stage.open();
});

test.each<[string, Properties, string]>([
    [
        "a node that is not there",
        { nodeName: "pve9" },
        "Could not get file metadata, unexpected error: received an HTTP 500 response - Reason: hostname lookup 'pve9' failed",
    ],
    ["a datastore that is not there", { datastoreId: "tank" }, "storage 'tank' does not exist"],
    [
        "a content the datastore is not for",
        { datastoreId: "local-lvm" },
        "storage 'local-lvm' is not configured for content-type 'import'",
    ],
    ["an ending the content does not take", { fileName: "talos.img" }, "invalid filename or wrong extension"],
    [
        "a version the factory does not serve",
        {
            url: "https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.10.99/nocloud-amd64.qcow2",
        },
        "version v1.10.99 is not available",
    ],
    [
        "a packed image",
        {
            url: "https://factory.talos.dev/image/376567988ad370138ad8b2698212367b8edcb69b5fd68c80be1f2ec7d603b4ba/v1.10.5/nocloud-amd64.raw.xz",
            fileName: "talos.raw",
        },
        "invalid filename or wrong extension",
    ],
    [
        "a file that is there already",
        { fileName: "talos-nocloud.qcow2" },
        "refusing to override existing file 'talos-nocloud.qcow2'",
    ],
    ["an address that is none", { url: "ftp://example.org/a.qcow2" }, "must match HTTP URL regex"],
    [
        "a content type there is none of",
        { contentType: "disk" },
        'expected content_type to be one of ["iso" "vztmpl" "import"], got disk',
    ],
])("a download with %s is refused", async (_, overrides, words) => {
    const schematic = stage.actor.world.factory.submit("");
    const args = { ...imageArgs(schematic), fileName: "second.qcow2", ...overrides };
    await expect(stage.actor.create(fileType, "image", args, proxmoxConfig)).rejects.toThrow(words);
});

test("a file that is there already is overwritten where that is asked", async () => {
    const schematic = stage.actor.world.factory.submit("");
    const again = { ...imageArgs(schematic), overwriteUnmanaged: true };
    await expect(stage.actor.create(fileType, "image", again, proxmoxConfig)).resolves.toMatchObject({
        id: stage.image,
    });
});
