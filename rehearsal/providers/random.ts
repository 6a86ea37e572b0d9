/** The package `random`: values drawn once and kept (hashicorp/terraform-provider-random, bridged). */
import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import type { CheckFailure, PackageBehaviour, ResourceBehaviour } from "../world/behaviour";
import { at, list, number, type Properties, text, UNKNOWN } from "../world/value";
import { difference } from "./properties";

const alphabets = {
    lower: "abcdefghijklmnopqrstuvwxyz",
    numeric: "0123456789",
    special: "!@#$%&*()-_=+[]{}<>:?",
    upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
};

type Kind = keyof typeof alphabets;

const kinds = ["lower", "numeric", "special", "upper"] as const;

function pick(alphabet: string): string {
    return alphabet[randomInt(alphabet.length)] ?? "";
}

function shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    for (let index = left.length - 1; index > 0; index--) {
        const other = randomInt(index + 1);
        const [a, b] = [left[index], left[other]];
        if (a !== undefined && b !== undefined) {
            left[index] = b;
            left[other] = a;
        }
    }
    return left;
}

/** The characters of a kind that may be used; empty where the kind is switched off. */
function alphabetOf(inputs: Properties, kind: Kind): string {
    const switched = at(inputs, kind) ?? (kind === "numeric" ? at(inputs, "number") : undefined) ?? true;
    const override = text(inputs, "overrideSpecial");
    return switched === false ? "" : kind === "special" && override !== undefined ? override : alphabets[kind];
}

function minimumOf(inputs: Properties, kind: Kind): number {
    return number(inputs, `min${kind.charAt(0).toUpperCase()}${kind.slice(1)}`) ?? 0;
}

/** Text of the length asked, with at least as many characters of each kind as asked. */
function draw(inputs: Properties): string {
    const needed = kinds.flatMap((kind) =>
        Array.from({ length: minimumOf(inputs, kind) }, () => pick(alphabetOf(inputs, kind))),
    );
    const all = kinds.map((kind) => alphabetOf(inputs, kind)).join("");
    const rest = Array.from({ length: (number(inputs, "length") ?? 0) - needed.length }, () => pick(all));
    return shuffled([...needed, ...rest]).join("");
}

function stringFailures(inputs: Properties, name: string): CheckFailure[] {
    const length = inputs.length;
    const problem = (words: string) => [
        { property: "length", reason: `${words}. Examine values at '${name}.length'.` },
    ];
    if (length === undefined || length === null) {
        return problem(`Missing required argument. The argument "length" is required, but no definition was found.`);
    }
    if (length === UNKNOWN) {
        return [];
    }
    if (typeof length !== "number" || length < 1) {
        return problem(`Invalid Attribute Value. Attribute length value must be at least 1, got: ${String(length)}`);
    }
    const least = kinds.reduce((sum, kind) => sum + minimumOf(inputs, kind), 0);
    return least > length
        ? problem(
              `Invalid Attribute Value. Attribute length value must be at least sum of min_upper + min_lower + min_numeric + min_special, got: ${length}`,
          )
        : [];
}

/** A hash with the form of bcrypt's. Nobody in the world checks it, so it is cheap: no key stretching. */
function bcryptForm(password: string): string {
    const digest = createHash("sha512").update(password).digest("base64").replace(/\+/g, ".").replace(/=/g, "");
    return `$2a$10$${digest.slice(0, 53)}`;
}

/** A resource that draws once: every change of an input draws anew. */
function drawn(
    make: (inputs: Properties) => { readonly id: string; readonly outputs: Properties },
    extra: Partial<ResourceBehaviour> = {},
): ResourceBehaviour {
    return {
        diff: (before, after) => difference(before, after, () => true),
        create: async (inputs) => {
            const { id, outputs } = make(inputs);
            return { id, outputs: { ...inputs, ...outputs } };
        },
        read: async (id, state, inputs) => ({ id, outputs: state, inputs }),
        update: async (_id, old, inputs) => ({ ...old, ...inputs }),
        delete: async () => undefined,
        ...extra,
    };
}

/** Defaults of texts, as the provider completes them. */
function textOutputs(inputs: Properties): Properties {
    const numeric = at(inputs, "numeric") ?? at(inputs, "number") ?? true;
    const flags = { lower: true, upper: true, special: true, minLower: 0, minNumeric: 0, minSpecial: 0, minUpper: 0 };
    return { ...flags, ...inputs, numeric, number: numeric };
}

