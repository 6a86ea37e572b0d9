import * as fs from "node:fs";
import { expect, test } from "vitest";
import { proxmoxClusterSchema } from "../../../config/proxmox-cluster";
import { imagesOf } from "../../../images/catalog";
import { espMiB, proxmoxImageMiB, proxmoxRootMiB, tablesMiB } from "../../../images/disk-layout";

const recipe = (name: string) => fs.readFileSync(`images/recipe/${name}`, "utf8");

test("the Proxmox VE image and the OSD of a stack that says nothing fit on Oracle's smallest boot volume", () => {
    const { ceph } = proxmoxClusterSchema.parse({ clusterName: "oci", tailscale: { address: "10.20.0.2" } });
    expect(ceph.osdGiB).toBe(30);
    expect(proxmoxImageMiB + ceph.osdGiB * 1024).toBeLessThanOrEqual(50 * 1024);
});

test("each recipe is handed the size of its root, and knows none of its own", () => {
    for (const { recipe: made } of imagesOf("oracle-proxmox", "v1.10.5")) {
        const text = recipe(made?.script ?? "");
        expect(made?.rootMiB).toBeGreaterThan(0);
        expect(text).toMatch(/^out=\$\{1:\?"\$usage"\} root_mib=\$\{2:\?"\$usage"\}$/m);
        expect(text).toMatch(/^disk "\$work\/root\.tar" "\$work\/grub\.efi" "\$out" "\$root_mib"$/m);
    }
    expect(imagesOf("oracle-proxmox", "v1.10.5").at(-1)?.recipe?.rootMiB).toBe(proxmoxRootMiB);
});

test("boot loader and partition tables take what the layout counts", () => {
    const lib = recipe("lib.sh");
    expect(Number(/esp_mib=(\d+)/.exec(lib)?.[1])).toBe(espMiB);
    const [, first, last] = /\$\(\((\d+) \+ esp_mib \+ root_mib \+ (\d+)\)\)M/.exec(lib) ?? [];
    expect(Number(first) + Number(last)).toBe(tablesMiB);
});

test("the root of a Proxmox VE host never grows into what the OSD takes", () => {
    expect(recipe("proxmox.sh")).toContain('growpart:\\n  mode: "off"\\nresize_rootfs: false');
});
