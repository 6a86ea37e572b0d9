/** A tailnet's policy: the parts that decide over tags, addresses and routes. */
import { networkRange } from "../network";
import { Refusal } from "../refusal";
import { at, isProperties, list, type Properties, type Value } from "../value";

/** What a policy says, as far as the world acts on it. */
export interface Policy {
    readonly tagOwners: Readonly<Record<string, readonly string[]>>;
    /** Network to who may offer it without being asked. */
    readonly autoApprovers: Readonly<Record<string, readonly string[]>>;
    /** Where devices of a tag take their addresses from. */
    readonly pools: readonly { readonly tag: string; readonly cidr: string }[];
}

const sections = [
    "acls",
    "grants",
    "tagOwners",
    "autoApprovers",
    "nodeAttrs",
    "groups",
    "hosts",
    "ssh",
    "tests",
    "ipsets",
    "postures",
];
const source = "https://tailscale.com/kb/1337/policy-syntax";

const refuse = (words: string) => new Refusal(`Failed to set ACL: ${words} (400)`, source);

function texts(value: Value | undefined): string[] {
    return Array.isArray(value) ? value.filter((each: Value): each is string => typeof each === "string") : [];
}

function table(value: Value | undefined): Record<string, string[]> {
    return isProperties(value)
        ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, texts(each)]))
        : {};
}

/** HuJSON is JSON with comments and commas at the end. */
function readText(text: string): Properties {
    const plain = text
        .replace(/("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (_, quoted: string | undefined) => quoted ?? "")
        .replace(/("(?:\\.|[^"\\])*")|,(?=\s*[}\]])/g, (_, quoted: string | undefined) => quoted ?? "");
    try {
        const read: unknown = JSON.parse(plain);
        if (typeof read === "object" && read !== null && !Array.isArray(read)) {
            return read as Properties;
        }
    } catch (error) {
        throw refuse(`the policy is not valid HuJSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    throw refuse("the policy must be an object");
}

/** Reads a policy. Refuses what is not HuJSON, an unknown section, a tag that has no owner, and a pool that is no network. */
export function readPolicy(text: string): Policy {
    const read = readText(text);
    const unknown = Object.keys(read).find((key) => !sections.includes(key));
    if (unknown !== undefined) {
        throw refuse(`unknown field "${unknown}"`);
    }
    const tagOwners = table(read.tagOwners);
    const autoApprovers = table(at(read, "autoApprovers.routes"));
    const pools = list(read, "nodeAttrs").flatMap((attribute) =>
        texts(at(attribute, "ipPool")).flatMap((cidr) => texts(at(attribute, "target")).map((tag) => ({ tag, cidr }))),
    );
    const named = [
        ...Object.values(tagOwners).flat(),
        ...Object.values(autoApprovers).flat(),
        ...pools.map(({ tag }) => tag),
        ...[...list(read, "acls"), ...list(read, "grants")].flatMap((rule) => [
            ...texts(at(rule, "src")),
            ...texts(at(rule, "dst")),
        ]),
    ].map((name) => /^tag:[^:]+/.exec(name)?.[0]);
    const orphan = named.find((tag) => tag !== undefined && tagOwners[tag] === undefined);
    if (orphan !== undefined) {
        throw refuse(`tag not found: "${orphan}"`);
    }
    const wrong = [...Object.keys(autoApprovers), ...pools.map(({ cidr }) => cidr)].find(
        (cidr) => networkRange(cidr) === undefined,
    );
    if (wrong !== undefined) {
        throw refuse(`"${wrong}" is not a network`);
    }
    return { tagOwners, autoApprovers, pools };
}
