import { expect, test } from "vitest";
import { type Asked, Operations } from "../../../../rehearsal/protocol/operations";
import { siteOf } from "../../../../rehearsal/sites";
import { World } from "../../../../rehearsal/world/world";

const asked: Asked = {
    kind: "create",
    urn: "urn:pulumi:t::p::oci:ObjectStorage/storageObject:StorageObject::archive",
    type: "oci:ObjectStorage/storageObject:StorageObject",
    name: "archive",
    provider: { package: "oci", config: {} },
};

test("an operation that is cut in its middle happens instead of the whole one, and takes half of its time", async () => {
    const world = new World({ site: siteOf("oci-free-2026") });
    let whole = 0;
    const properties = { object: "talos.oci" };
    const seen: unknown[] = [];
    const operations = new Operations(world, undefined, {
        begun: () => async (taken, operation) => {
            seen.push(taken);
            await operation.takes("oci/object", 0.5);
            throw new Error("cut");
        },
    });
    const cut = operations.run(asked, properties, async () => {
        whole++;
    });
    await expect(cut).rejects.toThrow("cut");
    expect(seen).toEqual([properties]);
    expect(whole).toBe(0);
    const [entry] = world.ledger.entries;
    expect(entry).toMatchObject({ failure: "cut", steps: [{ step: "oci/object", minutes: 2 }] });
    expect((entry?.finishedAt ?? 0) - (entry?.startedAt ?? 0)).toBe(2);
});

test("an operation nobody comes between takes all of its time", async () => {
    const world = new World({ site: siteOf("oci-free-2026") });
    await new Operations(world, undefined, {}).run(asked, {}, (operation) => operation.takes("oci/object"));
    expect(world.ledger.entries).toMatchObject([{ startedAt: 0, finishedAt: 4, steps: [{ minutes: 4 }] }]);
});
