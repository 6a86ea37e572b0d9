import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { policiesOf } from "../../../policy/crossguard";
import { TODAY_VARIABLE, today } from "../../../policy/declarations";
import { optionsOf } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { settingsFrom } from "../../../policy/settings";
import { timesAsLong } from "../../harness/times-as-long";
import { homelab, mitigated } from "./homelab";
import { a1, behindQuota, guard2021, micro, volume } from "./oracle";
import { type Declared, judged, TODAY, UNKNOWN_TEXT } from "./stack";

const pack = join(__dirname, "../../../policy");

describe("the pack", () => {
    test("has one version, in both of its files", () => {
        const manifest = JSON.parse(readFileSync(join(pack, "package.json"), "utf8")) as { version: string };
        const project = parse(readFileSync(join(pack, "PulumiPolicy.yaml"), "utf8")) as { version: string };
        expect(project.version).toBe(manifest.version);
    });

    test("has a name for each rule, once", () => {
        const ids = rules.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
    });

    test.each(rules.map((rule) => [rule.id, rule] as const))(
        "%s says why, its limit and the remedy, in sentences",
        (_, rule) => {
            for (const text of [rule.why, rule.limit, rule.fix]) {
                expect(text).toMatch(/[.)]$/);
            }
            expect(rule.id).toMatch(/^(?:free-tier|spof|hygiene)(?:-[a-z0-9]+)*$/);
            expect(rule.id.startsWith(rule.family)).toBe(true);
            for (const option of Object.values(optionsOf(rule))) {
                expect(option.description).toMatch(/[.]$/);
            }
        },
    );

    test("gives CrossGuard a config schema for each rule", () => {
        for (const policy of policiesOf(rules, () => settingsFrom({}, TODAY)).slice(0, -1)) {
            expect(Object.keys(policy.configSchema?.properties ?? {})).toContain("onUnknown");
        }
    });

    test("takes the day from its environment, else from the clock it is given", () => {
        expect(today({ [TODAY_VARIABLE]: "2030-01-01" })).toBe("2030-01-01");
        expect(today({}, new Date("2026-06-14T23:59:59Z"))).toBe("2026-06-14");
    });

    test("says nothing of a program that has nothing it knows", async () => {
        expect(await judged(rules, [{ type: "random:index/randomPet:RandomPet", name: "pet", inputs: {} }])).toEqual(
            [],
        );
    });

    test("never leaves a rule to CrossGuard's own treatment of unknown values", async () => {
        const types = [...new Set([a1("a", 1, 1), volume("v", 1), ...guard2021].map(({ type }) => type))];
        const blind = types.map(
            (type, index): Declared => ({
                type,
                name: `x${index}`,
                inputs: new Proxy({}, {}) && {
                    shape: UNKNOWN_TEXT,
                    sizeInGbs: UNKNOWN_TEXT,
                    statements: UNKNOWN_TEXT,
                    shapeConfig: UNKNOWN_TEXT,
                },
            }),
        );
        const said = await judged(rules, blind);
        expect(said.length).toBeGreaterThan(0);
        expect(said.filter(({ message }) => message.startsWith("can't run policy"))).toEqual([]);
    });

    test("says the same whatever the order of resources", async () => {
        const stack = [
            ...homelab(mitigated),
            ...guard2021,
            ...behindQuota(a1("a", 5, 25), micro("m")),
            volume("v", 300),
        ];
        const sentences = async (order: readonly Declared[]) =>
            (await judged(rules, order)).map(({ rule, message }) => `${rule}: ${message}`).sort();
        expect(await sentences([...stack].reverse())).toEqual(await sentences(stack));
    });
});

/** A stack of a size, with machines, volumes, workloads and facts. */
function large(count: number): Declared[] {
    return Array.from({ length: count }, (_, index): Declared => {
        const name = `r${index}`;
        const before = index === 0 ? [] : [`r${index - 1}`];
        switch (index % 4) {
            case 0:
                return { ...a1(name, 1, 6), after: before };
            case 1:
                return { ...volume(name, 50), after: before };
            case 2:
                return {
                    type: "kubernetes:apps/v1:Deployment",
                    name,
                    inputs: {
                        metadata: { name },
                        spec: { replicas: 2, template: { spec: { containers: [{ image: "a:1" }] } } },
                    },
                    after: before,
                };
            default:
                return {
                    type: "proxmoxve:index/vmLegacy:VmLegacy",
                    name,
                    inputs: { name: `worker-${index}`, nodeName: `n-${index % 7}`, disks: [{}] },
                };
        }
    }).map((each, _, all) => ({
        ...each,
        after: (each.after ?? []).filter((name) => all.some((other) => other.name === name)),
    }));
}

test("ten times the resources take less than twelve times as long", { timeout: 120_000 }, async () => {
    const [small, big] = [large(100), large(1000)];
    const ratio = await timesAsLong(
        10,
        9,
        () => judged(rules, small),
        () => judged(rules, big),
    );
    expect(ratio).toBeLessThan(12);
});
