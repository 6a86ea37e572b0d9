/** IPv4 addresses and networks of a stack's config. */
import * as ipaddr from "ipaddr.js";
import { z } from "zod";

/** An IPv4 address in four parts, e.g. `10.10.0.140`. */
export const address = () =>
    z.string().refine((text) => ipaddr.IPv4.isValidFourPartDecimal(text), {
        error: "an IPv4 address such as 10.10.0.140",
    });

/** An IPv4 network with its prefix, e.g. `10.10.0.0/24`. */
export const cidr = () =>
    z.string().refine((text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text), {
        error: "an IPv4 network such as 10.10.0.0/24",
    });

/** An address as a number, for comparisons. */
export function toNumber(text: string): number {
    return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/** True where an address lies in a network. */
export function isInside(text: string, network: string): boolean {
    return ipaddr.IPv4.parse(text).match(ipaddr.IPv4.parseCIDR(network));
}

/** True where an address lies in a network and a host may have it: neither the network's own nor its broadcast's. */
export function isHost(text: string, network: string): boolean {
    const ends = [ipaddr.IPv4.networkAddressFromCIDR(network), ipaddr.IPv4.broadcastAddressFromCIDR(network)];
    return isInside(text, network) && !ends.some((end) => end.toString() === text);
}

/** True where an address lies between two others, both included. */
export function isBetween(text: string, first: string, last: string): boolean {
    return toNumber(first) <= toNumber(text) && toNumber(text) <= toNumber(last);
}

/** The prefix length of a network, e.g. 24. */
export function prefixLength(network: string): number {
    return ipaddr.IPv4.parseCIDR(network)[1];
}
