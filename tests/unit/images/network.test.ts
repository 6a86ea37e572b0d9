import * as fs from "node:fs";
import { expect, test } from "vitest";

const recipe = (name: string) => fs.readFileSync(`images/recipe/${name}`, "utf8");

/** Packages a recipe asks mmdebstrap for. */
const packages = (name: string) =>
    [...recipe(name).matchAll(/--include=(\S+)/g)].flatMap(([, list = ""]) => list.split(","));

/** What a recipe writes into a file of the image, from its here document. */
function written(name: string, file: string): string {
    const [, after = ""] = recipe(name).split(`cat >"$work/overlay${file}" <<'CFG'\n`);
    return after.slice(0, after.indexOf("CFG\n"));
}

test("a Proxmox VE host has the DHCP client that ifupdown2 runs", () => {
    expect(packages("proxmox.sh")).toEqual(expect.arrayContaining(["ifupdown2", "isc-dhcp-client"]));
});

test("a Proxmox VE host takes the interfaces that cloud-init and Proxmox's SDN write, after cloud-init", () => {
    const interfaces = written("proxmox.sh", "/etc/network/interfaces");
    expect(interfaces).toBe("auto lo\niface lo inet loopback\n\nsource /etc/network/interfaces.d/*\n");
    expect(written("proxmox.sh", "/etc/systemd/system/networking.service.d/after-cloud-init.conf")).toBe(
        "[Unit]\nAfter=cloud-init-local.service\nBefore=network.target network-online.target\n",
    );
    // Nothing else that cloud-init could write for, and nothing that forbids it to write.
    expect(packages("proxmox.sh")).not.toContain("netplan.io");
    expect(recipe("proxmox.sh") + recipe("lib.sh")).not.toMatch(/config: *disabled/);
});

test("the base image asks the DNS servers DHCP names", () => {
    expect(packages("debian-base.sh")).toEqual(expect.arrayContaining(["netplan.io", "systemd-resolved"]));
    expect(recipe("debian-base.sh")).toContain('ln -sf ../run/systemd/resolve/stub-resolv.conf "$1/etc/resolv.conf"');
});

test("no image keeps the DNS servers of the machine that built it", () => {
    expect(recipe("debian-base.sh")).toContain('rm -f "$1/etc/.resolv.conf.systemd-resolved.bak"');
    const proxmox = recipe("proxmox.sh");
    expect(proxmox.indexOf(': >"$1/etc/resolv.conf"')).toBeGreaterThan(proxmox.lastIndexOf("apt-get install"));
});
