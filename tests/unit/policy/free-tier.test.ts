import { describe, expect, test } from "vitest";
import { rules } from "../../../policy/rules";
import { a1, behindQuota, guard2021, guard2026, micro, object, reservedIp, volume } from "./oracle";
import { type Declared, judged, messages, UNKNOWN_NUMBER, UNKNOWN_TEXT } from "./stack";

const mandatory = rules.filter(({ family, level }) => family === "free-tier" && level === "mandatory");

test("the document's stack is free under the document's allowance", async () => {
    const stack = [
        ...guard2021,
        ...behindQuota(a1("a", 2, 8), a1("b", 1, 8), a1("c", 1, 8), micro("bastion")),
        reservedIp("one"),
    ];
    expect(await messages(mandatory, stack, { allowance: "2021" })).toEqual([]);
});

test("seven limits of the document are seven violations, each naming its resources", async () => {
    const [quota] = guard2021;
    const stack = [
        ...(quota === undefined ? [] : [quota]),
        ...behindQuota(a1("a", 2, 7), a1("b", 1, 6), a1("c", 1, 6), a1("d", 1, 6), micro("m")),
        reservedIp("ip-1"),
        reservedIp("ip-2"),
        reservedIp("ip-3"),
        object("image", 21),
    ];
    const said = await judged(mandatory, stack, { allowance: "2021" });
    expect(said.map(({ rule }) => rule).sort()).toEqual([
        "free-tier-a1-memory",
        "free-tier-a1-ocpus",
        "free-tier-budget",
        "free-tier-instances",
        "free-tier-object-storage",
        "free-tier-reserved-ips",
        "free-tier-storage",
    ]);
    expect(said.find(({ rule }) => rule === "free-tier-a1-ocpus")?.message).toBe(
        "Ampere A1 OCPUs: 5 OCPU used, 4 OCPU free (allowance 2021). Used by a 2, b 1, c 1, d 1.",
    );
});

test("today's allowance holds one machine of two OCPUs and the bastion", async () => {
    expect(
        await messages(mandatory, [...guard2026, ...behindQuota(a1("a", 2, 12), micro("m")), volume("v", 100)]),
    ).toEqual([]);
});

/** One rule by its id. */
function only(id: string) {
    const found = rules.filter((rule) => rule.id === id);
    expect(found).toHaveLength(1);
    return found;
}

const instance = (inputs: Record<string, unknown>): Declared => ({
    type: "oci:Core/instance:Instance",
    name: "i",
    inputs,
});
const of = (type: string, inputs: Record<string, unknown> = {}): Declared => ({ type, name: "x", inputs });
const A1 = "VM.Standard.A1.Flex";

