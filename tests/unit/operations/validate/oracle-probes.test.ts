import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { oracleServices } from "../../../../operations/oracle/services";
import { imagesFinding, oracleFinding } from "../../../../operations/validate/findings";
import { oracleProbes } from "../../../../operations/validate/oracle-probes";
import { allowanceOn } from "../../../../policy/free-tier/allowances";
import { type Answer, type Call, OracleServer } from "../../../harness/oracle-server";

/** What is free of object storage in an account that cannot be charged. */
const free = { objectStorageGb: 20 };

const stack = "ocid1.compartment.oc1..stack";
const gone = "ocid1.compartment.oc1..gone";
const now = new Date("2026-11-21T08:00:00Z");
let oracle: OracleServer;
let probes: ReturnType<typeof oracleProbes>;

/** What is listed, by path and compartment; pages of one where `paged`. */
let listed: Record<string, Record<string, unknown[]>>;

/** A list as Oracle's services answer it: by compartment, one item a page, the next page in a header. */
function list({ url }: Call): Answer {
    const compartment = url.searchParams.get("compartmentId") ?? "";
    const domain = url.searchParams.get("availabilityDomain");
    const all = (listed[url.pathname]?.[compartment] ?? []).filter(
        (item) => domain === null || (item as { availabilityDomain: string }).availabilityDomain === domain,
    );
    const page = Number(url.searchParams.get("page") ?? "0");
    return {
        status: 200,
        body: all.slice(page, page + 1),
        headers: page + 1 < all.length ? { "opc-next-page": `${page + 1}` } : {},
    };
}

beforeEach(async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    oracle = await OracleServer.start();
    const all =
        /^\/(20160918|20170115)\/(compartments|instances|bootVolumes|volumes|bootVolumeBackups|volumeBackups|publicIps|vcns|loadBalancers|images)\/?$/;
    oracle.routes.push(
        ["GET", all, list],
        [
            "GET",
            /^\/20200501\/networkLoadBalancers\/?$/,
            (call) => {
                const answer = list(call);
                return { ...answer, body: { items: answer.body } };
            },
        ],
        [
            "GET",
            /^\/20160918\/availabilityDomains\/?$/,
            () => ({ status: 200, body: [{ name: "AD-1" }, { name: "AD-2" }] }),
        ],
    );
    listed = {
        "/20160918/compartments": {
            [OracleServer.tenancyId]: [
                { id: stack, name: "strata", lifecycleState: "ACTIVE" },
                { id: gone, name: "old", lifecycleState: "DELETED" },
            ],
        },
        "/20160918/instances": {
            [stack]: [
                {
                    id: "i1",
                    displayName: "ampere-1",
                    shape: "VM.Standard.A1.Flex",
                    lifecycleState: "RUNNING",
                    shapeConfig: { ocpus: 2, memoryInGBs: 12 },
                    sourceDetails: { sourceType: "image", imageId: "x", bootVolumeSizeInGBs: 100 },
                },
                { id: "i0", displayName: "before", shape: "VM.Standard.E4.Flex", lifecycleState: "TERMINATED" },
            ],
        },
        "/20160918/bootVolumes": {
            [stack]: [
                { id: "b1", displayName: "a", availabilityDomain: "AD-1", lifecycleState: "AVAILABLE", sizeInGBs: 100 },
                { id: "b2", displayName: "b", availabilityDomain: "AD-2", lifecycleState: "AVAILABLE", sizeInGBs: 50 },
                { id: "b3", displayName: "c", availabilityDomain: "AD-2", lifecycleState: "TERMINATED", sizeInGBs: 50 },
            ],
        },
        "/20160918/publicIps": {
            [stack]: [{ id: "p1", displayName: "bastion", lifetime: "RESERVED", lifecycleState: "ASSIGNED" }],
        },
        "/20160918/vcns": { [stack]: [{ id: "v1", displayName: "strata", lifecycleState: "AVAILABLE" }] },
    };
    probes = oracleProbes({ services: oracleServices(oracle.access), tenancyId: OracleServer.tenancyId, now });
});

afterEach(async () => {
    vi.restoreAllMocks();
    await oracle.stop();
});

test("the whole tenancy is counted, page by page, and what is gone is not", async () => {
    const found = await probes.inventory();
    expect(found.map(({ type, name }) => `${type} ${name}`)).toEqual([
        "oci:Core/instance:Instance ampere-1",
        "oci:Core/bootVolume:BootVolume a",
        "oci:Core/bootVolume:BootVolume b",
        "oci:Core/publicIp:PublicIp bastion",
        "oci:Core/vcn:Vcn strata",
    ]);
    expect(oracleFinding(found, allowanceOn("2026-11-21"))).toEqual({
        ok: true,
        said: "compute instances 1 of 4, Ampere A1 instances 1 of 2, Ampere A1 OCPUs 2 of 2 OCPU, Ampere A1 memory 12 of 12 GB, boot and block volumes 150 of 200 GB, reserved public IPs 1 of 2, virtual cloud networks 1 of 2",
    });
});

