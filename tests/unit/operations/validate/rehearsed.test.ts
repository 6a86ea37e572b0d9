import { expect, test } from "vitest";
import { imagesFinding, oracleFinding } from "../../../../operations/validate/findings";
import { grafanaBudget, grafanaLimits } from "../../../../operations/validate/grafana-budget";
import { rehearsedProbes, validateRehearsed } from "../../../../operations/validate/rehearsed";
import { allowanceOn } from "../../../../policy/free-tier/allowances";
import { siteOf } from "../../../../rehearsal/sites";
import { publicIpType } from "../../../../rehearsal/world/oracle/addresses";
import { imageType } from "../../../../rehearsal/world/oracle/images";
import { instanceType } from "../../../../rehearsal/world/oracle/instances";
import { objectType } from "../../../../rehearsal/world/oracle/storage";
import { abortUploads, uploadType } from "../../../../rehearsal/world/oracle/uploads";
import { World } from "../../../../rehearsal/world/world";

/** What is free of object storage in an account that cannot be charged. */
const free = { objectStorageGb: 20 };

test("a homelab that was deployed in the world is safe: its host is there, its nodes are Ready", async () => {
    const { safe, checks } = await validateRehearsed("homelab", {}, false);
    expect(checks.map(({ name, finding }) => [name, finding.said])).toEqual([
        ["Proxmox", "1 of 1 hosts online, no cluster"],
        ["Talos", "3 of 3 nodes Ready"],
    ]);
    expect(safe).toBe(true);
});

test("a cluster that lost a host has quorum and misses its machines", async () => {
    const { safe, checks } = await validateRehearsed("homelab-ha", { down: ["pve-1"] }, false);
    expect(checks.map(({ finding }) => finding.said)).toEqual([
        "2 of 3 hosts online, pve-1 away; there is still quorum",
        "c1 is not in the cluster, w1 is not in the cluster",
    ]);
    expect(safe).toBe(false);
});

test("a cluster that lost two of three hosts has no quorum, and Kubernetes does not answer", async () => {
    const { checks } = await validateRehearsed("homelab-ha", { down: ["pve-1", "pve-2"] }, false);
    expect(checks[0]?.finding.said).toBe("no quorum: 1 of 3 hosts online");
    expect(checks[1]?.finding.said).toContain("unreachable");
});

test("fails naming the hosts there are where one shall be off that is not there", async () => {
    await expect(validateRehearsed("homelab", { down: ["pve-9"] }, false)).rejects.toThrow(
        "There is no Proxmox VE host pve-9: expected one of pve.",
    );
});

/** A tenancy of the world with one instance in it, and the probes that ask it. */
function tenancy() {
    const world = new World({ site: siteOf("oci-free-2026") });
    const allowance = allowanceOn("2026-11-21");
    const probes = rehearsedProbes({ world, outputs: {}, down: new Set(), allowance, grafana: grafanaBudget() });
    const instance = (name: string, shape: string, ocpus: number, memoryInGbs: number) =>
        world.oracle.enter(
            instanceType,
            { displayName: name, sourceDetails: { sourceType: "image", bootVolumeSizeInGbs: "100" } },
            { displayName: name, shape, shapeConfig: { ocpus, memoryInGbs } },
            true,
        );
    instance("ampere-1", "VM.Standard.A1.Flex", 2, 12);
    world.oracle.enter({ ...instanceType, kind: "bootvolume" }, { displayName: "ampere-1" }, { sizeInGbs: 100 }, false);
    return { world, probes, allowance, instance };
}

test("the world's tenancy is counted as Oracle's is: a boot volume once, an address too many is too many", async () => {
    const { world, probes, allowance } = tenancy();
    const well = oracleFinding(await probes.inventory(), allowance);
    expect(well).toMatchObject({ ok: true });
    expect(well.said).toContain("boot and block volumes 100 of 200 GB");
    for (const name of ["one", "two", "three"]) {
        world.oracle.enter(publicIpType, { displayName: name, lifetime: "RESERVED" }, {}, true);
    }
    const over = oracleFinding(await probes.inventory(), allowance);
    expect(over).toMatchObject({ ok: false, said: expect.stringContaining("reserved public IPs 3 of 2") });
});

test("the world's bill is $0.00 until something costs", async () => {
    const { probes, instance } = tenancy();
    expect((await probes.spending()).amount).toBe(0);
    instance("paid", "VM.Standard.E4.Flex", 1, 8);
    const { amount, services } = await probes.spending();
    expect(amount).toBeGreaterThan(0);
    expect(services.map(({ service }) => service).join()).toContain("E4");
});

test("the world's objects and own images fill object storage; images of Oracle's do not", async () => {
    const { world, probes } = tenancy();
    expect(await probes.stored()).toEqual([]);
    const object = { bucket: "strata-images", object: "talos.oci", metadata: { "size-gb": "12" } };
    world.oracle.enter(objectType, object, {}, true);
    expect(imagesFinding(await probes.stored(), free).ok).toBe(true);
    world.oracle.enter(imageType, { displayName: "talos", freeformTags: { "size-gb": "8" } }, {}, true);
    expect(imagesFinding(await probes.stored(), free)).toMatchObject({
        ok: false,
        said: "20.00 GB are stored, and object storage is free below 20.00 GB",
    });
});

test("an upload the world saw cut takes room until it is aborted", async () => {
    const { world, probes } = tenancy();
    const upload = { bucket: "strata-images", object: "talos.oci", uploadId: "f854" };
    world.oracle.enter(uploadType, upload, { sizeGb: 20 }, true);
    expect(imagesFinding(await probes.stored(), free)).toMatchObject({
        ok: false,
        todo: expect.stringContaining("--bucket-name strata-images --object-name talos.oci --upload-id f854"),
    });
    abortUploads(world.oracle);
    expect(await probes.stored()).toEqual([]);
});

test("fails where the world knows no such cluster", async () => {
    await expect(tenancy().probes.kubernetesNodes()).rejects.toThrow("no kubeconfig among its outputs");
});

test("what the repository's budget lets through at most is inside Grafana Cloud's free plan", () => {
    const [usage, limits] = [grafanaBudget(), grafanaLimits()];
    expect(usage.activeSeries).toBeGreaterThan(0);
    expect(usage.activeSeries).toBeLessThanOrEqual(limits.activeSeries);
    expect(usage.logsGB).toBeLessThanOrEqual(limits.logsGBPerMonth);
});
