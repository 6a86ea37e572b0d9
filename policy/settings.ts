/** Reads what a stack declares about itself: untyped config in, settings and mistakes out. */

import type { AcceptedRisk } from "./facts";
import { type AccountType, allowanceNamed, allowanceOn, allowances, inAccount } from "./free-tier/allowances";
import type { Profile, Settings } from "./rule";

/** The stack's declarations as they were found, each undefined where nothing was said. */
export interface Declarations {
    /** `strata:profile`: "free", "ha", or both, as a list or separated by commas. */
    readonly profile?: unknown;
    /** `strata:acceptedRisks`: a list of accepted risks. */
    readonly acceptedRisks?: unknown;
    /** `strata:allowance`: name of an allowance. Default: the one in force on the day. */
    readonly allowance?: unknown;
    /** `strata:accountType`: "payg" (default, the careful assumption) or "always-free". */
    readonly accountType?: unknown;
}

/** What all rules share; each rule's own options come on top. */
export type SharedSettings = Omit<Settings, "options">;

/** Turns declarations into settings. What cannot be understood is listed as a mistake and then ignored. */
export function settingsFrom(declared: Declarations, today: string): SharedSettings {
    const mistakes: string[] = [];
    const accountType = accountFrom(declared.accountType, mistakes);
    return {
        today,
        profiles: profilesFrom(declared.profile, mistakes),
        acceptedRisks: risksFrom(declared.acceptedRisks, mistakes),
        allowance: inAccount(allowanceFrom(declared.allowance, today, mistakes), accountType),
        accountType,
        mistakes,
    };
}

/** Whether a text is a day that exists, written as ISO date. */
export function isDay(text: string): boolean {
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

function profilesFrom(declared: unknown, mistakes: string[]): Profile[] {
    if (declared === undefined || declared === "") {
        return [];
    }
    const words = Array.isArray(declared) ? declared : String(declared).split(/[\s,+]+/);
    const profiles: Profile[] = [];
    for (const word of words) {
        if (word === "free" || word === "ha") {
            profiles.push(word);
        } else {
            mistakes.push(`strata:profile: expected "free" or "ha", got ${JSON.stringify(word)}.`);
        }
    }
    return [...new Set(profiles)].sort();
}

function risksFrom(declared: unknown, mistakes: string[]): AcceptedRisk[] {
    if (declared === undefined) {
        return [];
    }
    if (!Array.isArray(declared)) {
        mistakes.push("strata:acceptedRisks: expected a list of {component, reason, owner, until}.");
        return [];
    }
    return declared.flatMap((entry: unknown, index) => {
        const risk = riskFrom(entry);
        if (typeof risk === "string") {
            mistakes.push(`strata:acceptedRisks[${index}]: ${risk}`);
            return [];
        }
        return [risk];
    });
}

function riskFrom(entry: unknown): AcceptedRisk | string {
    if (typeof entry !== "object" || entry === null) {
        return "expected {component, reason, owner, until}.";
    }
    const fields = entry as Readonly<Record<string, unknown>>;
    const { component, reason, owner, until } = fields;
    for (const [name, value] of Object.entries({ component, reason, owner, until })) {
        if (typeof value !== "string" || value.trim() === "") {
            return `${name} is missing; an accepted risk names component, reason, owner and until.`;
        }
    }
    const risk = {
        component: String(component),
        reason: String(reason),
        owner: String(owner),
        until: dayOf(String(until)),
    };
    return isDay(risk.until) ? risk : `until of ${risk.component}: expected a day like 2027-06-30, got ${risk.until}.`;
}

/** The CLI turns a day without quotes into midnight of that day, as YAML says it must. */
function dayOf(text: string): string {
    return text.replace(/T00:00:00(?:\.0+)?Z$/, "");
}

function allowanceFrom(declared: unknown, today: string, mistakes: string[]): Settings["allowance"] {
    if (declared === undefined || declared === "") {
        return allowanceOn(today);
    }
    const named = allowanceNamed(String(declared));
    if (named === undefined) {
        const names = allowances.map((allowance) => allowance.name).join(", ");
        mistakes.push(`strata:allowance: expected one of ${names}, got ${JSON.stringify(declared)}.`);
    }
    return named ?? allowanceOn(today);
}

function accountFrom(declared: unknown, mistakes: string[]): AccountType {
    if (declared === undefined || declared === "" || declared === "payg") {
        return "payg";
    }
    if (declared === "always-free") {
        return "always-free";
    }
    mistakes.push(`strata:accountType: expected "payg" or "always-free", got ${JSON.stringify(declared)}.`);
    return "payg";
}
