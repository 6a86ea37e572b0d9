/** Section `cni`: Cilium, the addresses of LoadBalancer services, Hubble. */

import { z } from "zod";
import { address, isBetween, isInside, toNumber } from "./address";
import { type Mistake, sentence } from "./mistake";

/** A chart version as Helm repositories list it, complete. */
const chartVersion = z.string().regex(/^v?\d+\.\d+\.\d+$/, { error: "a complete chart version, e.g. 1.18.14" });

/** What a stack may say about its pod network. */
export const cniSection = z
    .strictObject({
        version: chartVersion
            .default("1.18.14")
            .describe(
                "Version of Cilium's chart. Default 1.18.14: the 1.18 line is tested on Kubernetes 1.30 to 1.33 (Cilium, Kubernetes compatibility).",
            ),
        loadBalancerPool: z
            .strictObject({
                first: address().describe("First address of the pool."),
                last: address().describe("Last address of the pool, included."),
            })
            .describe(
                "Addresses LoadBalancer services get, announced by ARP on the nodes' own network. No machine, gateway or DHCP server may hold one of them.",
            ),
        hubbleAddress: address()
            .exactOptional()
            .describe(
                "Fixed address of the Hubble UI, out of the pool; it asks for no password, so whoever reaches the network reads it. Default: none, the page is reached by `kubectl port-forward`.",
            ),
    })
    .describe("The pod network: Cilium, LoadBalancer addresses, Hubble.");

/** What a stack at Oracle may say: its subnet delivers to no address Cilium could announce, so there is no pool. */
export const oracleCniSection = cniSection.pick({ version: true }).prefault({}).describe("The pod network: Cilium.");

/** The section as the program reads it: every default filled in. */
export type CniConfig = z.output<typeof cniSection>;

/** What the checks of this section need to know of the rest of the stack. */
export interface CniSurroundings {
    /** Network of the machines, e.g. `10.10.0.0/24`. */
    readonly cidr: string;
    /** Addresses that something holds: what holds it by the address, e.g. `10.10.0.1` to `the gateway`. */
    readonly taken: Readonly<Record<string, string>>;
    /** Fixed addresses services ask of the pool: config key to address. */
    readonly fixed: Readonly<Record<string, string | undefined>>;
}

/** What is wrong with the section in this stack, one sentence each; empty where nothing is. */
export function cniMistakes(cni: CniConfig, around: CniSurroundings): readonly string[] {
    const { first, last } = cni.loadBalancerPool;
    const key = "strata:cni.loadBalancerPool";
    const pool = `${first} to ${last}`;
    const fixed = Object.entries(around.fixed).flatMap(([name, value]) =>
        value === undefined ? [] : [{ key: name, value }],
    );
    const mistakes: Mistake[] = [
        ...Object.entries({ first, last })
            .filter(([, value]) => !isInside(value, around.cidr))
            .map(([end, value]) => ({
                key: `${key}.${end}`,
                value,
                expected: `an address inside strata:network.cidr ${around.cidr}, where it can be announced`,
            })),
        ...(toNumber(first) > toNumber(last)
            ? [{ key: `${key}.first`, value: first, expected: `an address before its last one ${last}` }]
            : []),
        ...Object.entries(around.taken)
            .filter(([held]) => isBetween(held, first, last))
            .map(([held, holder]) => ({
                key,
                value: pool,
                expected: `a range without ${held}, which is ${holder}`,
            })),
        ...fixed
            .filter(({ value }) => !isBetween(value, first, last))
            .map((each) => ({ ...each, expected: `an address of the pool ${key}, ${pool}` })),
        ...fixed.flatMap((each, turn) => {
            const earlier = fixed.slice(0, turn).find(({ value }) => value === each.value);
            return earlier ? [{ ...each, expected: `an address of its own: ${earlier.key} has it already` }] : [];
        }),
    ];
    return mistakes.map(sentence);
}

/** How many addresses the pool holds. */
export function poolSize(pool: CniConfig["loadBalancerPool"]): number {
    return toNumber(pool.last) - toNumber(pool.first) + 1;
}
