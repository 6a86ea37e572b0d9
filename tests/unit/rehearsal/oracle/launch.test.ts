import { describe, expect, it } from "vitest";
import type { Properties } from "../../../../rehearsal/world/value";
import { a1, micro, Tenant } from "./tenant";

/** Launches with a change, in a network that is right. */
async function launched(change: Properties = {}, tenant = new Tenant()) {
    const net = await tenant.network();
    return tenant.make("instance", await tenant.launch(net, change));
}

describe("a launch", () => {
    it("is taken when everything is right, and holds its interface, addresses and boot volume", async () => {
        const { outputs } = await launched();
        expect(outputs).toMatchObject({ state: "RUNNING", privateIp: "10.0.1.10", publicIp: "203.0.113.10" });
    });

    it.each([
        ["cores that are not whole", { shapeConfig: { ocpus: 1.33, memoryInGbs: 8 } }, /ocpus 1.33 .*whole number/],
        ["no cores on a flexible shape", { shapeConfig: {} }, /shapeConfig must be given/],
        ["more memory than its cores take", { shapeConfig: { ocpus: 1, memoryInGbs: 65 } }, /memoryInGBs 65/],
        ["less memory than a GB a core", { shapeConfig: { ocpus: 2, memoryInGbs: 1 } }, /memoryInGBs 1 /],
        ["a boot volume of 47 GB", { source: { bootVolumeSizeInGbs: "47" } }, /boot volume size 47 GB/],
        [
            "an image that is not there",
            { source: { sourceId: "ocid1.image.oc1..none" } },
            /^404-NotAuthorizedOrNotFound/,
        ],
        [
            "an unknown availability domain",
            { availabilityDomain: "Uocm:EU-FRANKFURT-1-AD-4" },
            /Invalid availabilityDomain/,
        ],
        ["an unknown fault domain", { faultDomain: "FAULT-DOMAIN-4" }, /Invalid faultDomain/],
        ["an unknown shape", { shape: "VM.Standard.Z9.Flex" }, /Shape VM.Standard.Z9.Flex is not valid/],
        ["an address outside the subnet", { vnic: { privateIp: "10.0.2.10" } }, /10.0.2.10 is invalid/],
        ["an address Oracle keeps for itself", { vnic: { privateIp: "10.0.1.1" } }, /first two addresses/],
        ["a group that is not there", { vnic: { nsgIds: ["ocid1.networksecuritygroup.oc1..none"] } }, /^404-/],
        ["too much metadata", { metadata: { user_data: "x".repeat(32_001) } }, /at most 32000/],
        ["a shape the account has no cores of", { shape: "VM.Standard.E4.Flex" }, /not valid for image/],
        [
            "more cores than the account has",
            { shapeConfig: { ocpus: 5, memoryInGbs: 8 } },
            /^400-LimitExceeded, .*standard-a1-core-count, standard-a1-core-regional-count/,
        ],
        [
            "more memory than the account has",
            { shapeConfig: { ocpus: 4, memoryInGbs: 25 } },
            /^400-LimitExceeded, .*standard-a1-memory-count/,
        ],
        [
            "more storage than the account has",
            { source: { bootVolumeSizeInGbs: "201" } },
            /^400-LimitExceeded, .*total-storage-gb/,
        ],
    ])("with %s is refused, and leaves nothing behind", async (_what, change, words) => {
        const tenant = new Tenant();
        const net = await tenant.network();
        const before = tenant.world.remains();
        await expect(tenant.make("instance", await tenant.launch(net, change as Properties))).rejects.toThrow(words);
        expect(tenant.world.remains()).toEqual(before);
    });

    it("at an address another instance has is refused: there is never a second machine", async () => {
        const tenant = new Tenant();
        const net = await tenant.network();
        const asked = await tenant.launch(net, { shapeConfig: { ocpus: 1, memoryInGbs: 6 } });
        await tenant.make("instance", asked);
        await expect(tenant.make("instance", asked)).rejects.toThrow(
            /^409-Conflict, IP address 10.0.1.10 is already in use/,
        );
    });

    it("of a Micro is refused where the tenancy has none: in another availability domain", async () => {
        const tenant = new Tenant();
        const net = await tenant.network();
        const source = { sourceId: await tenant.image(micro) };
        const asked = await tenant.launch(net, { shape: micro, source });
        await expect(
            tenant.make("instance", { ...asked, availabilityDomain: "Uocm:EU-FRANKFURT-1-AD-2" }),
        ).rejects.toThrow(/LimitExceeded.*standard-e2-micro-core-count/);
        await expect(tenant.make("instance", asked)).resolves.toBeDefined();
    });

    it("with an image for another shape is refused", async () => {
        const tenant = new Tenant();
        const source = { sourceId: await tenant.image(micro) };
        await expect(launched({ source }, tenant)).rejects.toThrow(`Shape ${a1} is not valid for image`);
    });

    it("finds no room as often as the site says, in the provider's whole shape, then room", async () => {
        const tenant = new Tenant((site) => ({ ...site, capacityRefusals: 2 }));
        const net = await tenant.network();
        const asked = await tenant.launch(net);
        const words =
            /^500-InternalError, Out of host capacity\.\nSuggestion: The service .* Core Instance\nRequest Target: POST https:\/\/iaas\.eu-frankfurt-1.*\nService: Core Instance\nOperation Name: LaunchInstance\nOPC request ID: /;
        await expect(tenant.make("instance", asked)).rejects.toThrow(words);
        await expect(tenant.make("instance", asked)).rejects.toThrow(words);
        await expect(tenant.make("instance", asked)).resolves.toBeDefined();
    });
});

