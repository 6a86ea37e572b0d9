/** What the Proxmox VE image has to bring beside its network, since nothing else brings it. */
import * as fs from "node:fs";
import { expect, test } from "vitest";

const recipe = fs.readFileSync("images/recipe/proxmox.sh", "utf8");

/** Packages that are installed inside the image, from Proxmox's repositories and Debian's. */
const installed = (/apt-get install -qy ([^"]+)"/.exec(recipe)?.[1] ?? "").split(" ");

test("Ceph is of the first release Proxmox builds for arm64, with every package `pveceph install` names", () => {
    expect(recipe).toContain('"ceph-tentacle no-subscription"');
    // pve-manager, PVE/CLI/pveceph.pm, @ceph_packages.
    const named = ["ceph", "ceph-common", "ceph-fuse", "ceph-mds", "ceph-volume", "gdisk", "nvme-cli"];
    expect(installed).toEqual(expect.arrayContaining(named));
});
