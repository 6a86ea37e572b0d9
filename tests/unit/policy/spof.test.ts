import { describe, expect, test } from "vitest";
import { failureReport } from "../../../policy/report";
import { acceptedRisks, spof, spofAdvice, spofPairs } from "../../../policy/rules/spof/spof";
import { accept, component, drawn, type Homelab, homelab, mitigated } from "./homelab";
import { type Circumstances, type Declared, judged, messages, TODAY, UNKNOWN_TEXT, urnOf } from "./stack";

const family = [spof, spofAdvice, acceptedRisks, spofPairs];

/** Components that the judged rule names, in order. */
async function named(stack: readonly Declared[], circumstances: Circumstances = {}): Promise<string[]> {
    return (await messages([spof], stack, circumstances)).map((message) => message.slice(0, message.indexOf(" ")));
}

function reported(stack: readonly Declared[], risks: readonly string[] = []) {
    const plain = stack.map((each) => ({
        urn: urnOf(each),
        type: each.type,
        name: each.name,
        props: each.outputs ?? {},
        dependencies: [],
    }));
    return failureReport(
        plain,
        risks.map((name) => accept(name)),
        TODAY,
    );
}

const everyFinding = ["ceph-data", "ceph-mon", "hypervisor-node/pve", "machine/c0", "postgresql", "rabbitmq"];

describe("the homelab as the document draws it", () => {
    test("names the document's two and those it misses", async () => {
        // Database and broker share a worker, which then explains both; alone on their own they name themselves.
        expect(await named(homelab({ ...drawn, rabbitmq: ["w1"] }))).toEqual(everyFinding);
    });

    test.each([[["w0"]], [["w1"]]])("passes with its risks accepted by name, the broker on %s", async (rabbitmq) => {
        const stack = homelab({ ...drawn, rabbitmq });
        const circumstances = { acceptedRisks: everyFinding.map((name) => accept(name)) };
        expect(await messages(family.slice(0, 3), stack, circumstances)).toEqual([]);
    });

    test.each(everyFinding.filter((name) => name !== "machine/c0"))("does not pass without %s", async (missing) => {
        const risks = everyFinding.filter((name) => name !== missing).map((name) => accept(name));
        expect(await named(homelab({ ...drawn, rabbitmq: ["w1"] }), { acceptedRisks: risks })).toEqual([missing]);
    });

    test("says of the monitors that either stops them", async () => {
        const said = await judged([spof], homelab(drawn));
        expect(said.find(({ message }) => message.startsWith("ceph-mon"))).toEqual({
            rule: "spof",
            level: "mandatory",
            resource: "ceph",
            message:
                "ceph-mon (Rook-Ceph monitors) has 2 members and needs a majority: the loss of any one stops ceph-mon, ceph-data, postgresql and rabbitmq. Run three members, each in a failure domain of its own. Or accept it in strata:acceptedRisks as ceph-mon.",
        });
    });

    test("says of the pool that one copy still takes writes", async () => {
        const said = await messages([spof], homelab(drawn));
        expect(said.find((message) => message.startsWith("ceph-data"))).toContain(
            "takes writes with a single copy left (size 2, min_size 1)",
        );
    });

    test("the table has the document's rows", () => {
        const rows = new Map(reported(homelab(drawn)).components.map((row) => [row.component, row]));
        expect(
            ["hypervisor-node/pve", "machine/c0", "ceph-data", "cilium"].map((name) => rows.get(name)?.spof),
        ).toEqual([true, true, false, false]);
        expect(rows.get("hypervisor-node/pve")?.mitigation).toBe("Proxmox cluster (3+ nodes)");
        expect(rows.get("machine/c0")?.losesWhenDown).toEqual(["etcd", "kubernetes-api", "load-balancer-addresses"]);
        expect(rows.get("ceph-mon")?.spof).toBe(true);
        expect(rows.get("ceph-data")?.flaws).toHaveLength(1);
    });

    test("the table shows what is accepted, and why", () => {
        const rows = new Map(
            reported(homelab(drawn), ["hypervisor-node/pve", "machine/c0", "ceph-mon"]).components.map((row) => [
                row.component,
                row,
            ]),
        );
        expect(rows.get("machine/c0")).toMatchObject({ accepted: true, reason: "one house, one server" });
        expect(rows.get("etcd")?.accepted).toBe(true);
        expect(rows.get("machine/w1")).toMatchObject({ spof: true, accepted: true });
        expect(rows.get("postgresql")).toMatchObject({ spof: true, accepted: false });
    });
});

