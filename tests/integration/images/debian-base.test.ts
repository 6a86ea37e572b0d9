import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debianRootMiB } from "../../../images/disk-layout";
import { imagesIn, oversize } from "../../../images/sizes";

const recipe = path.join(__dirname, "..", "..", "..", "images", "recipe", "debian-base.sh");
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-images-"));
const image = path.join(folder, "debian-base.qcow2");
const raw = path.join(folder, "disk.raw");
const root = path.join(folder, "root.ext4");
const esp = path.join(folder, "esp.fat");
const sector = 512;

function run(command: string, ...args: string[]): string {
    return execFileSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}

/** A file or folder of the image's root file system, as debugfs reads it. */
function inside(request: string): string {
    return run("debugfs", "-R", request, root);
}

/** The image's partitions: number to first sector, sectors and name. */
function partitions(): Map<number, { start: number; size: number; name: string; type: string }> {
    const table = JSON.parse(run("sfdisk", "--json", raw)).partitiontable as {
        label: string;
        partitions: { node: string; start: number; size: number; name: string; type: string }[];
    };
    expect(table.label).toBe("gpt");
    return new Map(table.partitions.map((partition, index) => [index + 1, partition]));
}

beforeAll(() => {
    execFileSync("bash", [recipe, image, String(debianRootMiB)], { stdio: ["ignore", "inherit", "inherit"] });
    run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, raw);
    for (const [number, file] of [
        [1, esp],
        [2, root],
    ] as const) {
        const partition = partitions().get(number);
        run(
            "dd",
            `if=${raw}`,
            `of=${file}`,
            `bs=${sector}`,
            `skip=${partition?.start}`,
            `count=${partition?.size}`,
            "conv=sparse",
            "status=none",
        );
    }
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test("the disk is GPT with an EFI system partition and a root", () => {
    const found = [...partitions().values()].map(({ name, type }) => [name, type]);
    expect(found).toEqual([
        ["EFI", "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"],
        // The discoverable-partitions type of a 64-bit ARM root.
        ["root", "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"],
    ]);
});

test("the firmware finds a boot loader for 64-bit ARM, which finds the kernel", () => {
    const loader = path.join(folder, "loader.efi");
    run("mcopy", "-i", esp, "::/EFI/BOOT/BOOTAA64.EFI", loader);
    // PE header: machine type 0xAA64 stands four bytes behind its signature.
    const bytes = fs.readFileSync(loader);
    const header = bytes.readUInt32LE(0x3c);
    expect(bytes.toString("latin1", header, header + 2)).toBe("PE");
    expect(bytes.readUInt16LE(header + 4)).toBe(0xaa64);
    expect(run("mtype", "-i", esp, "::/EFI/debian/grub.cfg")).toContain("search --set=root --label root");
    expect(inside("cat /boot/grub/grub.cfg")).toContain("linux /vmlinuz root=LABEL=root");
    for (const link of ["/vmlinuz", "/initrd.img"]) {
        const target = /Fast link dest: "(.*)"/.exec(inside(`stat ${link}`))?.[1];
        expect(target).toMatch(/^boot\//);
        expect(inside(`stat /${target}`)).toMatch(/Type: regular/);
    }
});

test("the root file system is a sound ext4 of Debian 12 for 64-bit ARM", () => {
    run("e2fsck", "-fn", root);
    expect(run("blkid", "-o", "value", "-s", "LABEL", root).trim()).toBe("root");
    expect(inside("cat /etc/debian_version")).toMatch(/^12\./);
    expect(inside("cat /var/lib/dpkg/arch")).toMatch(/^arm64/);
});

test("cloud-init reads Oracle's metadata, and SSH takes keys only", () => {
    expect(inside("cat /etc/cloud/cloud.cfg.d/90-datasource.cfg")).toContain("datasource_list: [Oracle");
    expect(inside("stat /usr/bin/cloud-init")).toMatch(/Type: regular/);
    expect(inside("cat /etc/ssh/sshd_config.d/50-keys-only.conf")).toContain("PasswordAuthentication no");
    expect(inside("stat /etc/systemd/system/multi-user.target.wants/ssh.service")).toMatch(/Type: symlink/);
});

test("DNS servers are those the network names, not the build host's", () => {
    expect(inside("stat /etc/resolv.conf")).toContain('Fast link dest: "../run/systemd/resolve/stub-resolv.conf"');
    expect(inside("stat /usr/lib/systemd/systemd-resolved")).toMatch(/Type: regular/);
    expect(inside("stat /etc/systemd/system/sysinit.target.wants/systemd-resolved.service")).toMatch(/Type: symlink/);
    expect(inside("ls -p /etc")).not.toContain(".resolv.conf.systemd-resolved.bak");
});

test("no two machines share an identity: no host keys, no machine id", () => {
    expect(inside("ls -p /etc/ssh")).not.toMatch(/ssh_host_/);
    expect(inside("cat /etc/machine-id")).toBe("");
});

test("it fits into the free object storage by far", () => {
    const images = imagesIn(folder);
    expect(images.map(({ name }) => name)).toEqual(["debian-base.qcow2"]);
    expect(oversize(images, 20)).toBeUndefined();
});