const string = drawn(
    (inputs) => {
        const result = draw(inputs);
        return { id: result, outputs: { ...textOutputs(inputs), result } };
    },
    { check: (inputs, _old, { name }) => ({ inputs, failures: stringFailures(inputs, name) }) },
);

const password = drawn(
    (inputs) => {
        const result = draw(inputs);
        return { id: "none", outputs: { ...textOutputs(inputs), result, bcryptHash: bcryptForm(result) } };
    },
    {
        secretOutputs: ["result", "bcryptHash"],
        check: (inputs, _old, { name }) => ({ inputs, failures: stringFailures(inputs, name) }),
    },
);

const bytes = drawn(
    (inputs) => {
        const made = randomBytes(number(inputs, "length") ?? 1);
        return { id: "none", outputs: { base64: made.toString("base64"), hex: made.toString("hex") } };
    },
    {
        secretOutputs: ["base64", "hex"],
        check: (inputs, _old, { name }) => ({ inputs, failures: stringFailures(inputs, name) }),
    },
);

const id = drawn((inputs) => {
    const made = randomBytes(number(inputs, "byteLength") ?? 1);
    const prefix = text(inputs, "prefix") ?? "";
    const url = made.toString("base64url");
    return {
        id: url,
        outputs: {
            b64Std: prefix + made.toString("base64"),
            b64Url: prefix + url,
            dec: prefix + BigInt(`0x${made.toString("hex")}`).toString(),
            hex: prefix + made.toString("hex"),
        },
    };
});

const integer = drawn(
    (inputs) => {
        const result = randomInt(number(inputs, "min") ?? 0, (number(inputs, "max") ?? 0) + 1);
        return { id: String(result), outputs: { result } };
    },
    {
        check: (inputs, _old, { name }) => {
            const [min, max] = [number(inputs, "min"), number(inputs, "max")];
            const wrong = min !== undefined && max !== undefined && max < min;
            const reason = `The minimum (min) value needs to be smaller than or equal to maximum (max) value.. Examine values at '${name}.min'.`;
            return { inputs, failures: wrong ? [{ property: "min", reason }] : [] };
        },
    },
);

const adjectives = [
    "able",
    "brave",
    "calm",
    "eager",
    "fair",
    "gentle",
    "keen",
    "merry",
    "noble",
    "proud",
    "quiet",
    "swift",
];
const animals = [
    "badger",
    "crane",
    "falcon",
    "heron",
    "lynx",
    "marten",
    "otter",
    "owl",
    "raven",
    "seal",
    "stoat",
    "wren",
];

const pet = drawn((inputs) => {
    const words = Array.from({ length: Math.max(0, (number(inputs, "length") ?? 2) - 1) }, () => pickWord(adjectives));
    const separator = text(inputs, "separator") ?? "-";
    const prefix = text(inputs, "prefix");
    const name = [...(prefix === undefined ? [] : [prefix]), ...words, pickWord(animals)].join(separator);
    return { id: name, outputs: { length: number(inputs, "length") ?? 2, separator } };
});

function pickWord(words: readonly string[]): string {
    return words[randomInt(words.length)] ?? "";
}

const shuffle = drawn((inputs) => {
    const items = list(inputs, "inputs").map(String);
    const count = number(inputs, "resultCount") ?? items.length;
    const results: string[] = [];
    while (results.length < count && items.length > 0) {
        results.push(...shuffled(items).slice(0, count - results.length));
    }
    return { id: "-", outputs: { results } };
});

const uuid = drawn(() => {
    const result = randomUUID();
    return { id: result, outputs: { result } };
});

const uuid7 = drawn(() => {
    const stamp = Date.now().toString(16).padStart(12, "0");
    const result = `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${randomUUID().slice(15)}`;
    return { id: result, outputs: { result } };
});

const resources: Readonly<Record<string, ResourceBehaviour>> = {
    "random:index/randomBytes:RandomBytes": bytes,
    "random:index/randomId:RandomId": id,
    "random:index/randomInteger:RandomInteger": integer,
    "random:index/randomPassword:RandomPassword": password,
    "random:index/randomPet:RandomPet": pet,
    "random:index/randomShuffle:RandomShuffle": shuffle,
    "random:index/randomString:RandomString": string,
    "random:index/randomUuid:RandomUuid": uuid,
    "random:index/randomUuid4:RandomUuid4": uuid,
    "random:index/randomUuid7:RandomUuid7": uuid7,
};

/** The package. */
export function randomPackage(): PackageBehaviour {
    return { name: "random", resource: (type) => resources[type], function: () => undefined };
}