describe("the homelab with the document's mitigations", () => {
    test("has no single point of failure, and accepts nothing", async () => {
        expect(await messages(family.slice(0, 3), homelab(mitigated))).toEqual([]);
        expect(await messages(family.slice(0, 3), homelab(mitigated), { profile: "ha" })).toEqual([]);
    });

    test("two Proxmox nodes together are reported, not judged", () => {
        const { pairs } = reported(homelab(mitigated));
        const pair = pairs.find((each) => each.pair.join() === "hypervisor-node/pve-0,hypervisor-node/pve-1");
        expect(pair?.losesWhenDown).toContain("etcd");
        expect(pair?.losesWhenDown).not.toContain("cilium");
    });

    test.each<[string, Partial<Homelab>, string[]]>([
        [
            "three controllers on one Proxmox node",
            { machines: { ...mitigated.machines, c1: "pve-0", c2: "pve-0" } },
            ["hypervisor-node/pve-0"],
        ],
        [
            "two of three controllers on one Proxmox node",
            { machines: { ...mitigated.machines, c1: "pve-0" } },
            ["hypervisor-node/pve-0"],
        ],
        ["two controllers", { controllers: ["c0", "c1"] }, ["etcd"]],
        ["four controllers", { controllers: ["c0", "c1", "c2", "w0"] }, ["etcd", "hypervisor-node/pve-0"]],
        ["two monitors", { monitors: ["w0", "w1"] }, ["ceph-mon"]],
        ["a pool of two copies", { size: 2, minSize: 1 }, ["ceph-data"]],
        ["a pool of two copies that needs both", { size: 2, minSize: 2 }, ["ceph-data"]],
        ["three copies on two hosts", { disks: ["w0", "w1"] }, ["ceph-data"]],
        ["one database", { postgresql: ["w1"] }, ["postgresql"]],
        ["one broker", { rabbitmq: ["w2"] }, ["rabbitmq"]],
        ["two brokers", { rabbitmq: ["w1", "w2"] }, ["rabbitmq"]],
    ])("%s is found", async (_, change, expected) => {
        expect(await named(homelab({ ...mitigated, ...change }))).toEqual(expected);
    });
});

