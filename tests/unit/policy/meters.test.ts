import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Allowance, allowanceNamed, allowanceOn, allowances } from "../../../policy/free-tier/allowances";
import { type MeterId, metersOf } from "../../../policy/free-tier/meters";
import { graphOfPlain, type PlainResource } from "../../../policy/graph";
import { freeTierMeters } from "../../../policy/report";
import { judgeMeter, meterRules } from "../../../policy/rules/free-tier/meters";
import { a1, micro, object, reservedIp, volume } from "./oracle";
import { type Declared, judged, UNKNOWN_NUMBER, UNKNOWN_TEXT, urnOf } from "./stack";

const named = (name: string): Allowance => {
    const found = allowanceNamed(name);
    if (found === undefined) {
        throw new Error(`no allowance ${name}`);
    }
    return found;
};
const seed = named("2021");
const now = named("2026-06-15");

function plain(stack: readonly Declared[]): PlainResource[] {
    const byName = new Map(stack.map((each) => [each.name, each]));
    const urns = (names: readonly string[]): string[] =>
        names.flatMap((name) => {
            const found = byName.get(name);
            return found === undefined ? [] : [urnOf(found)];
        });
    return stack.map((each) => ({
        urn: urnOf(each),
        type: each.type,
        name: each.name,
        props: {},
        inputs: each.inputs ?? {},
        dependencies: urns([...(each.after ?? []), ...Object.values(each.from ?? {}).flat()]),
        propertyDependencies: Object.fromEntries(
            Object.entries(each.from ?? {}).map(([key, names]) => [key, urns(names)]),
        ),
    }));
}

function used(stack: readonly Declared[], id: MeterId, allowance = seed): number | undefined {
    return metersOf(graphOfPlain(plain(stack)), allowance).find((meter) => meter.id === id)?.used;
}

const many = <T>(count: number, make: (name: string) => T): T[] =>
    Array.from({ length: count }, (_, index) => make(`r${index}`));
const typed =
    (type: string, inputs: object = {}) =>
    (name: string) => ({ type, name, inputs: { ...inputs } });
const vcn = typed("oci:Core/vcn:Vcn");
const backup = typed("oci:Core/volumeBackup:VolumeBackup");
const bootBackup = typed("oci:Core/bootVolumeBackup:BootVolumeBackup");
const balancer = typed("oci:LoadBalancer/loadBalancer:LoadBalancer", {
    shape: "flexible",
    shapeDetails: { maximumBandwidthInMbps: 10, minimumBandwidthInMbps: 10 },
});
const networkBalancer = typed("oci:NetworkLoadBalancer/networkLoadBalancer:NetworkLoadBalancer");
const pool = (name: string, size: unknown, ocpus: unknown = 1, memoryInGbs: unknown = 6): Declared => ({
    type: "oci:ContainerEngine/nodePool:NodePool",
    name,
    inputs: {
        nodeShape: "VM.Standard.A1.Flex",
        nodeShapeConfig: { ocpus, memoryInGbs },
        nodeConfigDetails: { size },
    },
});
const instancePool = (size: unknown): Declared[] => [
    {
        type: "oci:Core/instanceConfiguration:InstanceConfiguration",
        name: "configuration",
        inputs: {
            instanceDetails: {
                instanceType: "compute",
                launchDetails: {
                    shape: "VM.Standard.A1.Flex",
                    shapeConfig: { ocpus: 1, memoryInGbs: 6 },
                    sourceDetails: { sourceType: "image", bootVolumeSizeInGbs: "60" },
                },
                blockVolumes: [{ createDetails: { sizeInGbs: "50" } }],
            },
        },
    },
    {
        type: "oci:Core/instancePool:InstancePool",
        name: "pool",
        inputs: { instanceConfigurationId: UNKNOWN_TEXT, size },
        from: { instanceConfigurationId: ["configuration"] },
    },
];

const hsmKey = (name: string): Declared => ({ type: "oci:Kms/key:Key", name, inputs: { protectionMode: "HSM" } });
const softwareKey: Declared = { type: "oci:Kms/key:Key", name: "soft", inputs: { protectionMode: "SOFTWARE" } };

