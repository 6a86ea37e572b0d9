import { createHash } from "node:crypto";
import * as proxmoxve from "@muhlba91/pulumi-proxmoxve";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { imageFileName, schematicYaml, TalosImage } from "../../../components/hypervisor/talos-image";
import { listed, named, synth } from "../../harness/synth";

const schematicId = "ce4c980550dd2ab1b17bbf2b08801c7eb59418eafe8f279833297925d67c7515";
const file = "talos-v1.10.5-ce4c9805-nocloud-amd64.qcow2";

function image(options: { readonly preview: boolean }) {
    return synth(() => {
        const { installer, volumes } = new TalosImage("image", {
            provider: new proxmoxve.Provider("api", {}),
            version: "v1.10.5",
            extensions: [],
            datastores: { pve: "local", "pve-1": "shared" },
        });
        return { installer, volumes };
    }, options);
}

test("the schematic with the guest agent alone is the one whose id Talos's own guide for Proxmox names", () => {
    expect(createHash("sha256").update(schematicYaml([])).digest("hex")).toBe(schematicId);
});

test("the order in which extensions are named changes nothing, nor does naming the guest agent again", () => {
    expect(schematicYaml(["siderolabs/util-linux-tools", "siderolabs/iscsi-tools"])).toBe(
        schematicYaml(["siderolabs/iscsi-tools", "siderolabs/qemu-guest-agent", "siderolabs/util-linux-tools"]),
    );
});

test("the schematic with iscsi-tools, the guest agent and util-linux-tools has the id others found for it", () => {
    const yaml = schematicYaml(["siderolabs/iscsi-tools", "siderolabs/util-linux-tools"]);
    expect(createHash("sha256").update(yaml).digest("hex")).toMatch(/^88d1f7a5[0-9a-f]+040b$/);
});

test("two different images never share a file name, or a replaced one would be deleted with the old", () => {
    const one = fc.record({
        version: fc.constantFrom("v1.10.5", "v1.10.6", "v1.11.0"),
        extensions: fc.uniqueArray(fc.constantFrom("siderolabs/iscsi-tools", "siderolabs/nfsd", "siderolabs/zfs")),
    });
    fc.assert(
        fc.property(one, one, (a, b) => {
            const same = a.version === b.version && schematicYaml(a.extensions) === schematicYaml(b.extensions);
            expect(imageFileName(a.version, a.extensions) === imageFileName(b.version, b.extensions)).toBe(same);
        }),
    );
});

test("the image is one schematic and one download a node, and nothing else", async () => {
    expect(listed(await image({ preview: true }))).toEqual([
        "pulumi:providers:proxmoxve api",
        "strata:hypervisor:TalosImage image",
        "proxmoxve:download/file:File image-pve",
        "proxmoxve:download/file:File image-pve-1",
        "talos:imageFactory/schematic:Schematic image-schematic",
    ]);
});

test("a download asks the API alone for an uncompressed nocloud image of content type import", async () => {
    const graph = await image({ preview: false });
    const expected = { contentType: "import", fileName: file, overwriteUnmanaged: true };
    const { inputs, dependencies, parent } = named(graph, "image-pve-1");
    expect(inputs).toMatchObject({ ...expected, nodeName: "pve-1", datastoreId: "shared" });
    expect(inputs.url).toMatch(/^https:\/\/factory\.talos\.dev\/image\/.+\/v1\.10\.5\/nocloud-amd64\.qcow2$/);
    expect([parent, dependencies]).toEqual(["image", ["image-schematic"]]);
});

test("the installer is of the platform and schematic of the image, or an upgrade would lose both", async () => {
    const { outputs } = await image({ preview: false });
    expect(outputs.installer).toBe("factory.talos.dev/nocloud-installer/image-schematic-id:v1.10.5");
    expect(outputs.volumes).toEqual({ pve: "image-pve-id", "pve-1": "image-pve-1-id" });
});
