import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import { expect, test } from "vitest";
import { ImageStore } from "../../../components/hypervisor/image-store";
import { TalosImage } from "../../../components/hypervisor/talos-image";
import { named, synth } from "../../harness/synth";

const program = () => {
    const provider = new proxmoxve.Provider("api", {});
    const { datastore } = new ImageStore("store", { provider, datastore: "images", path: "/var/lib/strata" });
    return new TalosImage("image", {
        provider,
        version: "v1.10.5",
        extensions: [],
        architecture: "arm64",
        datastores: { "ampere-1": datastore },
    }).volumes;
};

test("a datastore for images takes nothing but them, and is made with its folder", async () => {
    expect(named(await synth(program), "store-directory").inputs).toEqual({
        resourceId: "images",
        path: "/var/lib/strata",
        contents: ["import"],
        createBasePath: true,
    });
});

test("its name is known at preview and carries the edge to it", async () => {
    const graph = await synth(program);
    expect(named(graph, "image-ampere-1").inputs).toMatchObject({ datastoreId: "images", nodeName: "ampere-1" });
    expect(named(graph, "image-ampere-1").dependencies).toContain("store-directory");
});

test("an image for Arm is another file from another address than one for x86", async () => {
    const { fileName, url } = named(await synth(program, { preview: false }), "image-ampere-1").inputs;
    expect(fileName).toBe("talos-v1.10.5-ce4c9805-nocloud-arm64.qcow2");
    expect(url).toBe("https://factory.talos.dev/image/image-schematic-id/v1.10.5/nocloud-arm64.qcow2");
});
