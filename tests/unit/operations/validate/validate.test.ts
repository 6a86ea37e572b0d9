import { expect, test } from "vitest";
import {
    costFinding,
    imagesFinding,
    oracleFinding,
    proxmoxFinding,
    talosFinding,
} from "../../../../operations/validate/findings";
import { grafanaLimits } from "../../../../operations/validate/grafana-budget";
import type { Probes } from "../../../../operations/validate/probes";
import { checksOf, type Expected, matrixText, validate } from "../../../../operations/validate/validate";
import { allowanceNamed } from "../../../../policy/free-tier/allowances";

/** What is free of object storage in an account that cannot be charged. */
const free = { objectStorageGb: 20 };

function allowance(name: string) {
    const found = allowanceNamed(name);
    if (found === undefined) {
        throw new Error(`no allowance ${name}`);
    }
    return found;
}

const instance = (name: string, ocpus: number, memoryInGbs: number) => ({
    urn: name,
    type: "oci:Core/instance:Instance",
    name,
    props: {
        shape: "VM.Standard.A1.Flex",
        shapeConfig: { ocpus, memoryInGbs },
        sourceDetails: { sourceType: "bootVolume" },
    },
    dependencies: [],
});
const bootVolume = (name: string, sizeInGbs: number) => ({
    urn: `${name}-boot`,
    type: "oci:Core/bootVolume:BootVolume",
    name,
    props: { sizeInGbs },
    dependencies: [],
});
/** The document's own figures: 4 OCPU, 24 GB, 4 x 50 GB. */
const asDrawn = [
    instance("ampere-1", 2, 8),
    instance("ampere-2", 1, 8),
    instance("ampere-3", 1, 8),
    ...["ampere-1", "ampere-2", "ampere-3", "bastion"].map((name) => bootVolume(name, 50)),
];
const limits = grafanaLimits();
const nothingSpent = { amount: 0, currency: "USD", services: [] };
const littleUsed = { activeSeries: 3000, logsGB: 4 };

const probes: Probes = {
    stored: async () => [{ name: "strata-images/proxmox.oci", bytes: 3e9 }],
    inventory: async () => asDrawn,
    quorum: async () => ({
        quorate: true,
        nodes: ["ampere-1", "ampere-2", "ampere-3"].map((name) => ({ name, online: true })),
    }),
    kubernetesNodes: async () => ["c1", "c2", "c3"].map((name) => ({ name, ready: true, why: "" })),
    spending: async () => nothingSpent,
    grafana: async () => littleUsed,
};
const expected: Expected = {
    oracle: { allowance: allowance("2021"), grafana: limits },
    hypervisors: ["ampere-1", "ampere-2", "ampere-3"],
    machines: ["c1", "c2", "c3"],
};

test("five checks side by side, and the word is Safe where all pass", async () => {
    let running = 0;
    let most = 0;
    const slow =
        <T>(answer: () => Promise<T>) =>
        async () => {
            running += 1;
            most = Math.max(most, running);
            await new Promise((resolve) => setTimeout(resolve, 30));
            running -= 1;
            return answer();
        };
    const slowly = Object.fromEntries(Object.entries(probes).map(([name, answer]) => [name, slow(answer)]));
    const matrix = await validate(checksOf(expected, { ...probes, ...slowly }), false);
    expect(matrix.checks.map(({ name, limit }) => `${name} ${limit}`)).toEqual([
        "Images < 20GB",
        "OCI free tier",
        "Proxmox quorum",
        "Talos ready",
        "Cost $0.00",
    ]);
    expect(matrix.safe).toBe(true);
    expect(most).toBe(6);
    expect(matrixText("oci-free", matrix)).toMatch(/^oci-free: Safe\n/);
});

const red: readonly (readonly [string, Partial<Probes>, string, RegExp])[] = [
    ["Images", { stored: async () => [{ name: "b/huge.oci", bytes: 20e9 }] }, "20.00 GB are stored", /b\/huge\.oci/],
    [
        "OCI",
        { inventory: async () => [...asDrawn, instance("stray", 1, 6)] },
        "Ampere A1 OCPUs 5 of 4 OCPU",
        /Ampere A1 OCPUs: ampere-1, ampere-2, ampere-3, stray/,
    ],
    [
        "Proxmox",
        {
            quorum: async () => ({
                quorate: false,
                nodes: [
                    { name: "ampere-1", online: true },
                    { name: "ampere-2", online: false },
                ],
            }),
        },
        "no quorum: 1 of 3 hosts online",
        /Bring ampere-2, ampere-3 back/,
    ],
    [
        "Talos",
        { kubernetesNodes: async () => [{ name: "c1", ready: false, why: "cni plugin not initialized" }] },
        "c1 is not Ready (cni plugin not initialized)",
        /talosctl --nodes c2 health/,
    ],
    [
        "Cost",
        {
            spending: async () => ({
                amount: 0.004,
                currency: "EUR",
                services: [{ service: "Block Storage", amount: 0.004 }],
            }),
        },
        "Oracle's bill of this month 0.00 EUR",
        /Take away what costs: Block Storage 0\.0040/,
    ],
    [
        "Cost",
        { grafana: async () => ({ activeSeries: 12_000, logsGB: 4 }) },
        "Grafana Cloud 12000 of 10000 series",
        /Send Grafana Cloud less/,
    ],
];