/** A stack exactly at a limit and one just beyond it, for each meter and allowance. */
const boundaries: readonly (readonly [MeterId, string, Declared[], Declared[]])[] = [
    ["instances", "2021", many(4, (name) => micro(name)), many(5, (name) => micro(name))],
    ["instances", "2021", [pool("p", 4)], [pool("p", 5)]],
    ["a1-instances", "2026-06-15", many(2, (name) => a1(name, 1, 6)), many(3, (name) => a1(name, 1, 4))],
    ["a1-instances", "2026-06-15", instancePool(2), instancePool(3)],
    ["micro-instances", "2021", many(2, (name) => micro(name)), many(3, (name) => micro(name))],
    ["a1-ocpus", "2021", [a1("a", 4, 24)], [a1("a", 4, 20), a1("b", 1, 4)]],
    ["a1-ocpus", "2026-06-15", [a1("a", 2, 12)], [a1("a", 3, 12)]],
    ["a1-ocpus", "2021", [pool("p", 2, 2)], [pool("p", 2, 2), a1("b", 1, 1)]],
    ["a1-memory", "2021", [a1("a", 4, 24)], [a1("a", 4, 25)]],
    ["a1-memory", "2026-06-15", [a1("a", 2, 12)], [a1("a", 2, 13)]],
    ["storage", "2021", [a1("a", 1, 6, 150), volume("v", 50)], [a1("a", 1, 6, 151), volume("v", 50)]],
    ["storage", "2021", [micro("m"), volume("v", "150")], [micro("m"), volume("v", "151")]],
    ["volume-backups", "2021", many(5, backup), [...many(5, backup), bootBackup("b")]],
    ["reserved-ips", "2021", many(2, reservedIp), many(3, reservedIp)],
    ["object-storage", "2021", [object("o", "20")], [object("o", "20"), object("p", "0.01")]],
    ["vcns", "2021", many(2, vcn), many(3, vcn)],
    ["load-balancers", "2021", many(1, balancer), many(2, balancer)],
    ["network-load-balancers", "2021", many(1, networkBalancer), many(2, networkBalancer)],
    [
        "hsm-key-versions",
        "2021",
        [...many(20, hsmKey), softwareKey],
        [...many(20, hsmKey), { ...hsmKey("k"), inputs: {} }],
    ],
];

describe("at a limit and beyond it", () => {
    test.each(boundaries)("%s (%s)", async (id, allowance, at, beyond) => {
        const rules = meterRules.filter((rule) => rule.id === `free-tier-${id}`);
        const declared = { allowance, accountType: "always-free" };
        expect(await judged(rules, at, declared)).toEqual([]);
        const said = await judged(rules, beyond, declared);
        expect(said).toHaveLength(1);
        expect(said[0]).toMatchObject({ rule: `free-tier-${id}`, level: "mandatory" });
        for (const use of metersOf(graphOfPlain(plain(beyond)), named(allowance)).find((each) => each.id === id)
            ?.uses ?? []) {
            expect(said[0]?.message).toContain(use.resource.name);
        }
    });

    test("every meter has its boundary here", () => {
        expect([...new Set(boundaries.map(([id]) => `free-tier-${id}`))].sort()).toEqual(
            meterRules.map(({ id }) => id).sort(),
        );
    });

    test.each(boundaries)("%s (%s): a limit one lower or higher changes the verdict", (id, allowance, at, beyond) => {
        const verdict = (stack: readonly Declared[], shift: number): boolean => {
            const meter = metersOf(graphOfPlain(plain(stack)), named(allowance)).find((each) => each.id === id);
            return meter === undefined || judgeMeter(meter, (meter.max ?? 0) + shift, allowance).length > 0;
        };
        expect([verdict(at, 0), verdict(at, -1)]).toEqual([false, true]);
        expect([verdict(beyond, 0), verdict(beyond, 1)]).toEqual([true, false]);
    });

    test("an account that can be charged has half the object storage, and is what nothing is said of", async () => {
        const rules = meterRules.filter(({ id }) => id === "free-tier-object-storage");
        for (const declared of [{ accountType: "payg" }, {}]) {
            expect(await judged(rules, [object("o", "10")], declared)).toEqual([]);
            expect(await judged(rules, [object("o", "10.01")], declared)).toHaveLength(1);
        }
    });

    test("a limit of one's own takes the allowance's place", async () => {
        const rules = meterRules.filter(({ id }) => id === "free-tier-a1-ocpus");
        const config = { "free-tier-a1-ocpus": { max: 1 } };
        expect(await judged(rules, [a1("a", 2, 12)], { allowance: "2021", config })).toHaveLength(1);
    });
});

