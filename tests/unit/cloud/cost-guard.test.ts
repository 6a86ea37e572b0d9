import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isOutOfCapacity, passing, pauseSeconds } from "../../../components/cloud/capacity";
import { quotaStatements } from "../../../components/cloud/cost-guard";
import { instanceFacts } from "../../../components/cloud/instances";
import { ingressRules } from "../../../components/cloud/network";

const document = {
    region: "eu-frankfurt-1",
    ocpus: 4,
    memoryGiB: 24,
    micros: 1,
    storageGiB: { "Uocm:EU-FRANKFURT-1-AD-2": 50, "Uocm:EU-FRANKFURT-1-AD-1": 150 },
};

test("everything is zeroed before what is free is set again, in the root compartment's own words", () => {
    const statements = quotaStatements(document);
    expect(statements.slice(0, 3)).toEqual([
        "zero compute-core quotas in tenancy",
        "zero compute-memory quotas in tenancy",
        "zero block-storage quota total-storage-gb in tenancy",
    ]);
    expect(statements.slice(3).every((statement) => statement.startsWith("set "))).toBe(true);
});

test("machines are free in one region, and storage in each of its domains by name", () => {
    expect(quotaStatements(document).slice(-3)).toEqual([
        "set compute-core quota standard-e2-micro-core-count to 1 in tenancy where request.region = 'eu-frankfurt-1'",
        "set block-storage quota total-storage-gb to 150 in tenancy where request.ad = 'Uocm:EU-FRANKFURT-1-AD-1'",
        "set block-storage quota total-storage-gb to 50 in tenancy where request.ad = 'Uocm:EU-FRANKFURT-1-AD-2'",
    ]);
});

test("zeroing takes the regional counts too, so each count is set with its regional one", () => {
    const set = quotaStatements(document, "strata").filter((statement) => statement.includes("standard-a1"));
    for (const count of ["standard-a1-core", "standard-a1-memory"]) {
        expect(set.some((statement) => statement.includes(`${count}-count`))).toBe(true);
        expect(set.some((statement) => statement.includes(`${count}-regional-count`))).toBe(true);
    }
    expect(set.every((statement) => statement.includes(" in compartment strata where request.region = "))).toBe(true);
});

test.each([
    ["500-InternalError, Out of host capacity.", true],
    ["Error: 500-InternalError\nFurther Information: Out of host capacity.", true],
    ["400-LimitExceeded, The following service limits were exceeded: standard-a1-core-count", false],
    ["400-QuotaExceeded, compartment quota exceeded: Out of host capacity is not the reason", false],
    ["404-NotAuthorizedOrNotFound", false],
])("%s is retried: %s", (message, retried) => {
    expect(isOutOfCapacity(message)).toBe(retried);
});

test("a quota that refuses is asked again until a changed one counts, ten minutes, and no longer", () => {
    const retry = { tries: 99, pauseSeconds: 30, maxPauseSeconds: 300 };
    const [quota, room] = ["400-QuotaExceeded, total-storage-gb", "500-InternalError, Out of host capacity."];
    const times = (count: number, error: string) => Array.from({ length: count }, () => error);
    // 30 + 60 + 120 + 240 = 450 s before the fifth, 750 s before the sixth.
    expect(passing(times(5, quota), retry)).toContain("after up to ten minutes");
    expect(passing(times(6, quota), retry)).toBeUndefined();
    expect(passing([quota, ...times(9, room)], retry)).toContain("after up to ten minutes");
    expect(passing([quota, quota, quota, ...times(9, room)], retry)).toBeUndefined();
    expect(passing([room, ...times(9, quota)], retry)).toBe("Oracle has no room");
    expect(passing(["400-LimitExceeded, standard-a1-core-count"], retry)).toBeUndefined();
});

test("pauses double and never exceed the longest", () => {
    const retry = { tries: 99, pauseSeconds: 30, maxPauseSeconds: 300 };
    expect([1, 2, 3, 4, 5, 6].map((attempt) => pauseSeconds(retry, attempt))).toEqual([30, 60, 120, 240, 300, 300]);
    fc.assert(
        fc.property(fc.integer({ min: 1, max: 99 }), (attempt) => {
            expect(pauseSeconds(retry, attempt)).toBeLessThanOrEqual(300);
        }),
    );
});

test("nothing but what is declared is open to the internet, each with its reason", () => {
    const rules = ingressRules("10.0.0.0/16", [
        { protocol: "tcp", port: 22, sources: ["203.0.113.7/32"], reason: "SSH to the bastion" },
        { protocol: "udp", port: 41641, sources: ["0.0.0.0/0"], reason: "Tailscale, direct" },
    ]);
    const outside = rules.filter(({ source, protocol }) => source !== "10.0.0.0/16" && protocol !== "1");
    expect(outside).toEqual([
        {
            protocol: "6",
            source: "203.0.113.7/32",
            description: "SSH to the bastion",
            tcpOptions: { min: 22, max: 22 },
        },
        {
            protocol: "17",
            source: "0.0.0.0/0",
            description: "Tailscale, direct",
            udpOptions: { min: 41641, max: 41641 },
        },
    ]);
});

test("an instance's failure domains go from the instance to its availability domain", () => {
    const spec = {
        shape: "VM.Standard.A1.Flex",
        address: "10.0.1.10",
        bootVolumeGiB: 50,
        availabilityDomain: "AD-1",
        faultDomain: "FAULT-DOMAIN-1",
        ephemeralPublicIp: true,
        imageId: "ocid1.image.oc1..a",
    } as const;
    const { domains = [] } = instanceFacts({ a1: spec, a2: { ...spec, faultDomain: "FAULT-DOMAIN-2" } });
    const partOf = new Map(domains.map((domain) => [domain.name, domain.partOf]));
    expect(partOf.get("machine/a2")).toEqual(["fault-domain/AD-1/FAULT-DOMAIN-2"]);
    expect(partOf.get("fault-domain/AD-1/FAULT-DOMAIN-2")).toEqual(["availability-domain/AD-1"]);
    expect(domains).toHaveLength(5);
});
