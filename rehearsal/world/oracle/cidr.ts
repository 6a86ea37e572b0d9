/** Arithmetic of IPv4 networks. */
import { addressNumber, networkRange } from "../network";

/** True where the first network lies inside the second. False where one is none. */
export function inside(inner: string, outer: string): boolean {
    const [a, b] = [networkRange(inner), networkRange(outer)];
    return a !== undefined && b !== undefined && a.first >= b.first && a.last <= b.last;
}

/** True where two networks share an address. */
export function overlap(one: string, other: string): boolean {
    const [a, b] = [networkRange(one), networkRange(other)];
    return a !== undefined && b !== undefined && a.first <= b.last && b.first <= a.last;
}

/** True where a network contains an address. */
export function contains(cidr: string, address: string): boolean {
    const [range, number] = [networkRange(cidr), addressNumber(address)];
    return range !== undefined && number !== undefined && number >= range.first && number <= range.last;
}

/** Length of a network's prefix, undefined where the text is none, or has bits set behind the prefix. */
export function prefixOf(cidr: string): number | undefined {
    const [address = "", bits = ""] = cidr.split("/");
    const range = networkRange(cidr);
    return range === undefined || addressNumber(address) !== range.first ? undefined : Number(bits);
}

/** The text of an address. */
export function addressText(number: number): string {
    return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");
}
