/** What a stack declares to this pack, from its Pulumi config; nothing is declared where a saved state is judged. */

import { Config } from "@pulumi/pulumi";
import { type SharedSettings, settingsFrom } from "./settings";

/** Overrides the day of judgement (ISO date), so that a run can be repeated on another day. */
export const TODAY_VARIABLE = "STRATA_POLICY_TODAY";

/** Today's date, ISO. */
export function today(environment: NodeJS.ProcessEnv = process.env, now: Date = new Date()): string {
    return environment[TODAY_VARIABLE] ?? now.toISOString().slice(0, 10);
}

let latest: { readonly key: string; readonly settings: SharedSettings } | undefined;

/** Settings from the config namespace `strata` of the stack that is being previewed; parsed once for one config. */
export function declaredByStack(): SharedSettings {
    const config = new Config("strata");
    const [profile, acceptedRisks, allowance, accountType] = [
        config.get("profile"),
        config.get("acceptedRisks"),
        config.get("allowance"),
        config.get("accountType"),
    ];
    const day = today();
    const key = JSON.stringify([profile, acceptedRisks, allowance, accountType, day]);
    if (latest?.key !== key) {
        latest = {
            key,
            settings: settingsFrom(
                {
                    profile: structured(profile),
                    acceptedRisks: structured(acceptedRisks),
                    allowance,
                    accountType,
                },
                day,
            ),
        };
    }
    return latest.settings;
}

/** A value that may be a list or object (stored as JSON) or plain text. */
function structured(text: string | undefined): unknown {
    if (text === undefined || !/^\s*[[{]/.test(text)) {
        return text;
    }
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}