test("what somebody else made in the tenancy's root counts against the same allowance", async () => {
    const address = (id: string) => ({ id, displayName: id, lifetime: "RESERVED", lifecycleState: "AVAILABLE" });
    const root = OracleServer.tenancyId;
    listed["/20160918/publicIps"] = { ...listed["/20160918/publicIps"], [root]: [address("x"), address("y")] };
    listed["/20170115/loadBalancers"] = {
        [root]: [
            {
                id: "l1",
                displayName: "old-lb",
                lifecycleState: "ACTIVE",
                shapeName: "flexible",
                shapeDetails: { minimumBandwidthInMbps: 10, maximumBandwidthInMbps: 10 },
            },
        ],
    };
    const finding = oracleFinding(await probes.inventory(), allowanceOn("2026-11-21"));
    expect(finding.ok).toBe(false);
    expect(finding.said).toContain("reserved public IPs 3 of 2");
    expect(finding.todo).toContain("bastion, x, y");
    expect(finding.said).not.toContain("load balancers");
});

test("backups and network load balancers have limits of their own", async () => {
    const each = (count: number) =>
        Array.from({ length: count }, (_, turn) => ({
            id: `x${turn}`,
            displayName: `x${turn}`,
            lifecycleState: "AVAILABLE",
        }));
    listed["/20160918/bootVolumeBackups"] = { [stack]: each(4) };
    listed["/20160918/volumeBackups"] = { [stack]: each(2) };
    listed["/20200501/networkLoadBalancers"] = { [stack]: each(2) };
    const { said } = oracleFinding(await probes.inventory(), allowanceOn("2026-11-21"));
    expect(said).toContain("volume backups 6 of 5");
    expect(said).toContain("network load balancers 2 of 1");
});

test("objects, unfinished uploads and custom images take room; Oracle's own images take none", async () => {
    const object = (bytes: number) => ({ bytes, multipartMd5: "x", body: Buffer.alloc(0) });
    oracle.buckets.set("strata-images", new Map([["proxmox.oci", object(3e9)]]));
    oracle.transfers.set(
        "strata-images",
        new Map([["u1", { object: "talos.oci", parts: new Map([[1, { etag: "e", body: Buffer.alloc(1000) }]]) }]]),
    );
    listed["/20160918/images"] = {
        [stack]: [
            {
                id: "m1",
                displayName: "strata-proxmox",
                compartmentId: stack,
                lifecycleState: "AVAILABLE",
                billableSizeInGBs: 4,
            },
            { id: "m2", displayName: "Canonical-Ubuntu-24.04", lifecycleState: "AVAILABLE", billableSizeInGBs: 50 },
        ],
    };
    const stored = await probes.stored();
    expect(new Map(stored.map(({ name, bytes }) => [name, bytes]))).toEqual(
        new Map([
            ["strata-images/proxmox.oci", 3e9],
            ["strata-images/talos.oci (unfinished upload)", 1000],
            ["image strata-proxmox", 4 * 1024 ** 3],
        ]),
    );
    expect(imagesFinding(stored, free)).toMatchObject({
        ok: true,
        todo: expect.stringContaining("--bucket-name strata-images --object-name talos.oci --upload-id u1"),
    });
    oracle.buckets.get("strata-images")?.set("more.oci", object(13e9));
    expect(imagesFinding(await probes.stored(), free).ok).toBe(false);
});

/** The usage service: takes midnights of this month only, as Oracle does. */
function billed(items: unknown[]): void {
    oracle.routes.push([
        "POST",
        /^\/20200107\/usage$/,
        ({ body }) => {
            const asked = JSON.parse(body.toString());
            const midnight = /T00:00:00(\.000)?Z$/;
            const fine =
                asked.tenantId === OracleServer.tenancyId &&
                asked.granularity === "MONTHLY" &&
                asked.queryType === "COST" &&
                asked.timeUsageStarted.startsWith("2026-11-01") &&
                asked.timeUsageEnded.startsWith("2026-11-22") &&
                midnight.test(asked.timeUsageStarted) &&
                midnight.test(asked.timeUsageEnded);
            return fine
                ? { status: 200, body: { groupBy: ["service"], items } }
                : { status: 400, body: { code: "InvalidParameter", message: `UTC date must have midnight: ${body}` } };
        },
    ]);
}

test("the month's bill is summed by service, the dearest first", async () => {
    const item = (service: string, computedAmount: number | null) => ({ service, computedAmount, currency: "EUR" });
    billed([item("Compute", 0), item("Block Storage", 0.01), item("Load Balancer", 1.2), item("VCN", null)]);
    expect(await probes.spending()).toEqual({
        amount: 1.21,
        currency: "EUR",
        services: [
            { service: "Load Balancer", amount: 1.2 },
            { service: "Block Storage", amount: 0.01 },
        ],
    });
});

test("nothing billed is zero", async () => {
    billed([]);
    expect(await probes.spending()).toEqual({ amount: 0, currency: "", services: [] });
});

test("fails with Oracle's own words", async () => {
    oracle.routes.push([
        "POST",
        /^\/20200107\/usage$/,
        () => ({ status: 404, body: { code: "NotAuthorizedOrNotFound", message: "Authorization failed" } }),
    ]);
    await expect(probes.spending()).rejects.toThrow(
        "Oracle answered 404 NotAuthorizedOrNotFound: Authorization failed",
    );
});
