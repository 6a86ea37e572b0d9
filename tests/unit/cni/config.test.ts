import fc from "fast-check";
import { expect, test } from "vitest";
import { cniMistakes, cniSection, poolSize } from "../../../config/cni";

const homelab = { loadBalancerPool: { first: "10.10.0.70", last: "10.10.0.80" } };
const around = {
    cidr: "10.10.0.0/24",
    taken: { "10.10.0.1": "the gateway", "10.10.0.140": "machine c0" },
    fixed: { "strata:cni.hubbleAddress": "10.10.0.71" },
};

const parsed = (more: object = {}) => cniSection.parse({ ...homelab, ...more });

test("a pool is all a stack has to say; the chart's version is the one tested on its Kubernetes", () => {
    expect(parsed()).toEqual({ version: "1.18.14", loadBalancerPool: { first: "10.10.0.70", last: "10.10.0.80" } });
    expect(cniMistakes(parsed(), around)).toEqual([]);
});

test("the document's pool, both ends included, holds eleven addresses", () => {
    expect(poolSize(homelab.loadBalancerPool)).toBe(11);
});

test.each([
    ["a chart version that is not exact", { version: "1.18" }],
    ["an address that is none", { loadBalancerPool: { first: "10.10.0.256", last: "10.10.0.80" } }],
    ["a key that does not exist", { loadbalancerPool: {} }],
])("fails on %s", (_, more) => {
    expect(cniSection.safeParse({ ...homelab, ...more }).success).toBe(false);
});

test.each([
    [
        "a pool outside the machines' network",
        { loadBalancerPool: { first: "10.11.0.70", last: "10.11.0.80" } },
        { ...around, fixed: {} },
        [
            'strata:cni.loadBalancerPool.first is "10.11.0.70", expected an address inside strata:network.cidr 10.10.0.0/24, where it can be announced.',
            'strata:cni.loadBalancerPool.last is "10.11.0.80", expected an address inside strata:network.cidr 10.10.0.0/24, where it can be announced.',
        ],
    ],
    [
        "a pool that ends before it begins",
        { loadBalancerPool: { first: "10.10.0.80", last: "10.10.0.70" } },
        { ...around, fixed: {} },
        ['strata:cni.loadBalancerPool.first is "10.10.0.80", expected an address before its last one 10.10.0.70.'],
    ],
    [
        "a machine inside the pool",
        {},
        { ...around, taken: { "10.10.0.80": "machine w9" } },
        [
            'strata:cni.loadBalancerPool is "10.10.0.70 to 10.10.0.80", expected a range without 10.10.0.80, which is machine w9.',
        ],
    ],
    [
        "a page outside the pool",
        {},
        { ...around, fixed: { "strata:cni.hubbleAddress": "10.10.0.81" } },
        [
            'strata:cni.hubbleAddress is "10.10.0.81", expected an address of the pool strata:cni.loadBalancerPool, 10.10.0.70 to 10.10.0.80.',
        ],
    ],
    [
        "two pages at one address",
        {},
        { ...around, fixed: { a: "10.10.0.71", b: "10.10.0.71", c: undefined } },
        ['b is "10.10.0.71", expected an address of its own: a has it already.'],
    ],
])("fails on %s, in one sentence each", (_, more, surroundings, expected) => {
    expect(cniMistakes(parsed(more), surroundings)).toEqual(expected);
});

test("whatever the pool, a machine is refused in it exactly when its address lies between the ends", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
        fc.property(octet, octet, octet, (a, b, machine) => {
            const [first, last] = [Math.min(a, b), Math.max(a, b)];
            const loadBalancerPool = { first: `10.10.0.${first}`, last: `10.10.0.${last}` };
            const mistakes = cniMistakes(parsed({ loadBalancerPool }), {
                cidr: "10.10.0.0/24",
                taken: { [`10.10.0.${machine}`]: "machine m" },
                fixed: {},
            });
            expect(mistakes.length > 0).toBe(first <= machine && machine <= last);
            expect(poolSize(loadBalancerPool)).toBe(last - first + 1);
        }),
    );
});
