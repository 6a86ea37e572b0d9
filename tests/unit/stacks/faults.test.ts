import { beforeAll, describe, expect, test } from "vitest";
import { Faults } from "../../../rehearsal/engine/faults";
import { stackInProcess } from "../../harness/rehearsed";
import { madeBy } from "../../seeds/000/resources";
import { converges, type Whole, whole } from "./converging";

describe("the homelab", () => {
    let homelab: Whole;

    beforeAll(async () => {
        homelab = await whole("homelab");
    });

    test.each(madeBy("homelab"))("converges after the create of %s failed once", async (target) => {
        expect(await converges("homelab", [{ kind: "create", target, times: "once" }], homelab)).toHaveLength(1);
    });

    test.each(["machine-w0", "talos-c0", "cilium-chart", "ceph-cluster"])(
        "stays refused, with the same words, as long as the create of %s fails",
        async (target) => {
            const stack = stackInProcess("homelab");
            const faults = new Faults([{ kind: "create", target, times: "always" }], () => {});
            const first = await stack.up({ interference: faults });
            const second = await stack.up({ interference: faults });
            expect(first.errors.map(({ message }) => message)).toEqual([
                expect.stringContaining("connection reset by peer"),
            ]);
            expect(second.errors).toEqual(first.errors);
        },
    );

    test("converges after its hypervisor was away", async () => {
        expect(await converges("homelab", [{ kind: "host", host: "pve" }], homelab)).toHaveLength(1);
    });
});