/** Rule, a stack it lets pass, one it does not, and one it cannot judge. */
const table: readonly (readonly [string, Declared, Declared, Declared | undefined])[] = [
    [
        "free-tier-resource-types",
        of("oci:Core/vcn:Vcn"),
        of("oci:Database/dbSystem:DbSystem"),
        of("oci:Database/autonomousDatabase:AutonomousDatabase", { isFreeTier: UNKNOWN_TEXT }),
    ],
    [
        "free-tier-resource-types",
        of("oci:Database/autonomousDatabase:AutonomousDatabase", { isFreeTier: true }),
        of("oci:Database/autonomousDatabase:AutonomousDatabase", { isFreeTier: false }),
        undefined,
    ],
    [
        "free-tier-resource-types",
        of("oci:Kms/vault:Vault", { vaultType: "DEFAULT" }),
        of("oci:Kms/vault:Vault", { vaultType: "VIRTUAL_PRIVATE" }),
        of("oci:Kms/vault:Vault", { vaultType: UNKNOWN_TEXT }),
    ],
    [
        "free-tier-resource-types",
        of("oci:Kms/key:Key", { protectionMode: "SOFTWARE", isAutoRotationEnabled: true }),
        of("oci:Kms/key:Key", { protectionMode: "EXTERNAL" }),
        of("oci:Kms/key:Key", { protectionMode: UNKNOWN_TEXT }),
    ],
    [
        "free-tier-resource-types",
        of("oci:Kms/key:Key", { isAutoRotationEnabled: false }),
        of("oci:Kms/key:Key", { isAutoRotationEnabled: true }),
        of("oci:Kms/key:Key", { protectionMode: "HSM", isAutoRotationEnabled: UNKNOWN_TEXT }),
    ],
    ["free-tier-resource-types", of("oci:Kms/key:Key"), of("oci:Kms/vault:Vault"), undefined],
    ["free-tier-shapes", micro("m"), instance({ shape: "VM.Standard.E4.Flex" }), instance({ shape: UNKNOWN_TEXT })],
    [
        "free-tier-shapes",
        of("oci:ContainerEngine/nodePool:NodePool", { nodeShape: A1 }),
        of("oci:ContainerEngine/nodePool:NodePool", { nodeShape: "VM.Standard.E5.Flex" }),
        of("oci:ContainerEngine/nodePool:NodePool", { nodeShape: UNKNOWN_TEXT }),
    ],
    [
        "free-tier-shapes",
        of("oci:Core/instanceConfiguration:InstanceConfiguration", {
            instanceDetails: { launchDetails: { shape: A1 } },
        }),
        of("oci:Core/instanceConfiguration:InstanceConfiguration", { instanceDetails: { launchDetails: {} } }),
        undefined,
    ],
    ["free-tier-whole-ocpus", a1("a", 1, 8), a1("a", 1.33, 8), a1("a", UNKNOWN_NUMBER, 8)],
    ["free-tier-volume-minimum", a1("a", 1, 6, 50), a1("a", 1, 6, 49), a1("a", 1, 6, UNKNOWN_TEXT)],
    ["free-tier-volume-minimum", volume("v", "50"), volume("v", "49"), volume("v", UNKNOWN_TEXT)],
    [
        "free-tier-volume-performance",
        volume("v", 50, { vpusPerGb: "10" }),
        volume("v", 50, { vpusPerGb: "11" }),
        volume("v", 50, { vpusPerGb: UNKNOWN_TEXT }),
    ],
    [
        "free-tier-basic-clusters",
        of("oci:ContainerEngine/cluster:Cluster", { type: "BASIC_CLUSTER" }),
        of("oci:ContainerEngine/cluster:Cluster", { type: "ENHANCED_CLUSTER" }),
        of("oci:ContainerEngine/cluster:Cluster", { type: UNKNOWN_TEXT }),
    ],
    [
        "free-tier-basic-clusters",
        of("oci:ContainerEngine/cluster:Cluster"),
        of("oci:ContainerEngine/nodePool:NodePool", { nodePoolCyclingDetails: { isNodeCyclingEnabled: true } }),
        of("oci:ContainerEngine/nodePool:NodePool", { nodePoolCyclingDetails: { isNodeCyclingEnabled: UNKNOWN_TEXT } }),
    ],
    [
        "free-tier-load-balancer-bandwidth",
        of("oci:LoadBalancer/loadBalancer:LoadBalancer", {
            shape: "flexible",
            shapeDetails: { maximumBandwidthInMbps: 10 },
        }),
        of("oci:LoadBalancer/loadBalancer:LoadBalancer", {
            shape: "flexible",
            shapeDetails: { maximumBandwidthInMbps: 11 },
        }),
        of("oci:LoadBalancer/loadBalancer:LoadBalancer", {
            shape: "flexible",
            shapeDetails: { maximumBandwidthInMbps: UNKNOWN_NUMBER },
        }),
    ],
    [
        "free-tier-load-balancer-bandwidth",
        of("oci:LoadBalancer/loadBalancer:LoadBalancer", { shape: "10Mbps-Micro" }),
        of("oci:LoadBalancer/loadBalancer:LoadBalancer", { shape: "100Mbps" }),
        of("oci:LoadBalancer/loadBalancer:LoadBalancer", { shape: UNKNOWN_TEXT }),
    ],
];

