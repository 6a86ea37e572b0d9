import fc from "fast-check";
import { expect, test } from "vitest";
import { storageMistakes, storageSection } from "../../../config/storage";

const around = { nodes: ["c0", "w0", "w1"], withStorageDisk: ["w0", "w1"] };
const parsed = (more: object = {}) => storageSection.parse({ monitors: ["w0", "w1"], ...more });

test("monitors are all a stack has to say; the rest is the homelab's", () => {
    expect(parsed()).toEqual({
        version: "v1.18.11",
        image: "quay.io/ceph/ceph:v19.2.3",
        monitors: ["w0", "w1"],
        managers: 2,
        size: 2,
        minSize: 1,
        storageClass: "ceph-block",
        deviceLink: "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{serial}",
        toolbox: false,
    });
    expect(storageMistakes(parsed(), around)).toEqual([]);
});

test.each([
    ["an image without a version", { image: "quay.io/ceph/ceph:latest" }],
    ["an image with half a version", { image: "quay.io/ceph/ceph:v19" }],
    ["a device name that can swap at boot", { deviceLink: "/dev/sdb" }],
    ["no monitor at all", { monitors: [] }],
    ["three managers", { managers: 3 }],
    ["other words than Rook's to wipe the disks", { confirmDestroy: "yes" }],
])("fails on %s", (_, more) => {
    expect(storageSection.safeParse({ monitors: ["w0", "w1"], ...more }).success).toBe(false);
});

test("Proxmox VE 9's link, the same on every machine, is taken", () => {
    const deviceLink = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi1";
    expect(parsed({ deviceLink }).deviceLink).toBe(deviceLink);
});

test.each([
    [
        "a monitor on a machine that is none",
        { monitors: ["w0", "w2"] },
        ['strata:storage.monitors is "w2", expected names of machines (c0, w0, w1).'],
    ],
    [
        "two monitors on one machine",
        { monitors: ["w0", "w0"] },
        ['strata:storage.monitors is "w0", expected each machine once: it carries one monitor.'],
    ],
    [
        "more copies than machines to keep them",
        { size: 3 },
        ["strata:storage.size is 3, expected at most 2, the machines with a storage disk: no two copies share one."],
    ],
    [
        "more copies needed than there are",
        { minSize: 3 },
        ["strata:storage.minSize is 3, expected at most strata:storage.size 2."],
    ],
])("fails on %s, in one sentence", (_, more, expected) => {
    expect(storageMistakes(parsed(more), around)).toEqual(expected);
});

test("whatever the numbers, copies fit exactly when there are machines for them and no fewer than must be there", () => {
    const count = fc.integer({ min: 1, max: 9 });
    fc.assert(
        fc.property(count, count, fc.integer({ min: 0, max: 9 }), (size, minSize, disks) => {
            const withStorageDisk = Array.from({ length: disks }, (_, turn) => `w${turn}`);
            const mistakes = storageMistakes(parsed({ size, minSize }), { ...around, withStorageDisk });
            expect(mistakes).toHaveLength((size > disks ? 1 : 0) + (minSize > size ? 1 : 0));
        }),
    );
});
