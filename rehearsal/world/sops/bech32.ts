/** Bech32, the spelling of age keys. Source: BIP 173. */

const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksumOf(values: readonly number[]): number {
    let sum = 1;
    for (const value of values) {
        const top = sum >>> 25;
        sum = ((sum & 0x1ffffff) << 5) ^ value;
        for (const [bit, constant] of generator.entries()) {
            sum ^= (top >>> bit) & 1 ? constant : 0;
        }
    }
    return sum >>> 0;
}

function expanded(prefix: string): readonly number[] {
    const codes = [...prefix].map((letter) => letter.charCodeAt(0));
    return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

/** Groups bits anew, e.g. bytes into groups of five. */
function regrouped(values: readonly number[], from: number, to: number, pad: boolean): readonly number[] | undefined {
    const groups: number[] = [];
    let held = 0;
    let bits = 0;
    for (const value of values) {
        held = ((held << from) | value) & 0xffff;
        bits += from;
        while (bits >= to) {
            bits -= to;
            groups.push((held >> bits) & (2 ** to - 1));
        }
    }
    const rest = (held << (to - bits)) & (2 ** to - 1);
    if (pad) {
        return bits > 0 ? [...groups, rest] : groups;
    }
    return bits >= from || rest !== 0 ? undefined : groups;
}

/** Spells bytes with a prefix, in lower case. */
export function bech32(prefix: string, bytes: Uint8Array): string {
    const groups = regrouped([...bytes], 8, 5, true) ?? [];
    const sum = checksumOf([...expanded(prefix), ...groups, 0, 0, 0, 0, 0, 0]) ^ 1;
    const check = [25, 20, 15, 10, 5, 0].map((shift) => (sum >>> shift) & 31);
    return `${prefix}1${[...groups, ...check].map((group) => alphabet[group]).join("")}`;
}

/** The bytes a text spells; undefined where the prefix is another one, or a character is wrong. */
export function fromBech32(prefix: string, spelled: string): Uint8Array | undefined {
    const text = spelled.toLowerCase();
    if (!text.startsWith(`${prefix}1`) || (spelled !== text && spelled !== spelled.toUpperCase())) {
        return undefined;
    }
    const groups = [...text.slice(prefix.length + 1)].map((letter) => alphabet.indexOf(letter));
    if (groups.includes(-1) || groups.length < 6 || checksumOf([...expanded(prefix), ...groups]) !== 1) {
        return undefined;
    }
    const bytes = regrouped(groups.slice(0, -6), 5, 8, false);
    return bytes === undefined ? undefined : Uint8Array.from(bytes);
}