describe.each(table)("%s", (id, passing, failing, unknown) => {
    test("passes, fails, and says what it cannot know", async () => {
        expect(await judged(only(id), [passing])).toEqual([]);
        const said = await judged(only(id), [failing]);
        expect(said.map(({ rule, level }) => [rule, level])).toEqual([[id, "mandatory"]]);
        expect(said[0]?.message).toContain(failing.name);
        if (unknown !== undefined) {
            const [doubt, ...rest] = await judged(only(id), [unknown]);
            expect(doubt).toMatchObject({ rule: id, level: "mandatory", resource: unknown.name });
            expect(doubt?.message).toContain("cannot know");
            expect(rest).toEqual([]);
            const config = { [id]: { onUnknown: "warn" } };
            expect((await judged(only(id), [unknown], { config })).map(({ rule }) => rule)).toEqual(["unknown-values"]);
            expect(await judged(only(id), [unknown], { config: { [id]: { onUnknown: "ignore" } } })).toEqual([]);
        }
    });

    test("does not speak of a stack that declares itself ha", async () => {
        expect(await judged(only(id), [failing], { profile: "ha" })).toEqual([]);
    });
});

test("a service of type LoadBalancer on OKE needs the annotations of a free one", async () => {
    const cluster: Declared = { type: "oci:ContainerEngine/cluster:Cluster", name: "oke", inputs: {} };
    const service = (annotations: Record<string, string>): Declared => ({
        type: "kubernetes:core/v1:Service",
        name: "web",
        inputs: { metadata: { annotations }, spec: { type: "LoadBalancer" } },
    });
    const rule = only("free-tier-load-balancer-bandwidth");
    const shape = "service.beta.kubernetes.io/oci-load-balancer-shape";
    const free = service({ [shape]: "flexible", [`${shape}-flex-min`]: "10", [`${shape}-flex-max`]: "10" });
    expect(await judged(rule, [cluster, free])).toEqual([]);
    expect(await judged(rule, [cluster, service({ "oci.oraclecloud.com/load-balancer-type": "nlb" })])).toEqual([]);
    expect(await messages(rule, [cluster, service({})])).toEqual([
        "web: may grow to 100 Mbps; 10 Mbps are free (allowance 2026-06-15).",
    ]);
    expect(await judged(rule, [service({}), micro("m")])).toEqual([]);
});

test("what a vault and a key are free with is said", async () => {
    const stack = [
        of("oci:Kms/vault:Vault", { vaultType: "VIRTUAL_PRIVATE" }),
        { ...of("oci:Kms/key:Key", { isAutoRotationEnabled: true }), name: "y" },
    ];
    expect(await messages(only("free-tier-resource-types"), stack)).toEqual([
        'x: oci:Kms/vault:Vault is free only with vaultType: "DEFAULT".',
        'y: oci:Kms/key:Key is free only with protectionMode: "SOFTWARE", or without isAutoRotationEnabled: each rotation in an HSM is a further version.',
    ]);
});

test("a type can be let pass by name", async () => {
    const config = { "free-tier-resource-types": { allow: ["oci:Database/dbSystem:DbSystem"] } };
    const stack = [of("oci:Database/dbSystem:DbSystem")];
    expect(await judged(only("free-tier-resource-types"), stack, { config })).toEqual([]);
});

describe("the budget", () => {
    const [, budget, alert] = guard2021 as readonly [Declared, Declared, Declared];
    const rule = only("free-tier-budget");
    const changed = (change: Record<string, unknown>): Declared[] => [
        micro("m"),
        budget,
        { ...alert, inputs: { ...alert.inputs, ...change } },
    ];

    test("is there, with an alert at the first cent and a recipient", async () => {
        expect(await judged(rule, changed({}))).toEqual([]);
        expect(await judged(rule, changed({ thresholdType: "ABSOLUTE", threshold: 0.01 }))).toEqual([]);
    });

    test.each<[string, Declared[], string]>([
        ["none at all", [micro("m")], "no budget"],
        ["no alert", [micro("m"), budget], "has no alert rule"],
        ["an alert at two percent", changed({ threshold: 2 }), "must come at $0.01"],
        ["an alert at two cents", changed({ thresholdType: "ABSOLUTE", threshold: 0.02 }), "comes at $0.02"],
        ["an alert on a forecast", changed({ type: "FORECAST" }), "on a forecast"],
        ["nobody to tell", changed({ recipients: " " }), "no recipients"],
        ["a recipient that is not known", changed({ recipients: UNKNOWN_TEXT }), "cannot know recipients"],
        ["a threshold that is not known", changed({ threshold: UNKNOWN_NUMBER }), "cannot know threshold"],
    ])("%s is a violation", async (_, stack, expected) => {
        const said = await judged(rule, stack);
        expect(said.map(({ level }) => level)).toEqual(["mandatory"]);
        expect(said[0]?.message).toContain(expected);
    });

    test("may be another stack's", async () => {
        expect(await judged(rule, [micro("m")], { config: { "free-tier-budget": { elsewhere: true } } })).toEqual([]);
    });
});

