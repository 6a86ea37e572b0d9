/**
 * Properties as they travel between the engine and a provider: protobuf structs in which a secret is a map with a
 * signature and the unknown is a text nobody would write. Assets, archives and resource references are maps with a
 * signature too; they stay what they are.
 */
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { isProperties, type Properties, UNKNOWN, type Value } from "../world/value";

/** The key that marks a map as something special (Pulumi, `sdk/go/common/resource/sig`). */
const signatureKey = "4dabf18193072939515e22adb298388d";

/** The signature of a secret (Pulumi, `sdk/go/common/resource/sig`). */
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** What stands for an unknown text; the one this side sends (Pulumi, `sdk/go/common/resource/plugin/rpc.go`). */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What stands for an unknown bool, number, text, list, asset, archive or map (the same file). */
const unknowns: ReadonlySet<string> = new Set([
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    unknownText,
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value as it travels. */
export type WireValue = null | boolean | number | string | WireValue[] | { [key: string]: WireValue };

/** What of a value is secret: all of it, or parts by key (of a list: by index). */
export type Secrets = true | ReadonlyMap<string, Secrets>;

/** Properties without their wrapping, and what of them was wrapped. */
export interface Unsealed {
    readonly value: Properties;
    readonly secrets: Secrets;
}

/** Nothing of it is secret. */
export const nothingSecret: Secrets = new Map();

function isNothing(secrets: Secrets | undefined): boolean {
    return secrets === undefined || (secrets !== true && secrets.size === 0);
}

function unsealValue(wire: WireValue): { readonly value: Value; readonly secrets: Secrets } {
    if (typeof wire === "string") {
        return { value: unknowns.has(wire) ? UNKNOWN : wire, secrets: nothingSecret };
    }
    if (wire === null || typeof wire !== "object") {
        return { value: wire, secrets: nothingSecret };
    }
    if (!Array.isArray(wire) && wire[signatureKey] === secretSignature) {
        return { value: unsealValue(wire.value ?? null).value, secrets: true };
    }
    const entries = Object.entries(wire).map(([key, child]) => [key, unsealValue(child)] as const);
    const secrets = new Map(
        entries.filter(([, child]) => !isNothing(child.secrets)).map(([key, child]) => [key, child.secrets] as const),
    );
    const value: Value = Array.isArray(wire)
        ? entries.map(([, child]): Value => child.value)
        : Object.fromEntries(entries.map(([key, child]): [string, Value] => [key, child.value]));
    return { value, secrets };
}

function sealValue(value: Value, secrets: Secrets | undefined): WireValue {
    if (secrets === true) {
        return { [signatureKey]: secretSignature, value: sealValue(value, undefined) };
    }
    if (value === UNKNOWN) {
        return unknownText;
    }
    if (Array.isArray(value)) {
        return value.map((child: Value, index) => sealValue(child, secrets?.get(`${index}`)));
    }
    if (isProperties(value)) {
        return Object.fromEntries(
            Object.entries(value)
                .filter(([, child]) => child !== undefined)
                .map(([key, child]) => [key, sealValue(child, secrets?.get(key))]),
        );
    }
    return value as WireValue;
}

/** Takes the wrapping off. */
export function unseal(wire: { [key: string]: WireValue }): Unsealed {
    const { value, secrets } = unsealValue(wire);
    return { value: isProperties(value) ? value : {}, secrets };
}

/** Puts the wrapping on. */
export function seal(properties: Properties, secrets: Secrets): { [key: string]: WireValue } {
    if (secrets === true) {
        return seal(properties, new Map(Object.keys(properties).map((key) => [key, true])));
    }
    return sealValue(properties, secrets) as { [key: string]: WireValue };
}

/** Reads a struct; nothing where there is none. */
export function fromStruct(struct: Struct | undefined): Unsealed {
    return unseal((struct?.toJavaScript() ?? {}) as { [key: string]: WireValue });
}

/** Writes a struct. */
export function toStruct(properties: Properties, secrets: Secrets): Struct {
    return Struct.fromJavaScript(seal(properties, secrets));
}

/** Everything that either of two says is secret. */
export function eitherSecret(a: Secrets, b: Secrets): Secrets {
    if (a === true || b === true) {
        return true;
    }
    const merged = new Map(a);
    for (const [key, secrets] of b) {
        const known = merged.get(key);
        merged.set(key, known === undefined ? secrets : eitherSecret(known, secrets));
    }
    return merged;
}

/** The texts inside what is secret, those too short to be one (under four characters) left out. */
export function secretTexts({ value, secrets }: { readonly value: Value; readonly secrets: Secrets }): Set<string> {
    const found = new Set<string>();
    const visit = (child: Value | undefined, marks: Secrets | undefined, inside: boolean): void => {
        const secret = inside || marks === true;
        if (typeof child === "string") {
            if (secret && child.length >= 4) {
                found.add(child);
            }
        } else if (Array.isArray(child) || isProperties(child)) {
            for (const [key, grandchild] of Object.entries(child)) {
                visit(grandchild, marks === true ? undefined : marks?.get(key), secret);
            }
        }
    };
    visit(value, secrets, false);
    return found;
}

/** Marks as secret every text of `value` that is one of `texts`. */
function equalToSecret(value: Value, texts: ReadonlySet<string>): Secrets {
    if (typeof value === "string") {
        return texts.has(value) ? true : nothingSecret;
    }
    if (!Array.isArray(value) && !isProperties(value)) {
        return nothingSecret;
    }
    const marks = Object.entries(value)
        .map(([key, child]) => [key, equalToSecret(child as Value, texts)] as const)
        .filter(([, secrets]) => !isNothing(secrets));
    return new Map(marks);
}

/** Leaves out the marks for which there is no value. */
function present(secrets: Secrets, value: Value | undefined): Secrets {
    if (secrets === true) {
        return true;
    }
    if (!Array.isArray(value) && !isProperties(value)) {
        // A part of it was secret and now it is one scalar: what it was made from was secret.
        return isNothing(secrets) ? nothingSecret : true;
    }
    const children = new Map(Object.entries(value));
    return new Map(
        [...secrets]
            .filter(([key]) => children.has(key))
            .map(([key, child]) => [key, present(child, children.get(key) as Value)] as const),
    );
}

/**
 * What of a result is secret: what the provider's schema marks, what stands where a secret stood in what it was made
 * from, and every text equal to such a secret.
 */
export function secretsOfResult(
    result: Properties,
    sources: readonly Unsealed[],
    schemaSecrets: readonly string[] = [],
): Secrets {
    const texts = new Set(sources.flatMap((source) => [...secretTexts(source)]));
    const bySchema: Secrets = new Map(schemaSecrets.filter((key) => key in result).map((key) => [key, true]));
    return [...sources.map((source) => present(source.secrets, result)), equalToSecret(result, texts)].reduce(
        eitherSecret,
        bySchema,
    );
}
