/** Security rules: whether one is well-formed, and whether it lets a packet through. */
import { at, number, text, type Value } from "../value";
import { contains, prefixOf } from "./cidr";

/** IANA numbers of the protocols that have ports. */
const portOptions: Readonly<Record<string, string>> = { "6": "tcpOptions", "17": "udpOptions" };

/** A packet that asks to come in, or to go out. */
export interface Packet {
    /** IANA number, e.g. `6` for TCP. */
    readonly protocol: string;
    /** Where it comes from on the way in, where it goes on the way out. */
    readonly peer: string;
    readonly port: number;
}

/** Lowest and highest port of a rule: security lists hold them flat, groups inside `destinationPortRange`. */
function portsOf(rule: Value, options: string): { readonly min?: number; readonly max?: number } | undefined {
    const given = at(rule, `${options}.destinationPortRange`) ?? at(rule, options);
    const min = number(given, "min");
    const max = number(given, "max");
    return min === undefined && max === undefined
        ? undefined
        : { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

/** What is wrong with a rule, undefined where nothing is. @param peer Name of the property with the other side. */
export function badRule(rule: Value, peer: string): string | undefined {
    const protocol = text(rule, "protocol") ?? "";
    if (protocol !== "all" && !/^\d{1,3}$/.test(protocol)) {
        return `protocol '${protocol}' must be 'all' or a protocol number`;
    }
    const cidr = text(rule, peer) ?? "";
    if (prefixOf(cidr) === undefined && !cidr.startsWith("ocid1.networksecuritygroup.")) {
        return `${peer} '${cidr}' is not a CIDR block`;
    }
    for (const options of Object.values(portOptions)) {
        const ports = portsOf(rule, options);
        if (ports === undefined) {
            continue;
        }
        if (portOptions[protocol] !== options) {
            return `${options} must not be given for protocol ${protocol}`;
        }
        const { min = 0, max = 0 } = ports;
        if (min < 1 || max > 65535 || min > max) {
            return `the port range ${min}-${max} is not valid`;
        }
    }
    return undefined;
}

/** True where a rule lets a packet through. */
export function lets(rule: Value, peer: "source" | "destination", packet: Packet): boolean {
    const protocol = text(rule, "protocol");
    if (protocol !== "all" && protocol !== packet.protocol) {
        return false;
    }
    if (!contains(text(rule, peer) ?? "", packet.peer)) {
        return false;
    }
    const options = portOptions[packet.protocol];
    const ports = options === undefined || protocol === "all" ? undefined : portsOf(rule, options);
    return ports === undefined || (packet.port >= (ports.min ?? 0) && packet.port <= (ports.max ?? 65535));
}