describe("a domain that is full", () => {
    const placed = async (fullDomains: readonly string[], faultDomain?: string) => {
        const tenant = new Tenant((site) => ({ ...site, fullDomains }));
        const asked = await tenant.launch(await tenant.network(), faultDomain === undefined ? {} : { faultDomain });
        return tenant.make("instance", asked);
    };

    it.each([
        [["AD-1"], "FAULT-DOMAIN-2"],
        [["AD-1/FAULT-DOMAIN-2"], "FAULT-DOMAIN-2"],
        [["AD-1/FAULT-DOMAIN-1"], undefined],
    ])("%s has no room for an instance in %s", async (full, faultDomain) => {
        await expect(
            placed(
                full.map((domain) => `Uocm:EU-FRANKFURT-1-${domain}`),
                faultDomain,
            ),
        ).rejects.toThrow("Out of host capacity");
    });

    it("leaves room in the others", async () => {
        const full = ["Uocm:EU-FRANKFURT-1-AD-2", "Uocm:EU-FRANKFURT-1-AD-1/FAULT-DOMAIN-2"];
        await expect(placed(full, "FAULT-DOMAIN-1")).resolves.toBeDefined();
    });
});

describe("a change of an instance", () => {
    const plan = async (change: Properties) => {
        const tenant = new Tenant();
        const before = await tenant.launch(await tenant.network(), { metadata: { user_data: "a", note: "b" } });
        return tenant.behaviour("instance").diff?.(before, { ...before, ...change }, {});
    };

    it.each([
        ["its user data", { metadata: { user_data: "c", note: "b" } }, ["metadata"]],
        ["its keys", { metadata: { user_data: "a", note: "b", ssh_authorized_keys: "k" } }, ["metadata"]],
        ["other metadata", { metadata: { user_data: "a", note: "c" } }, []],
        ["its availability domain", { availabilityDomain: "Uocm:EU-FRANKFURT-1-AD-2" }, ["availabilityDomain"]],
        ["its fault domain", { faultDomain: "FAULT-DOMAIN-2" }, []],
        ["its size", { shapeConfig: { ocpus: 1, memoryInGbs: 8 } }, []],
    ])("in %s is planned as the provider does", async (_what, change, replaces) => {
        const difference = await plan(change);
        expect(difference?.changes).toHaveLength(1);
        expect(difference?.replaces).toEqual(replaces);
    });
});