describe("accepted risks", () => {
    const stack = homelab({ ...mitigated, postgresql: ["w1"] });

    test("count until their last day, and are a violation after it", async () => {
        const risks = { acceptedRisks: [accept("postgresql", "2026-09-01")] };
        expect(await messages([spof, acceptedRisks], stack, { ...risks, today: "2026-09-01" })).toEqual([]);
        const after = await judged([spof, acceptedRisks], stack, { ...risks, today: "2026-09-02" });
        expect(after.map(({ rule }) => rule)).toEqual(["spof", "spof-accepted-risks"]);
        expect(after[1]?.message).toBe(
            'the accepted risk postgresql ran out on 2026-09-01 (owner owner, "one house, one server"); mend it or renew it.',
        );
    });

    test("may have their day without quotes, which YAML makes a midnight", async () => {
        const risks = { acceptedRisks: [accept("postgresql", "2026-09-01T00:00:00Z")] };
        expect(await messages([spof, acceptedRisks], stack, risks)).toEqual([]);
    });

    test.each([
        ["etcd", "it is no single point of failure"],
        ["machine/c9", "the stack has no component of that name"],
    ])("of %s is unused", async (name, because) => {
        const said = await messages([acceptedRisks], stack, {
            acceptedRisks: [accept("postgresql"), accept(name)],
        });
        expect(said).toEqual([`the accepted risk ${name} is unused: ${because}; remove it.`]);
    });

    test("of a service covers whatever stops it, and of a domain whatever it stops", async () => {
        const bare = homelab({ ...mitigated, controllers: ["c0"] });
        expect(await named(bare)).not.toEqual([]);
        for (const names of [
            ["machine/c0", "hypervisor-node/pve-0"],
            ["etcd", "kubernetes-api"],
        ]) {
            expect(await named(bare, { acceptedRisks: names.map((name) => accept(name)) })).toEqual([]);
        }
    });

    test.each([
        ["no list", { acceptedRisks: "postgresql" }, "expected a list"],
        [
            "a missing owner",
            { acceptedRisks: [{ component: "a", reason: "b", until: "2030-01-01" }] },
            "owner is missing",
        ],
        ["a day that does not exist", { acceptedRisks: [accept("a", "2030-02-30")] }, "expected a day like"],
        ["a profile nobody knows", { profile: "cheap" }, 'expected "free" or "ha"'],
        ["an allowance nobody knows", { allowance: "2031" }, "expected one of 2021, 2026-06-15"],
        ["an account nobody knows", { accountType: "gold" }, 'expected "payg" or "always-free"'],
    ])("%s is a mistake that is told", async (_, circumstances, expected) => {
        const said = await messages([acceptedRisks], homelab(mitigated), circumstances);
        expect(said).toHaveLength(1);
        expect(said[0]).toContain(expected);
    });
});

test("the loss of the last copy is a loss of data", async () => {
    const lone = homelab({ ...mitigated, disks: ["w0"], size: 1, minSize: 1, postgresql: [], rabbitmq: [] });
    const said = await messages(
        [spof],
        lone.filter(({ name }) => name !== "postgresql" && name !== "rabbitmq"),
    );
    expect(said.some((message) => message.startsWith("ceph-data"))).toBe(true);
    const facts = component("store", {
        domains: [{ name: "state-store/bucket", kind: "state-store", title: "State bucket" }],
        services: [
            {
                name: "state",
                title: "State",
                redundancy: { rule: "replicated", size: 1, minSize: 1 },
                members: { bucket: "state-store/bucket" },
                storesData: true,
            },
            {
                name: "locks",
                title: "Locks",
                redundancy: { rule: "at-least", count: 1 },
                members: { bucket: "state-store/bucket" },
                storesData: true,
            },
        ],
    });
    const [finding] = await messages([spof], [facts]);
    expect(finding).toContain("state-store/bucket (State bucket) is a single point of failure");
    expect(finding).toContain("state (data) and locks (data)");
});

test("facts that contradict themselves are told", async () => {
    const said = await messages(
        [spof],
        [
            component("a", {
                services: [
                    {
                        name: "x",
                        title: "X",
                        redundancy: { rule: "any-of" },
                        members: { one: "machine/a", two: "machine/b" },
                        needs: ["y"],
                    },
                    { name: "z", title: "Z", redundancy: { rule: "any-of" }, members: {} },
                ],
            }),
        ],
    );
    expect(said).toEqual([
        "facts: service x needs y, which nothing in the stack declares.",
        "facts: service z declares no members; name each member with the domain it runs in.",
    ]);
});

test("a fact that is not known is told, at the level of the rule", async () => {
    const broken: Declared = {
        type: "strata:test:x",
        name: "x",
        outputs: { facts: { domains: [{ name: "machine/a", kind: "machine", title: UNKNOWN_TEXT }] } },
    };
    const said = await judged([spof], [broken], { profile: "ha" });
    expect(said.map(({ level, message }) => [level, message])).toEqual([
        [
            "mandatory",
            "x (strata:test:x): cannot know facts.domains.0.title, so what its loss stops cannot be judged. Give it a plain value, or set onUnknown of this rule.",
        ],
    ]);
});
