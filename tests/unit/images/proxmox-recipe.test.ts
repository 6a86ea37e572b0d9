/** What the Proxmox VE image has to bring beside its network, since nothing else brings it. */
import * as fs from "node:fs";
import { expect, test } from "vitest";
import { enterpriseSources, timeDaemon } from "../../../images/proxmox-image";

const recipe = fs.readFileSync("images/recipe/proxmox.sh", "utf8");

/** Packages that are installed inside the image, from Proxmox's repositories and Debian's. */
const installed = (/apt-get install -qy ([^"]+)"/.exec(recipe)?.[1] ?? "").split(" ");

test("Ceph is of the first release Proxmox builds for arm64, with every package `pveceph install` names", () => {
    expect(recipe).toContain('"ceph-tentacle no-subscription"');
    // pve-manager, PVE/CLI/pveceph.pm, @ceph_packages.
    const named = ["ceph", "ceph-common", "ceph-fuse", "ceph-mds", "ceph-volume", "gdisk", "nvme-cli"];
    expect(installed).toEqual(expect.arrayContaining(named));
});

test("the hosts' clocks are kept together, by the time Oracle serves to each instance", () => {
    expect(installed).toContain(timeDaemon);
    expect(recipe).toMatch(
        /^printf 'server 169\.254\.169\.254 iburst\\n' >"\$work\/overlay\/etc\/chrony\/sources\.d\/oracle\.sources"$/m,
    );
});

test("the repository that asks for a subscription is off once pve-manager has brought it, and apt is tried without it", () => {
    const off = recipe.indexOf(`sed -i "/^Types:/a Enabled: false" "$1${enterpriseSources}"`);
    expect(off).toBeGreaterThan(recipe.indexOf("apt-get install"));
    expect(recipe.indexOf('chroot "$1" apt-get update', off)).toBeGreaterThan(off);
});
