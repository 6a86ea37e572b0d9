/** Section `storage`: Rook-Ceph on the machines' storage disks. */

import { z } from "zod";
import { address } from "./address";
import { type Mistake, sentence } from "./mistake";

const image = z.string().regex(/^[a-z0-9./-]+:v?\d+\.\d+[a-z0-9.-]*$/, {
    error: "an image with a complete version, e.g. quay.io/ceph/ceph:v19.2.3",
});

const kubernetesName = z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, { error: "lower-case letters, digits and dashes" });

/** What a stack may say about its storage. */
export const storageSection = z
    .strictObject({
        version: z
            .string()
            .regex(/^v\d+\.\d+\.\d+$/, { error: "a complete chart version, e.g. v1.18.11" })
            .default("v1.18.11")
            .describe(
                "Version of the rook-ceph chart. Default v1.18.11: the 1.18 line supports Kubernetes 1.29 to 1.34 (Rook, v1.18.0 release notes).",
            ),
        image: image
            .default("quay.io/ceph/ceph:v19.2.3")
            .describe("Image of Ceph. Default quay.io/ceph/ceph:v19.2.3, the one Rook 1.18 is released with."),
        monitors: z
            .array(z.string())
            .min(1, { error: "at least one node" })
            .describe(
                "Names of the nodes that carry a Ceph monitor, one each. More than half of them must be up: two need both, three survive the loss of one.",
            ),
        managers: z
            .int()
            .min(1)
            .max(2, { error: "1 or 2: Rook runs no more managers" })
            .default(2)
            .describe("Ceph managers: one is active, the second takes over. Default 2."),
        size: z
            .int()
            .min(1)
            .max(9)
            .default(2)
            .describe("Copies of every object, each on another host. Default 2, as the homelab's document says."),
        minSize: z
            .int()
            .min(1)
            .max(9)
            .default(1)
            .describe(
                "Copies that must be there for a read or a write. Default 1, as the homelab keeps working with one of its two hosts; 2 with size 3 is what never writes a single copy.",
            ),
        storageClass: kubernetesName
            .default("ceph-block")
            .describe("Name of the default StorageClass, and of the pool behind it. Default ceph-block."),
        deviceLink: z
            .string()
            .regex(/^\/dev\/disk\/by-(id|path)\/\S+$/, {
                error: "a link under /dev/disk/by-id or /dev/disk/by-path: names like /dev/sdb can swap at boot",
            })
            .default("/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{serial}")
            .describe(
                "Link by which a node finds its storage disk, with {serial} in the place of the disk's serial. Default: the link udev makes of a QEMU SCSI disk that has a serial, as Proxmox VE 8 starts it. Proxmox VE 9 names the drive instead: `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi1`.",
            ),
        toolbox: z
            .boolean()
            .default(false)
            .describe("A pod with the `ceph` command, for looking and mending. Default false."),
        dashboardAddress: address()
            .exactOptional()
            .describe(
                "Fixed address of Ceph's dashboard, out of the LoadBalancer pool. Default: none, the page is reached by `kubectl port-forward`.",
            ),
        confirmDestroy: z
            .literal("yes-really-destroy-data", { error: "the words yes-really-destroy-data, or nothing" })
            .exactOptional()
            .describe(
                "Set to yes-really-destroy-data, and updated before it, a removal of Ceph wipes the storage disks. Default: none, the disks keep their data.",
            ),
    })
    .describe("Replicated block storage: Rook-Ceph.");

/** The section as the program reads it: every default filled in. */
export type StorageConfig = z.output<typeof storageSection>;

/** What the checks of this section need to know of the machines. */
export interface StorageSurroundings {
    /** Names of all nodes. */
    readonly nodes: readonly string[];
    /** Names of the nodes with a storage disk. */
    readonly withStorageDisk: readonly string[];
}

/** What is wrong with the section in this stack, one sentence each; empty where nothing is. */
export function storageMistakes(storage: StorageConfig, around: StorageSurroundings): readonly string[] {
    const hosts = new Set(around.withStorageDisk).size;
    const monitors = "strata:storage.monitors";
    const mistakes: Mistake[] = [
        ...storage.monitors
            .filter((node) => !around.nodes.includes(node))
            .map((value) => ({ key: monitors, value, expected: `names of machines (${around.nodes.join(", ")})` })),
        ...storage.monitors
            .filter((node, turn) => storage.monitors.indexOf(node) !== turn)
            .map((value) => ({ key: monitors, value, expected: "each machine once: it carries one monitor" })),
        ...(storage.size > hosts
            ? [
                  {
                      key: "strata:storage.size",
                      value: storage.size,
                      expected: `at most ${hosts}, the machines with a storage disk: no two copies share one`,
                  },
              ]
            : []),
        ...(storage.minSize > storage.size
            ? [
                  {
                      key: "strata:storage.minSize",
                      value: storage.minSize,
                      expected: `at most strata:storage.size ${storage.size}`,
                  },
              ]
            : []),
    ];
    return mistakes.map(sentence);
}
