/** Section `network`: the network the machines stand in. */
import { z } from "zod";
import { address, cidr, isHost, toNumber } from "./address";
import type { Mistake } from "./mistake";

/** The network the machines stand in. */
export const networkSchema = z
    .strictObject({
        cidr: cidr().describe("The machines' network, e.g. `10.10.0.0/24`."),
        gateway: address().describe("The network's gateway; inside `cidr`."),
        dhcpRange: z
            .strictObject({
                first: address().describe("First address the server gives away."),
                last: address().describe("Last address the server gives away, included."),
            })
            .exactOptional()
            .describe(
                "What a DHCP server on this network gives away: no fixed address of the stack may lie in it. Default: none.",
            ),
        nameservers: z.array(address()).min(1).default(["1.1.1.1", "9.9.9.9"]).describe("DNS servers of the machines."),
    })
    .describe("The network the machines stand in.");

/** The network the machines stand in. */
export type NetworkConfig = z.output<typeof networkSchema>;

/** The gateway is a host of the network, and the DHCP server gives away a range of it. */
export function checkNetwork({ network }: { readonly network: NetworkConfig }): Mistake[] {
    const { cidr: whole, gateway, dhcpRange } = network;
    const inside = { gateway, "dhcpRange.first": dhcpRange?.first, "dhcpRange.last": dhcpRange?.last };
    return [
        ...Object.entries(inside)
            .filter(([, value]) => value !== undefined && !isHost(value, whole))
            .map(([key, value]) => ({
                key: `strata:network.${key}`,
                value,
                expected: `a host's address inside strata:network.cidr ${whole}`,
            })),
        ...(dhcpRange !== undefined && toNumber(dhcpRange.first) > toNumber(dhcpRange.last)
            ? [
                  {
                      key: "strata:network.dhcpRange.first",
                      value: dhcpRange.first,
                      expected: `an address before its last one ${dhcpRange.last}`,
                  },
              ]
            : []),
    ];
}

/** The fixed addresses a DHCP server could give to somebody else, each named by its config key. */
export function checkDhcp(
    { dhcpRange }: NetworkConfig,
    fixed: Readonly<Record<string, { readonly first: string; readonly last: string }>>,
): Mistake[] {
    if (dhcpRange === undefined) {
        return [];
    }
    const { first, last } = dhcpRange;
    return Object.entries(fixed)
        .filter(([, held]) => toNumber(held.first) <= toNumber(last) && toNumber(first) <= toNumber(held.last))
        .map(([key, held]) => ({
            key,
            value: held.first === held.last ? held.first : `${held.first} to ${held.last}`,
            expected: `an address outside strata:network.dhcpRange ${first} to ${last}, which DHCP gives to others`,
        }));
}
