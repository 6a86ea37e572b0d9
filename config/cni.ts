/** Section `cni`: Cilium, the addresses of LoadBalancer services, Hubble. */

import { z } from "zod";

const address = z.ipv4({ error: "expected an IPv4 address, e.g. 10.10.0.70" });

/** A chart version as Helm repositories list it, complete. */
const chartVersion = z
    .string()
    .regex(/^v?\d+\.\d+\.\d+$/, { error: "expected a complete chart version, e.g. 1.18.14" });

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
                first: address.describe("First address of the pool."),
                last: address.describe("Last address of the pool, included."),
            })
            .describe(
                "Addresses LoadBalancer services get, announced by ARP on the nodes' own network. No machine, gateway or DHCP server may hold one of them.",
            ),
        hubbleAddress: address
            .optional()
            .describe(
                "Fixed address of the Hubble UI, out of the pool; it asks for no password, so whoever reaches the network reads it. Default: none, the page is reached by `kubectl port-forward`.",
            ),
    })
    .describe("The pod network: Cilium, LoadBalancer addresses, Hubble.");

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
    const inPool = (address: string) => number(first) <= number(address) && number(address) <= number(last);
    const fixed = Object.entries(around.fixed).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
    const mistakes = [
        ...Object.entries({ first, last })
            .filter(([, value]) => !contains(around.cidr, value))
            .map(
                ([key, value]) =>
                    `cni.loadBalancerPool.${key}: ${value} is outside ${around.cidr}; expected an address of the machines' network, where ARP can announce it.`,
            ),
        ...(number(first) > number(last)
            ? [`cni.loadBalancerPool: first ${first} comes after last ${last}; expected them in ascending order.`]
            : []),
        ...Object.entries(around.taken)
            .filter(([address]) => inPool(address))
            .map(
                ([address, holder]) =>
                    `cni.loadBalancerPool: ${first} to ${last} contains ${address}, which is ${holder}; expected a range nothing else holds.`,
            ),
        ...fixed
            .filter(({ value }) => !inPool(value))
            .map(
                ({ key, value }) =>
                    `${key}: ${value} is outside the pool ${first} to ${last}; expected one of its addresses.`,
            ),
    ];
    const twice = fixed.flatMap(({ key, value }, turn) => {
        const earlier = fixed.slice(0, turn).find((other) => other.value === value);
        return earlier
            ? [`${key}: ${value} is the address of ${earlier.key} as well; expected an address of its own.`]
            : [];
    });
    return [...mistakes, ...twice];
}

/** How many addresses the pool holds. */
export function poolSize(pool: CniConfig["loadBalancerPool"]): number {
    return number(pool.last) - number(pool.first) + 1;
}

function number(address: string): number {
    return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

function contains(cidr: string, address: string): boolean {
    const [base = "", bits = "32"] = cidr.split("/");
    const block = 2 ** (32 - Number(bits));
    return Math.floor(number(base) / block) === Math.floor(number(address) / block);
}
