import { expect, test } from "vitest";
import { devicePath, qemuScsiLink } from "../../../components/machines/disk-link";
import { blockPoolSpec, type CephClusterSpecArgs, cephClusterSpec } from "../../../components/storage/ceph-cluster";

const homelab: CephClusterSpecArgs = {
    image: "quay.io/ceph/ceph:v19.2.3",
    monitors: ["w0", "w1"],
    managers: 2,
    disks: [
        { node: "w0", serial: "w0-storage" },
        { node: "w1", serial: "w1-storage" },
    ],
    deviceLink: qemuScsiLink,
    size: 2,
    minSize: 1,
    tainted: ["c0"],
};

const hosts = (spec: { readonly nodeAffinity: object }) => JSON.stringify(spec.nodeAffinity).match(/\["[^\]]*"\]/)?.[0];

test("there is one monitor for each node named, never two on one", () => {
    const { mon, placement } = cephClusterSpec(homelab);
    expect(mon).toEqual({ count: 2, allowMultiplePerNode: false });
    expect(hosts(placement.mon)).toBe('["w0","w1"]');
});

test("a monitor on a tainted control plane tolerates the taint, one on a worker tolerates nothing", () => {
    const third = cephClusterSpec({ ...homelab, monitors: ["w0", "w1", "c0"] });
    expect(third.placement.mon.tolerations).toEqual([
        { key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" },
    ]);
    expect(third.placement.osd).not.toHaveProperty("tolerations");
    expect(cephClusterSpec(homelab).placement.mon).not.toHaveProperty("tolerations");
});

test("Ceph's own pools keep as many copies as there are hosts for, or it would warn for ever", () => {
    expect(cephClusterSpec(homelab).cephConfig.global).toEqual({
        osd_pool_default_size: "2",
        osd_pool_default_min_size: "1",
    });
});

test("the disks keep their data unless the words are said", () => {
    expect(cephClusterSpec(homelab).cleanupPolicy.confirmation).toBe("");
    expect(cephClusterSpec({ ...homelab, confirmDestroy: "yes-really-destroy-data" }).cleanupPolicy.confirmation).toBe(
        "yes-really-destroy-data",
    );
});

test("the monitors' data survives a reboot on the node", () => {
    expect(cephClusterSpec(homelab).dataDirHostPath).toBe("/var/lib/rook");
});

test("the dashboard is on", () => {
    expect(cephClusterSpec(homelab).dashboard).toEqual({ enabled: true, ssl: true });
});

test("only a single copy goes without the guard against a single copy", () => {
    expect(blockPoolSpec({ size: 1, minSize: 1 }).replicated).toEqual({ size: 1, requireSafeReplicaSize: false });
    expect(blockPoolSpec({ size: 3, minSize: 2 })).toEqual({
        failureDomain: "host",
        replicated: { size: 3, requireSafeReplicaSize: true },
        parameters: { min_size: "2" },
    });
});

test("a disk is named by the link of its serial, of which QEMU shows twenty characters", () => {
    expect(devicePath(qemuScsiLink, "w0-storage")).toBe("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_w0-storage");
    expect(devicePath("/dev/disk/by-id/{serial}", "abcdefghijklmnopqrstuvwxyz")).toBe(
        "/dev/disk/by-id/abcdefghijklmnopqrst",
    );
});

test("a link without the serial in it is the same on every machine, as Proxmox VE 9 names disks", () => {
    const link = "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi1";
    expect(devicePath(link, "w1-storage")).toBe(link);
});