describe("what is not said", () => {
    test.each<[string, MeterId, Declared[], number]>([
        ["an instance without boot size has 50 GB", "storage", [typed(micro("m").type)("m")], 50],
        ["a block volume without size has 1,024 GB", "storage", [volume("v", undefined)], 1024],
        [
            "an A1 without shape configuration has one OCPU",
            "a1-ocpus",
            [typed(a1("a", 1, 1).type, { shape: "VM.Standard.A1.Flex" })("a")],
            1,
        ],
        ["and 6 GB", "a1-memory", [typed(a1("a", 1, 1).type, { shape: "VM.Standard.A1.Flex" })("a")], 6],
        ["a pool's boot volumes count", "storage", [pool("p", 2)], 100],
        ["an instance pool's boot and block volumes count", "storage", instancePool(2), 220],
        ["an instance configuration alone costs nothing", "storage", instancePool(0), 0],
        [
            "an ephemeral address is not reserved",
            "reserved-ips",
            [typed("oci:Core/publicIp:PublicIp", { lifetime: "EPHEMERAL" })("e")],
            0,
        ],
        [
            "volumes that are born with an instance count",
            "storage",
            [
                {
                    ...micro("m"),
                    inputs: {
                        ...micro("m").inputs,
                        launchVolumeAttachments: [{ launchCreateVolumeDetails: { sizeInGbs: "70" } }],
                    },
                },
            ],
            120,
        ],
        [
            "an instance that boots from a volume does not count it twice",
            "storage",
            [
                typed("oci:Core/bootVolume:BootVolume", { sizeInGbs: "60" })("b"),
                typed("oci:Core/instance:Instance", {
                    shape: "VM.Standard.E2.1.Micro",
                    sourceDetails: { sourceType: "bootVolume" },
                })("i"),
            ],
            60,
        ],
        [
            "content counts by its bytes",
            "object-storage",
            [typed(object("o", 1).type, { content: "x".repeat(1000) })("o")],
            1e-6,
        ],
    ])("%s", (_, id, stack, expected) => {
        expect(used(stack, id)).toBeCloseTo(expected, 9);
    });

    test("a schedule keeps as many backups as its retention holds", () => {
        const week = 7 * 24 * 3600;
        const stack: Declared[] = [
            {
                type: "oci:Core/volumeBackupPolicy:VolumeBackupPolicy",
                name: "policy",
                inputs: { schedules: [{ period: "ONE_DAY", retentionSeconds: week }] },
            },
            {
                type: "oci:Core/volumeBackupPolicyAssignment:VolumeBackupPolicyAssignment",
                name: "assignment",
                inputs: { policyId: UNKNOWN_TEXT },
                from: { policyId: ["policy"] },
            },
        ];
        expect(used(stack, "volume-backups")).toBe(7);
    });
});