describe("the quota", () => {
    const [quota] = guard2021 as readonly [Declared];
    const rule = only("free-tier-quota");
    const statements = quota.inputs?.statements as readonly string[];
    const saying = (list: readonly unknown[], more: Record<string, unknown> = {}): Declared[] => [
        { ...quota, inputs: { ...quota.inputs, ...more, statements: list } },
        ...behindQuota(a1("a", 4, 24)),
    ];
    const judge = (stack: readonly Declared[], config = {}) =>
        messages(rule, stack, { allowance: "2021", config: { "free-tier-quota": config } });

    test("holds with the document's statements", async () => {
        expect(await judge(saying(statements))).toEqual([]);
    });

    test.each(statements.map((statement) => [statement]))("does not hold without %s", async (statement) => {
        const micros = statement.includes("e2-micro");
        const stack = [...saying(statements.filter((each) => each !== statement)), ...behindQuota(micro("m"))];
        const said = await judge(stack);
        expect(said.length).toBeGreaterThan(0);
        expect(said.join()).toContain(micros ? "standard-e2-micro-core-count" : "quota:");
    });

    test.each<[string, Declared[], string]>([
        ["none", [a1("a", 1, 6)], "and no quota"],
        [
            "zero after set",
            saying([...statements.slice(1), "zero compute-core quotas in tenancy"]),
            "comes after a set statement",
        ],
        [
            "a limit above the allowance",
            saying(
                statements.map((each) => each.replace("standard-a1-core-count to 4", "standard-a1-core-count to 5")),
            ),
            "standard-a1-core-count is 5",
        ],
        ["another scope", saying(statements.map((each) => each.replace("tenancy", "compartment lab"))), "is not set"],
        ["no statement", saying([...statements, "please be free"]), "is no quota statement"],
        [
            "a place below the root",
            saying(statements, { compartmentId: "ocid1.compartment.oc1..x" }),
            "root compartment",
        ],
        ["statements that are not known", saying([UNKNOWN_TEXT]), "cannot know statements"],
        ["a place that is not known", saying(statements, { compartmentId: UNKNOWN_TEXT }), "cannot know compartmentId"],
        ["an instance before it", [...saying(statements), a1("early", 0, 0)], "early: may be created before the quota"],
    ])("%s is a violation", async (_, stack, expected) => {
        expect((await judge(stack)).join()).toContain(expected);
    });

    const elsewhere = (instance: Declared, availabilityDomain: string): Declared => ({
        ...instance,
        inputs: { ...instance.inputs, availabilityDomain },
    });
    const storage = "block-storage quota total-storage-gb";
    const inTwo = (...list: readonly string[]): Declared[] => [
        ...saying([...statements.filter((each) => !each.includes(storage)), ...list]),
        ...behindQuota(elsewhere(a1("b", 0, 0), "AD-2")),
    ];
    const each = (first: number, second: number) => [
        `set ${storage} to ${first} in tenancy where request.ad = 'AD-1'`,
        `set ${storage} to ${second} in tenancy where request.ad = 'AD-2'`,
    ];

    test("shares the storage out among availability domains", async () => {
        expect(await judge(inTwo(`zero ${storage} in tenancy`, ...each(150, 50)))).toEqual([]);
    });

    test.each<[string, readonly string[], string]>([
        ["one figure for all of them", [`set ${storage} to 200 in tenancy`], "total-storage-gb is 400"],
        ["one for all of a region", [`set ${storage} to 200 in tenancy where request.region = 'AD'`], "is 400"],
        ["more than the allowance together", [`zero ${storage} in tenancy`, ...each(150, 51)], "is 201"],
        ["nothing said of the domains it does not name", each(100, 100), "is not set"],
        [
            "room in a domain it does not stand in",
            [
                `zero ${storage} in tenancy`,
                ...each(100, 100),
                `set ${storage} to 1 in tenancy where request.ad = 'AD-3'`,
            ],
            "is 201",
        ],
    ])("of storage with %s is a violation, and says what to write", async (_, list, expected) => {
        const said = (await judge(inTwo(...list))).join();
        expect(said).toContain(expected);
        expect(said).toContain(
            `"zero ${storage} in tenancy", "set ${storage} to 100 in tenancy where request.ad = 'AD-1'"`,
        );
    });

    test("of machines may be one region's", async () => {
        const there = statements.map((each) =>
            each.startsWith("set compute") ? `${each} where request.region = 'eu-frankfurt-1'` : each,
        );
        expect(await judge(saying(there))).toEqual([]);
        const more = there.map((each) => each.replace("standard-a1-core-count to 4", "standard-a1-core-count to 5"));
        expect((await judge(saying(more))).join()).toContain("standard-a1-core-count is 5");
    });

    test("covers a compartment where the scope says so", async () => {
        const stack = saying(statements.map((each) => each.replace("in tenancy", "in compartment lab")));
        expect(await judge(stack, { scope: "lab" })).toEqual([]);
    });

    test("is in place for an instance that waits for it through its parent", async () => {
        const stack: Declared[] = [
            quota,
            { type: "strata:test:Layer", name: "layer", after: ["quota"] },
            { ...a1("a", 4, 24), parent: "layer" },
        ];
        expect(await judge(stack)).toEqual([]);
    });
});

