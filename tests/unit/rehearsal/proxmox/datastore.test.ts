import { beforeEach, expect, test } from "vitest";
import { homelab, homelabNode } from "../../../../rehearsal/sites/homelab";
import type { Site } from "../../../../rehearsal/world/site";
import { Actor, imageArgs, proxmoxConfig } from "../homelab-world";
import { fileType, withoutEnvironment } from "./stage";

beforeEach(withoutEnvironment);

/** The homelab's hypervisor with other nodes. */
function siteOf(nodes: Record<string, typeof homelabNode>): Site {
    return { ...homelab, proxmox: [{ endpoint: "https://10.10.0.10:8006/", version: "8.4.1", nodes }] };
}

test("each node has a file of its own on a local datastore", async () => {
    const two = new Actor({ site: siteOf({ "pve-0": homelabNode, "pve-1": homelabNode }) });
    const only = await two.image("nocloud", { nodeName: "pve-0" });
    await expect(two.vm("c0", 140, only, { nodeName: "pve-0" })).resolves.toMatchObject({ id: "140" });
    await expect(two.vm("c1", 141, only, { nodeName: "pve-1" })).rejects.toThrow(`volume '${only}' does not exist`);
    await two.create(
        fileType,
        "other",
        { ...imageArgs(two.world.factory.submit("")), nodeName: "pve-1" },
        proxmoxConfig,
    );
});

test("a directory datastore lets a node hold what the site's own does not", async () => {
    const datastores = { ...homelabNode.datastores, local: { content: ["iso"], sizeGiB: 100 } };
    const bare = new Actor({ site: siteOf({ pve: { ...homelabNode, datastores } }) });
    const schematic = bare.world.factory.submit("");
    await expect(bare.create(fileType, "image", imageArgs(schematic), proxmoxConfig)).rejects.toThrow(
        "storage 'local' is not configured for content-type 'import'",
    );
    const type = "proxmoxve:storage/directory:Directory";
    const args = { resourceId: "images", path: "/var/lib/images", contents: ["import"] };
    await bare.create(type, "images", args, proxmoxConfig);
    await bare.create(fileType, "image", { ...imageArgs(schematic), datastoreId: "images" }, proxmoxConfig);
    await expect(bare.create(type, "again", args, proxmoxConfig)).rejects.toThrow(
        "storage ID 'images' already defined",
    );
    await expect(
        bare.create(type, "bad", { ...args, resourceId: "b", contents: ["imports"] }, proxmoxConfig),
    ).rejects.toThrow("expected contents to be one of");
    await bare.behaviour(type).delete("images", args, bare.operation(type, "images", proxmoxConfig));
    expect(bare.world.remains()).toEqual([]);
});

test("a datastore of one node is not on another", async () => {
    const { local = { content: [], sizeGiB: 0 }, ...others } = homelabNode.datastores;
    const site: Site = {
        ...homelab,
        proxmox: [
            {
                endpoint: "https://10.10.0.10:8006/",
                version: "8.4.1",
                nodes: {
                    "pve-0": { ...homelabNode, datastores: { ...others, local } },
                    "pve-1": { ...homelabNode, datastores: { local } },
                },
            },
        ],
    };
    const two = new Actor({ site });
    const only = await two.image("nocloud", { nodeName: "pve-1" });
    await expect(two.vm("c0", 140, only, { nodeName: "pve-1" })).rejects.toThrow(
        "storage 'local-lvm' is not available on node 'pve-1'",
    );
});