test.each(red)("%s alone turns the word to STOP and says what to do (%#)", async (name, change, said, todo) => {
    const matrix = await validate(checksOf(expected, { ...probes, ...change }), false);
    expect(matrix.safe).toBe(false);
    expect(matrix.checks.filter(({ finding }) => !finding.ok).map((check) => check.name)).toEqual([name]);
    const text = matrixText("oci-free", matrix);
    expect(text).toMatch(/^oci-free: STOP\n/);
    expect(text).toContain(said);
    expect(text).toMatch(todo);
});

test.each(Object.keys(probes) as (keyof Probes)[])("what cannot be asked is not safe: %s", async (name) => {
    const silent = { ...probes, [name]: () => Promise.reject(new Error("nobody answers\nat all")) };
    const matrix = await validate(checksOf(expected, silent), false);
    expect(matrix.safe).toBe(false);
    expect(matrix.checks.filter(({ finding }) => !finding.ok).map(({ finding }) => finding.said)).toEqual([
        "nobody answers",
    ]);
});

test("a homelab is asked for what it has: its hypervisor and its nodes", async () => {
    const checks = checksOf({ hypervisors: ["pve"], machines: ["c0"] }, probes);
    expect(checks.map(({ name }) => name)).toEqual(["Proxmox", "Talos"]);
});

test("exactly 20 GB are too much, a byte less is not", () => {
    expect(imagesFinding([{ name: "x", bytes: 20e9 - 1 }], free).ok).toBe(true);
    expect(imagesFinding([{ name: "x", bytes: 20e9 }], free).ok).toBe(false);
});

const unfinished = {
    name: "strata-images/talos.oci (unfinished upload)",
    bytes: 0,
    unfinished: { bucket: "strata-images", object: "talos.oci", uploadId: "f854" },
};

test("an upload that was never finished is told with the way to take it away, even where it takes no room", () => {
    const { ok, said, todo } = imagesFinding([{ name: "x", bytes: 1e9 }, unfinished], free);
    expect(ok).toBe(true);
    expect(said).toBe("1.00 GB of 20.00 GB in 2 objects and images (1 never sent to its end)");
    expect(todo).toBe(
        "Abort what was never sent to its end, since its bucket cannot be deleted before: `oci os multipart abort --bucket-name strata-images --object-name talos.oci --upload-id f854`; the next `strata up` or `destroy` does it in buckets of its own stack, and `strata images upload` goes on with its own instead.",
    );
});

test("an upload that was never finished is not to be deleted as an object where it is too much", () => {
    const { ok, todo } = imagesFinding(
        [
            { name: "b/old.oci", bytes: 15e9 },
            { ...unfinished, bytes: 6e9 },
        ],
        free,
    );
    expect(ok).toBe(false);
    expect(todo).toMatch(
        /^Abort what was never sent .* Delete what is not needed, the largest first: b\/old\.oci \(15\.00 GB\)\.$/,
    );
    expect(imagesFinding([{ ...unfinished, bytes: 21e9 }], free).todo).not.toContain("Delete");
});

test("what the document draws is inside the allowance of its day, and outside of today's", () => {
    expect(oracleFinding(asDrawn, allowance("2021"))).toMatchObject({ ok: true });
    const today = oracleFinding(asDrawn, allowance("2026-06-15"));
    expect(today.said).toContain("Ampere A1 instances 3 of 2");
    expect(today.said).toContain("Ampere A1 memory 24 of 12 GB");
});

test("a boot volume that outlived its instance is counted", () => {
    const left = [...asDrawn, bootVolume("left-over", 50)];
    expect(oracleFinding(left, allowance("2021")).said).toContain("boot and block volumes 250 of 200 GB");
});

test("a single host needs no quorum, and a cluster with one away has it but is not well", () => {
    const one = proxmoxFinding({ quorate: undefined, nodes: [{ name: "pve", online: true }] }, ["pve"]);
    expect(one).toEqual({ ok: true, said: "1 of 1 hosts online, no cluster" });
    const nodes = ["a", "b", "c"].map((name) => ({ name, online: name !== "c" }));
    const away = proxmoxFinding({ quorate: true, nodes }, ["a", "b", "c"]);
    expect(away).toMatchObject({ ok: false, said: "2 of 3 hosts online, c away; there is still quorum" });
});

test("a machine that never joined is missed", () => {
    expect(talosFinding([{ name: "c1", ready: true, why: "" }], ["c1", "c2"])).toMatchObject({
        ok: false,
        said: "c2 is not in the cluster",
    });
});

test("the bill is judged before it is rounded", () => {
    expect(costFinding(nothingSpent, littleUsed, limits).ok).toBe(true);
    expect(costFinding({ ...nothingSpent, amount: 1e-6 }, littleUsed, limits).ok).toBe(false);
});
