import { expect, test } from "vitest";
import { prices } from "../../../policy/free-tier/prices";
import { allowanceFor, monthlyCost, monthlyCostInForce } from "../../../policy/report";
import { a1, micro, volume } from "./oracle";
import { type Declared, UNKNOWN_NUMBER, urnOf } from "./stack";

const today = allowanceFor(undefined, "2026-11-21");

function plain(stack: readonly Declared[]) {
    return stack.map((each) => ({
        urn: urnOf(each),
        type: each.type,
        name: each.name,
        props: each.inputs ?? {},
        dependencies: [],
    }));
}

function cost(stack: readonly Declared[], allowance = today) {
    return monthlyCost(plain(stack), allowance);
}

test("what today's allowance holds costs nothing", () => {
    expect(cost([a1("a", 2, 12), micro("m"), volume("v", 100)])).toEqual({ monthlyUsd: 0, lines: [], unpriced: [] });
});

test.each<[string, Declared[], number]>([
    ["a third OCPU", [a1("a", 3, 12)], 0.01 * (3 * 744 - 1500)],
    ["a thirteenth GB", [a1("a", 2, 13)], 0.0015 * (13 * 744 - 9000)],
    [
        "an E4 instance",
        [{ ...micro("e"), inputs: { shape: "VM.Standard.E4.Flex", shapeConfig: { ocpus: 1, memoryInGbs: 8 } } }],
        744 * (0.025 + 8 * 0.0015),
    ],
    ["ten GB of volume", [micro("m", 50), volume("v", 160)], 10 * (0.0255 + 0.017)],
    [
        "an enhanced cluster",
        [{ type: "oci:ContainerEngine/cluster:Cluster", name: "c", inputs: { type: "ENHANCED_CLUSTER" } }],
        74.4,
    ],
    [
        "a load balancer of 20 Mbps",
        [
            {
                type: "oci:LoadBalancer/loadBalancer:LoadBalancer",
                name: "lb",
                inputs: { shape: "flexible", shapeDetails: { maximumBandwidthInMbps: 20 } },
            },
        ],
        744 * 10 * 0.0001,
    ],
])("%s has its price", (_, stack, expected) => {
    expect(cost(stack).monthlyUsd).toBeCloseTo(Math.round(expected * 100) / 100, 9);
    expect(cost(stack).lines.every((line) => line.resources.length > 0)).toBe(true);
});

test("what cannot be priced is said", () => {
    const strange = { ...micro("gpu"), inputs: { shape: "BM.GPU4.8" } };
    expect(cost([strange]).unpriced).toEqual(["gpu: shape BM.GPU4.8 is not in the price table."]);
    const inner = { ...a1("a", 1, 6), inputs: { ...a1("a", 1, 6).inputs, shapeConfig: { ocpus: UNKNOWN_NUMBER } } };
    expect(cost([inner]).monthlyUsd).toBe(0);
    expect(prices.date <= "2026-11-21").toBe(true);
});

test("a stack judged by a superseded allowance has a bill of today, and no other stack has", () => {
    const drawn = plain([a1("a", 2, 8), a1("b", 1, 8), a1("c", 1, 8)]);
    const document = allowanceFor("2021", "2026-11-21");
    const inForce = monthlyCostInForce(drawn, document, "2026-06-15");
    expect(inForce?.allowance.name).toBe("2026-06-15");
    expect(inForce?.cost.lines.map(({ monthlyUsd }) => Number(monthlyUsd.toFixed(2)))).toEqual([14.76, 13.28]);
    expect(monthlyCostInForce(drawn, document, "2026-06-14")).toBeUndefined();
    expect(monthlyCostInForce(drawn, today, "2026-11-21")).toBeUndefined();
    const elsewhere = plain([{ type: "proxmoxve:index/vm:Vm", name: "vm", inputs: {} }]);
    expect(monthlyCostInForce(elsewhere, document, "2026-11-21")).toBeUndefined();
});
