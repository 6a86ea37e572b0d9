/** What a stack may say, and the one place that reads it. */
import * as pulumi from "@pulumi/pulumi";
import { mistakesOf, report, sentence } from "./mistake";
import { type OracleProxmoxFleet, oracleProxmox } from "./platforms/oracle-proxmox";
import { type OracleTalosFleet, oracleTalos } from "./platforms/oracle-talos";
import type { Parsed, Platform, Sections } from "./platforms/platform";
import { type ProxmoxFleet, proxmox } from "./platforms/proxmox";
import { readSecret, secretKeys, secretMistakes } from "./secrets";

/** The platforms, each with the sections of its stacks, all under `strata:`. */
export const platforms = { proxmox, "oracle-proxmox": oracleProxmox, "oracle-talos": oracleTalos } as const;

/** Name of a platform. */
export type PlatformName = keyof typeof platforms;

/** Everything a stack says, checked and completed with the defaults; `platform` tells which sections there are. */
export type Fleet = ProxmoxFleet | OracleProxmoxFleet | OracleTalosFleet;

/** The fleet, or every mistake there is, one sentence each. */
export type Verdict<F> = { readonly fleet: F } | { readonly mistakes: readonly string[] };

function isPlatform(name: unknown): name is PlatformName {
    return typeof name === "string" && Object.hasOwn(platforms, name);
}

/**
 * Checks what a stack says: every section by its schema, then what the sections promise each other. Where the platform
 * is none, nothing else can be judged, since it tells which sections there may be.
 *
 * @param raw Section name to its value as the stack's file has it.
 */
export function parseFleet(raw: Readonly<Record<string, unknown>>): Verdict<Fleet> {
    const name = raw.platform ?? "proxmox";
    if (!isPlatform(name)) {
        const expected = `one of ${Object.keys(platforms).join(", ")}`;
        return { mistakes: [sentence({ key: "strata:platform", value: name, expected })] };
    }
    switch (name) {
        case "proxmox":
            return parseSections(platforms[name], raw);
        case "oracle-proxmox":
            return parseSections(platforms[name], raw);
        case "oracle-talos":
            return parseSections(platforms[name], raw);
    }
}

function parseSections<S extends Sections>(
    { sections, promises }: Platform<S>,
    raw: Readonly<Record<string, unknown>>,
): Verdict<Parsed<S>> {
    const known = Object.keys(sections);
    const unknown = Object.keys(raw)
        .filter((section) => !known.includes(section))
        .map((section) => sentence({ key: `strata:${section}`, no: `section: there are ${known.join(", ")}` }));
    const wellFormed: Record<string, unknown> = {};
    const malformed = Object.entries(sections).flatMap(([section, schema]) => {
        const result = schema.safeParse(raw[section]);
        if (result.success) {
            wellFormed[section] = result.data;
            return [];
        }
        return mistakesOf(section, raw[section], result.error.issues).map(sentence);
    });
    // A promise reads the sections it is between and no others, so it can be judged while another is malformed.
    const fleet = wellFormed as Parsed<S>;
    const broken = promises
        .filter(({ between }) => between.every((section) => section in wellFormed))
        .flatMap((promise) => promise.broken(fleet));
    const mistakes = [...unknown, ...malformed, ...broken];
    return mistakes.length > 0 ? { mistakes } : { fleet };
}

/** The raw sections of the stack that runs: structured ones are JSON, the others are the text they are ("2021"). */
function rawSections(): Record<string, unknown> {
    const prefix = "strata:";
    const own = Object.entries(pulumi.runtime.allConfig()).filter(
        ([key]) => key.startsWith(prefix) && !secretKeys.includes(key),
    );
    return Object.fromEntries(own.map(([key, text]) => [key.slice(prefix.length), structured(text)]));
}

function structured(text: string): unknown {
    if (!/^\s*[[{]/.test(text)) {
        return text;
    }
    try {
        return JSON.parse(text);
    } catch {
        return text;
    }
}

/** The provider takes its region from a key of its own, or from whatever this machine's credentials say. */
function regionMistakes(region: string): readonly string[] {
    const value = pulumi.runtime.getConfig("oci:region");
    const expected = `${region}, as strata:cloud.region says: free is only what stands in the home region`;
    return value === region ? [] : [sentence({ key: "oci:region", value, expected })];
}

/** Reads the config of the stack that runs. Throws one `RunError` with all mistakes, before any resource exists. */
export function readFleet(): Fleet {
    const raw = rawSections();
    const result = parseFleet(raw);
    const onOracle = raw.platform === "oracle-proxmox" || raw.platform === "oracle-talos";
    const mistakes = [
        ...("mistakes" in result ? result.mistakes : []),
        ...("fleet" in result && "cloud" in result.fleet ? regionMistakes(result.fleet.cloud.region) : []),
        ...(onOracle ? secretMistakes(readSecret) : []),
    ];
    if (mistakes.length > 0 || "mistakes" in result) {
        throw new pulumi.RunError(report(pulumi.getStack(), mistakes));
    }
    return result.fleet;
}
