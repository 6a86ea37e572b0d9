/** What goes wrong on the way to an Oracle stack: every run after it goes on, and nothing is made twice. */
import { beforeAll, describe, expect, test } from "vitest";
import { parseFault } from "../../../rehearsal/engine/faults";
import type { InProcessRun } from "../../../rehearsal/engine/in-process";
import { inventories } from "../../seeds/001/resources";
import { converges, type Whole, whole } from "./converging";

const names = ["oci-free", "oci-free-2026"] as const;

/** Everything a provider makes in a stack. */
function made(name: (typeof names)[number]): readonly string[] {
    return Object.entries(inventories[name])
        .filter(([type]) => !/^(strata|pulumi):/.test(type))
        .flatMap(([, all]) => all);
}

const said = (runs: readonly InProcessRun[]): string[] =>
    runs.flatMap(({ errors }) => errors.map(({ message }) => message));

describe.each(names)("%s", (name) => {
    let stands: Whole;
    const goesOn = (...faults: readonly string[]) => converges(name, faults.map(parseFault), stands);

    beforeAll(async () => {
        stands = await whole(name);
    });

    test("converges though every single create fails once", async () => {
        const failed = await goesOn(...made(name).map((target) => `create:${target}:once`));
        expect(failed.length).toBeGreaterThan(10);
    }, 120_000);

    test("converges though the engine is killed at every fifth create", async () => {
        const kills = made(name).flatMap((_, index) => (index % 5 === 0 ? [`kill-engine:${index + 1}`] : []));
        expect((await goesOn(...kills)).length).toBe(kills.length);
    }, 120_000);

    test("launches at the sixth try what Oracle had no room for five times, in one run", async () => {
        expect(await goesOn("create:instance-ampere-1:5")).toEqual([]);
    });

    test("fails in Oracle's words where there is no room for longer than it tries, and goes on later", async () => {
        const failed = await goesOn("create:instance-ampere-1:always");
        expect(said(failed)).toEqual([expect.stringContaining("Out of host capacity")]);
    });

    test("waits for a repository that is out of reach: what fetched it fails, and syncs later", async () => {
        const failed = await goesOn("host:github.com");
        expect(said(failed)).toEqual([expect.stringContaining("dial tcp: lookup github.com: no such host")]);
    });
});

describe("oci-free", () => {
    let stands: Whole;
    const goesOn = (...faults: readonly string[]) => converges("oci-free", faults.map(parseFault), stands);

    beforeAll(async () => {
        stands = await whole("oci-free");
    });

    test.each(["ampere-2", "ampere-3"])(
        "joins %s after all where it is lost in the middle of its join",
        async (node) => {
            const failed = await goesOn(`host:${node}@proxmox-cluster-join-cluster-${node}`);
            expect(said(failed)).toEqual(["wait: remote command exited without exit status or exit signal"]);
        },
    );

    test("goes on after each node in turn was lost in the middle of a step, and the bastion on the way to them", async () => {
        const failed = await goesOn(
            "host:ampere-1@proxmox-cluster-create-cluster-ampere-1",
            "host:ampere-2@proxmox-cluster-create-osd-ampere-2",
            "host:ampere-3@proxmox-cluster-install-ceph-ampere-3",
            "host:ampere-1@proxmox-cluster-create-tailscale-container-ampere-1",
            "host:ampere-2@machine-cp-2-boot",
        );
        expect(failed).toHaveLength(5);
        expect(said(await goesOn("host:bastion")).join()).toMatch(
            /failed to connect to host: after \d+ failed attempts: dial tcp .*:22: connect: no route to host/,
        );
    });
});

describe("oci-free-2026", () => {
    test("sends its image again where the upload is cut in the middle, and imports one image", async () => {
        const stands = await whole("oci-free-2026");
        const faults = ["create:instance-image-archive:once", "create:instance-image-image:once"].map(parseFault);
        expect(said(await converges("oci-free-2026", faults, stands))).toEqual([
            expect.stringMatching(
                /^failed to upload object parts of "0x\w+" to the Oracle cloud: Put ".+": write: connection reset by peer$/,
            ),
            "oci:Core/image:Image: connection reset by peer",
        ]);
    });
});
