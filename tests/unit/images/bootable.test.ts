import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;

beforeEach(() => {
    root = fs.mkdtempSync(path.join(os.tmpdir(), "strata-root-"));
    fs.mkdirSync(path.join(root, "boot"));
});

afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

function kernel(version: string, { initrd = true } = {}): void {
    fs.writeFileSync(path.join(root, `boot/vmlinuz-${version}`), "");
    if (initrd) {
        fs.writeFileSync(path.join(root, `boot/initrd.img-${version}`), "");
    }
}

const bootable = () => spawnSync("bash", ["images/recipe/bootable.sh", root], { encoding: "utf8" });
const links = () => ["vmlinuz", "initrd.img"].map((name) => fs.readlinkSync(path.join(root, name)));

/** Runs a hook the way a kernel package does: all of its folder. */
function upgrade(folder: "postinst.d" | "postrm.d") {
    const hook = path.join(root, "etc/kernel", folder, "zz-boot-links");
    return spawnSync(hook, ["6.17.4-1-pve", "/boot/vmlinuz-6.17.4-1-pve"], {
        encoding: "utf8",
        env: { ...process.env, DPKG_ROOT: root },
    });
}

test("what the boot menu names is the newest kernel, where the kernel's package links nothing", () => {
    kernel("6.17.4-1-pve");
    kernel("6.17.13-2-pve");
    expect(bootable()).toMatchObject({ status: 0, stderr: "" });
    expect(links()).toEqual(["boot/vmlinuz-6.17.13-2-pve", "boot/initrd.img-6.17.13-2-pve"]);
    const menu = fs.readFileSync(path.join(root, "boot/grub/grub.cfg"), "utf8");
    expect(menu).toContain("linux /vmlinuz root=LABEL=root");
    expect(menu).toContain("initrd /initrd.img");
});

test("links of Debian's own kernel package stay as they are", () => {
    kernel("6.1.0-41-cloud-arm64");
    fs.symlinkSync("boot/vmlinuz-6.1.0-41-cloud-arm64", path.join(root, "vmlinuz"));
    fs.symlinkSync("boot/initrd.img-6.1.0-41-cloud-arm64", path.join(root, "initrd.img"));
    expect(bootable().status).toBe(0);
    expect(links()).toEqual(["boot/vmlinuz-6.1.0-41-cloud-arm64", "boot/initrd.img-6.1.0-41-cloud-arm64"]);
});

test("an upgrade moves the links, and so does taking the newest kernel away", () => {
    kernel("6.17.4-1-pve");
    bootable();
    kernel("6.17.9-1-pve");
    expect(upgrade("postinst.d")).toMatchObject({ status: 0, stderr: "" });
    expect(links()).toEqual(["boot/vmlinuz-6.17.9-1-pve", "boot/initrd.img-6.17.9-1-pve"]);
    fs.rmSync(path.join(root, "boot/vmlinuz-6.17.9-1-pve"));
    expect(upgrade("postrm.d").status).toBe(0);
    expect(links()).toEqual(["boot/vmlinuz-6.17.4-1-pve", "boot/initrd.img-6.17.4-1-pve"]);
});

test("a kernel whose initrd is not there yet is not booted", () => {
    kernel("6.17.4-1-pve");
    kernel("6.17.9-1-pve", { initrd: false });
    expect(bootable().status).toBe(0);
    expect(links()[0]).toBe("boot/vmlinuz-6.17.4-1-pve");
});

test.each([
    ["no kernel", () => {}],
    ["a kernel without initrd", () => kernel("6.17.9-1-pve", { initrd: false })],
])("an image with %s is refused in one sentence", (_, made) => {
    made();
    const { status, stderr } = bootable();
    expect(status).toBe(1);
    expect(stderr).toBe(
        "bootable.sh: no kernel with an initrd is in /boot of the image: none of its packages brought one\n",
    );
});

test("both recipes make their root bootable after the last package", () => {
    for (const name of ["debian-base.sh", "proxmox.sh"]) {
        const recipe = fs.readFileSync(`images/recipe/${name}`, "utf8");
        expect(recipe).toContain(`--customize-hook="bash '$recipes/bootable.sh' \\"\\$1\\""`);
        expect(recipe.indexOf("bootable.sh'")).toBeGreaterThan(recipe.lastIndexOf("apt-get install"));
    }
});
