import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFleet, platforms } from "../../../config";
import { isBetween, isHost, isInside, toNumber } from "../../../config/address";
import { stackSections } from "../../harness/stack-config";

const homelab = stackSections("homelab");
const network = { cidr: "10.0.0.0/16", gateway: "10.0.0.1" };
const pool = { first: "10.0.255.1", last: "10.0.255.100" };

/** The address of a number below the pool, e.g. 258 is 10.0.1.2. */
const addressOf = (host: number): string => `10.0.${host >> 8}.${host & 255}`;

/** A machine as a stack's file has it. */
interface GoodMachine {
    readonly role: string;
    readonly host: string;
    readonly address: string;
    readonly vmId: number;
    readonly memoryGiB: number;
}

/** A fleet of machines that breaks no promise. */
const goodFleet = fc
    .record({
        controllers: fc.constantFrom(1, 3, 5),
        workers: fc.integer({ min: 1, max: 40 }),
        hosts: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ controllers, workers, hosts }) => {
        const names = [
            ...Array.from({ length: controllers }, (_, turn) => `c${turn}`),
            ...Array.from({ length: workers }, (_, turn) => `w${turn}`),
        ];
        const machines: Record<string, GoodMachine> = Object.fromEntries(
            names.map((name, turn) => [
                name,
                {
                    role: name.startsWith("c") ? "controlplane" : "worker",
                    host: `pve-${turn % hosts}`,
                    address: addressOf(300 + turn),
                    vmId: 100 + turn,
                    memoryGiB: 4,
                    ...(name === "w0" ? { storageDiskGiB: 40 } : {}),
                },
            ]),
        );
        const nodes = Object.fromEntries(
            Array.from({ length: hosts }, (_, turn) => [`pve-${turn}`, { memoryGiB: 4 * names.length }]),
        );
        return {
            network,
            hypervisor: { endpoint: "https://pve.example.org:8006/", nodes },
            machines,
            talos: { clusterName: "fleet" },
            cni: { loadBalancerPool: pool },
            storage: { monitors: ["w0"], size: 1, minSize: 1 },
        };
    });

function found(raw: Record<string, unknown>): readonly string[] {
    const result = parseFleet(raw);
    return "mistakes" in result ? result.mistakes : [];
}

describe("of any fleet", () => {
    test("one that keeps every promise has no mistakes", () => {
        fc.assert(
            fc.property(goodFleet, (fleet) => {
                expect(found(fleet)).toEqual([]);
            }),
        );
    });

    test("the order in which its machines are written changes nothing", () => {
        fc.assert(
            fc.property(goodFleet, (fleet) => {
                const reversed = Object.fromEntries(Object.entries(fleet.machines).reverse());
                expect(parseFleet({ ...fleet, machines: reversed })).toEqual(parseFleet(fleet));
            }),
        );
    });

    test.each(["address", "vmId"] as const)("a doubled %s is one mistake that names both machines", (key) => {
        fc.assert(
            fc.property(goodFleet, fc.nat(), (fleet, pick) => {
                const names = Object.keys(fleet.machines);
                const [first, second] = [names[0] ?? "", names[1 + (pick % (names.length - 1))] ?? ""];
                const doubled = { ...fleet.machines[second], [key]: fleet.machines[first]?.[key] };
                const mistakes = found({ ...fleet, machines: { ...fleet.machines, [second]: doubled } });
                expect(mistakes).toHaveLength(1);
                expect(mistakes[0]).toContain(`strata:machines.${second}.${key}`);
                expect(mistakes[0]).toContain(`strata:machines.${first}.${key}`);
            }),
        );
    });

    test("a machine anywhere in the pool is one mistake that names it", () => {
        const inPool = fc.integer({ min: 1, max: 100 }).map((last) => `10.0.255.${last}`);
        fc.assert(
            fc.property(goodFleet, inPool, (fleet, address) => {
                const mistakes = found({
                    ...fleet,
                    machines: { ...fleet.machines, w0: { ...fleet.machines.w0, address } },
                });
                expect(mistakes).toEqual([expect.stringContaining(`without ${address}, which is machine w0`)]);
            }),
        );
    });

    test("a host is asked for exactly the memory it has, and not for one GiB more", () => {
        fc.assert(
            fc.property(goodFleet, (fleet) => {
                const sum = Object.values(fleet.machines)
                    .filter(({ host }) => host === "pve-0")
                    .reduce((total, { memoryGiB }) => total + memoryGiB, 0);
                const withMemory = (memoryGiB: number) => ({
                    ...fleet,
                    hypervisor: { ...fleet.hypervisor, nodes: { ...fleet.hypervisor.nodes, "pve-0": { memoryGiB } } },
                });
                expect(found(withMemory(sum))).toEqual([]);
                expect(found(withMemory(sum - 1))).toEqual([
                    expect.stringContaining(`strata:hypervisor.nodes.pve-0.memoryGiB is ${sum - 1}, expected at least`),
                ]);
            }),
        );
    });
});

test("whatever stands where a section should, the answer is a fleet or sentences, never a crash", () => {
    fc.assert(
        fc.property(fc.constantFrom(...Object.keys(platforms.proxmox.sections)), fc.jsonValue(), (section, value) => {
            for (const mistake of found({ ...homelab, [section]: value })) {
                expect(mistake).toMatch(/^strata:.+ (is missing, expected|is .+, expected|is no key of) .+\.$/s);
            }
        }),
        { numRuns: 300 },
    );
});

test("whatever stands where a machine's value should, the answer is a fleet or sentences, never a crash", () => {
    const keys = fc.constantFrom("role", "host", "address", "vmId", "cpuCores", "memoryGiB", "systemDiskGiB");
    fc.assert(
        fc.property(keys, fc.jsonValue(), (key, value) => {
            const machines = homelab.machines as Record<string, Record<string, unknown>>;
            for (const mistake of found({
                ...homelab,
                machines: { ...machines, c0: { ...machines.c0, [key]: value } },
            })) {
                expect(mistake).toMatch(/^strata:.+ (is missing|is .+), expected .+\.$/s);
            }
        }),
        { numRuns: 300 },
    );
});

describe("addresses", () => {
    const anyAddress = fc.ipV4();

    test("are hosts of a network only inside it, and never its first or last", () => {
        fc.assert(
            fc.property(anyAddress, fc.integer({ min: 1, max: 30 }), (address, prefix) => {
                const cidr = `${address}/${prefix}`;
                const size = 2 ** (32 - prefix);
                const start = Math.floor(toNumber(address) / size) * size;
                expect(isInside(address, cidr)).toBe(true);
                const end = toNumber(address) === start || toNumber(address) === start + size - 1;
                expect(isHost(address, cidr)).toBe(!end);
            }),
        );
    });

    test("lie between two others as their numbers do", () => {
        fc.assert(
            fc.property(anyAddress, anyAddress, anyAddress, (a, b, c) => {
                const [low, middle, high] = [a, b, c].map(toNumber) as [number, number, number];
                expect(isBetween(b, a, c)).toBe(low <= middle && middle <= high);
            }),
        );
    });
});
