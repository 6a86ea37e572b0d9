/** Network interfaces as Node.js tells them. */
import { isIPv6 } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";

/** An interface with one address. */
export function interfaceOf(address: string): NetworkInterfaceInfo {
    const common = { address, mac: "00:00:00:00:00:00", internal: false };
    return isIPv6(address)
        ? { ...common, family: "IPv6", netmask: "ffff::", scopeid: 0, cidr: `${address}/48` }
        : { ...common, family: "IPv4", netmask: "255.255.255.255", cidr: `${address}/32` };
}
