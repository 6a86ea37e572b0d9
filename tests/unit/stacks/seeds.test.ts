import { describe, expect, test } from "vitest";
import type { InProcessStack } from "../../../rehearsal/engine/in-process";
import { stackInProcess } from "../../harness/rehearsed";

/** `machine device` of every OSD. */
function osdDevices({ world }: InProcessStack): string[] {
    return world.proxmox.machines.flatMap(({ name, disks }) =>
        disks.filter(({ content }) => content === "osd").map(({ device, serial }) => `${name} ${device} ${serial}`),
    );
}

describe.each(["homelab", "homelab-ha", "oci-free", "oci-free-2026"])("%s", (name) => {
    test.each([1, 2, 3, 4, 5, 6])("comes up, stays as it is and goes away again with seed %i", async (seed) => {
        const stack = stackInProcess(name, seed);
        expect((await stack.up()).errors).toEqual([]);
        expect(stack.world.audit()).toEqual([]);
        expect((await stack.up()).changed).toEqual([]);
        expect((await stack.destroy()).errors).toEqual([]);
        expect(stack.world.remains()).toEqual([]);
    });
});

test("disks that swap their names between boots keep their use, for it goes by serial", async () => {
    const seen = new Set<string>();
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
        const stack = stackInProcess("homelab", seed);
        expect((await stack.up()).errors).toEqual([]);
        for (const line of osdDevices(stack)) {
            seen.add(line);
        }
    }
    expect([...seen].sort()).toEqual([
        "w0 /dev/sda osd-150",
        "w0 /dev/sdb osd-150",
        "w1 /dev/sda osd-151",
        "w1 /dev/sdb osd-151",
    ]);
});
