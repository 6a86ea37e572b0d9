/** The little of ASN.1 DER that certificates and requests are written in (ITU-T X.690). */

/** One element: a tag, its length, its content. */
function element(tag: number, content: Buffer): Buffer {
    const length = content.length;
    if (length < 128) {
        return Buffer.concat([Buffer.from([tag, length]), content]);
    }
    const bytes: number[] = [];
    for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) {
        bytes.unshift(rest % 256);
    }
    return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

/** SEQUENCE. */
export function sequence(...parts: readonly Buffer[]): Buffer {
    return element(0x30, Buffer.concat(parts));
}

/** SET of one or more. */
export function set(...parts: readonly Buffer[]): Buffer {
    return element(0x31, Buffer.concat(parts));
}

/** INTEGER that is not negative, from its bytes. */
export function integer(bytes: Buffer): Buffer {
    const first = bytes.findIndex((byte) => byte !== 0);
    const short = first < 0 ? Buffer.from([0]) : bytes.subarray(first);
    return element(0x02, (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), short]) : short);
}

/** BOOLEAN true. */
export const yes = element(0x01, Buffer.from([0xff]));

/** NULL. */
export const nothing = element(0x05, Buffer.alloc(0));

/** OBJECT IDENTIFIER from its dotted form, e.g. `2.5.4.3`. */
export function identifier(dotted: string): Buffer {
    const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
    const bytes = [first * 40 + second];
    for (const arc of rest) {
        const septets = [arc % 128];
        for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
            septets.unshift((left % 128) | 0x80);
        }
        bytes.push(...septets);
    }
    return element(0x06, Buffer.from(bytes));
}

/** UTF8String. */
export function utf8(text: string): Buffer {
    return element(0x0c, Buffer.from(text, "utf8"));
}

/** OCTET STRING. */
export function octets(content: Buffer): Buffer {
    return element(0x04, content);
}

/** BIT STRING; `unused` bits of its last byte do not count. */
export function bits(content: Buffer, unused = 0): Buffer {
    return element(0x03, Buffer.concat([Buffer.from([unused]), content]));
}

/** UTCTime until 2049, GeneralizedTime after, as RFC 5280 asks. */
export function time(date: Date): Buffer {
    const digits = date.toISOString().replace(/[-:T]|\.\d+Z/g, "");
    return date.getUTCFullYear() < 2050
        ? element(0x17, Buffer.from(`${digits.slice(2)}Z`, "ascii"))
        : element(0x18, Buffer.from(`${digits}Z`, "ascii"));
}

/** A context-specific element: constructed where it holds elements, primitive where it holds bytes. */
export function context(number: number, content: Buffer, constructed = true): Buffer {
    return element((constructed ? 0xa0 : 0x80) | number, content);
}

/** Where the content of an element begins and where the element ends. */
function borders(buffer: Buffer, start: number): { readonly content: number; readonly end: number } {
    const first = buffer[start + 1] ?? 0;
    if (first < 0x80) {
        return { content: start + 2, end: start + 2 + first };
    }
    const count = first & 0x7f;
    const length = buffer.readUIntBE(start + 2, count);
    return { content: start + 2 + count, end: start + 2 + count + length };
}

/** The elements inside an element, each with its tag. */
export function children(outer: Buffer): Buffer[] {
    const { content, end } = borders(outer, 0);
    const found: Buffer[] = [];
    for (let start = content; start < end; ) {
        const inner = borders(outer, start);
        found.push(outer.subarray(start, inner.end));
        start = inner.end;
    }
    return found;
}
