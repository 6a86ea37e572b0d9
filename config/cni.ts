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