describe("promises", () => {
    test("free and ha exclude each other on today's allowance, not on the document's", async () => {
        const rule = only("free-tier-or-ha");
        expect(await messages(rule, [micro("m")], { profile: "free,ha", allowance: "2026-06-15" })).toEqual([
            "strata:profile claims free and ha: a quorum needs 3 machines of at least one OCPU each, and allowance 2026-06-15 has 2 OCPUs on at most 2 machines; declare one of the two.",
        ]);
        expect(await judged(rule, [micro("m")], { profile: ["free", "ha"], allowance: "2021" })).toEqual([]);
        expect(await judged(rule, [micro("m")], { profile: "free", allowance: "2026-06-15" })).toEqual([]);
    });

    test("idle machines of an Always Free account are warned of", async () => {
        const rule = only("free-tier-idle-reclamation");
        expect(await judged(rule, [a1("a", 1, 6)], { accountType: "payg" })).toEqual([]);
        const said = await judged(rule, [a1("a", 1, 6)], { accountType: "always-free" });
        expect(said.map(({ level }) => level)).toEqual(["advisory"]);
    });

    test("a stack under the document's allowance says what it costs today", async () => {
        const rule = only("free-tier-superseded-allowance");
        const stack = [a1("a", 2, 8), a1("b", 1, 8), a1("c", 1, 8), micro("m")];
        const said = await messages(rule, stack, { allowance: "2021", today: "2026-06-15" });
        // 4 x 744 - 1500 OCPU hours at $0.01, 24 x 744 - 9000 GB hours at $0.0015.
        expect(said).toHaveLength(1);
        expect(said[0]).toContain("the stack costs $28.04 a month");
        expect(await judged(rule, stack, { allowance: "2021", today: "2026-06-14" })).toEqual([]);
        expect(await judged(rule, stack, { today: "2026-06-15" })).toEqual([]);
    });

    test("Proxmox machines on A1 run under emulation", async () => {
        const rule = only("free-tier-nested-virtualisation");
        const vm: Declared = { type: "proxmoxve:index/vmLegacy:VmLegacy", name: "vm", inputs: { nodeName: "n" } };
        expect((await judged(rule, [a1("a", 1, 6), vm])).map(({ level }) => level)).toEqual(["advisory"]);
        expect(await judged(rule, [a1("a", 1, 6)])).toEqual([]);
    });
});