describe("what cannot be known", () => {
    test.each<[MeterId, Declared[], string]>([
        ["a1-ocpus", [a1("a", UNKNOWN_NUMBER, 6)], "shapeConfig.ocpus"],
        ["a1-memory", [a1("a", 1, UNKNOWN_NUMBER)], "shapeConfig.memoryInGbs"],
        ["storage", [a1("a", 1, 6, UNKNOWN_TEXT)], "sourceDetails.bootVolumeSizeInGbs"],
        ["storage", [volume("v", UNKNOWN_TEXT)], "sizeInGbs"],
        ["instances", [pool("p", UNKNOWN_NUMBER)], "nodeConfigDetails.size"],
        ["a1-instances", [typed(micro("m").type, { shape: UNKNOWN_TEXT })("i")], "shape"],
        ["micro-instances", [typed(micro("m").type, { shape: UNKNOWN_TEXT })("i")], "shape"],
        ["reserved-ips", [typed("oci:Core/publicIp:PublicIp", { lifetime: UNKNOWN_TEXT })("ip")], "lifetime"],
        [
            "volume-backups",
            [typed("oci:Core/volumeBackupPolicyAssignment:VolumeBackupPolicyAssignment", { policyId: "gold" })("gold")],
            "policyId",
        ],
    ])("%s is a violation that names the property", async (id, stack, path) => {
        const rules = meterRules.filter((rule) => rule.id === `free-tier-${id}`);
        const said = await judged(rules, stack, { allowance: "2026-06-15" });
        expect(said.map(({ level }) => level)).toEqual(["mandatory"]);
        expect(said[0]?.message).toContain(`cannot know ${path}`);
    });

    test("one unknown does not silence what is known", async () => {
        const rules = meterRules.filter(({ id }) => id === "free-tier-a1-ocpus");
        const said = await judged(rules, [a1("a", UNKNOWN_NUMBER, 6), a1("b", 5, 6)], { allowance: "2021" });
        expect(said.map(({ level }) => level)).toEqual(["mandatory", "mandatory"]);
        expect(said[0]?.message).toContain("5 OCPU used, 4 OCPU free");
    });

    test("a bucket alone is a warning of its own rule's, and none once its objects are declared", async () => {
        const bucket: Declared = { type: "oci:ObjectStorage/bucket:Bucket", name: "bucket", inputs: {} };
        const rules = meterRules.filter(({ id }) => id === "free-tier-object-storage");
        const said = await judged(rules, [bucket]);
        expect(said.map(({ rule, level }) => [rule, level])).toEqual([["unknown-values", "advisory"]]);
        const config = { "free-tier-object-storage": { onUnknown: "fail" } };
        expect((await judged(rules, [bucket], { config })).map(({ level }) => level)).toEqual(["mandatory"]);
        expect(await judged(rules, [bucket, { ...object("o", 1), after: ["bucket"] }])).toEqual([]);
    });
});

/** Resources whose sizes a program might well give. */
const resource = fc.oneof(
    fc.tuple(fc.constantFrom(1, 2, 4), fc.integer({ min: 1, max: 24 }), fc.integer({ min: 50, max: 200 })).map(
        ([ocpus, memory, boot]) =>
            (name: string) =>
                a1(name, ocpus, memory, boot),
    ),
    fc.constant((name: string) => micro(name)),
    fc.integer({ min: 50, max: 300 }).map((size) => (name: string) => volume(name, size)),
    fc.integer({ min: 0, max: 4 }).map((size) => (name: string) => pool(name, size)),
    fc.constantFrom(reservedIp, vcn, backup, balancer, networkBalancer),
    fc.integer({ min: 0, max: 30 }).map((gb) => (name: string) => object(name, gb)),
);
const stacks = fc.array(resource, { maxLength: 12 }).map((makers) => makers.map((make, index) => make(`r${index}`)));

const usage = (stack: readonly Declared[]): [string, number][] =>
    metersOf(graphOfPlain(plain(stack)), now).map(({ id, used: amount }) => [id, amount]);

test("usage never depends on the order of resources", () => {
    fc.assert(
        fc.property(
            stacks.chain((stack) =>
                fc.tuple(fc.constant(stack), fc.shuffledSubarray(stack, { minLength: stack.length })),
            ),
            ([stack, shuffled]) => {
                expect(usage(shuffled)).toEqual(usage(stack));
            },
        ),
    );
});

test("adding a resource never lowers usage", () => {
    fc.assert(
        fc.property(stacks, resource, (stack, make) => {
            const before = usage(stack);
            const after = new Map(usage([...stack, make("another")]));
            for (const [id, amount] of before) {
                expect(after.get(id)).toBeGreaterThanOrEqual(amount);
            }
        }),
    );
});

test("the allowance is the one in force on the day", () => {
    expect(allowanceOn("2020-01-01").name).toBe("2021");
    expect(allowanceOn("2026-06-14").name).toBe("2021");
    expect(allowanceOn("2026-06-15").name).toBe("2026-06-15");
    expect(allowances.map(({ since }) => since)).toEqual([...allowances.map(({ since }) => since)].sort());
});

test("a report has a row for each limit, and none for a stack without Oracle", () => {
    const rows = freeTierMeters(plain([a1("a", 2, 12), volume("v", 100)]), now);
    expect(rows.find(({ id }) => id === "storage")).toEqual({
        id: "storage",
        limit: "boot and block volumes",
        unit: "GB",
        used: 150,
        max: 200,
        resources: ["a", "v"],
        unknown: [],
    });
    expect(rows).toHaveLength(13);
    expect(freeTierMeters(plain([a1("a", 2, 12)]), seed)).toHaveLength(12);
    expect(freeTierMeters([], now)).toEqual([]);
});
