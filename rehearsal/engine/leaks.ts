/** Looks for secret values where they must not be. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

/** Names, addresses and words: texts that stand in plain sight anyway, so that finding them tells nothing. */
const inPlainSight = /^(?:[a-z][a-z0-9.-]{0,19}|[\d.:/]+|https?:\/\/[^@\s]+)$/;

/** The shortest text, in characters, whose finding is no coincidence. */
const shortestSecret = 8;

/** The texts worth looking for: long enough, and not what stands in plain sight anyway. */
export function worthLookingFor(texts: Iterable<string>): readonly string[] {
    return [...texts].filter((text) => text.length >= shortestSecret && !inPlainSight.test(text));
}

/** How a text may be written: as it is, or inside JSON, once and twice. */
function spellings(secret: string): readonly string[] {
    const once = JSON.stringify(secret).slice(1, -1);
    const twice = JSON.stringify(once).slice(1, -1);
    return [...new Set([secret, once, twice])];
}

/** Where in `places` (name to text) a secret stands in plain text, one line each, without the secret itself. */
export function leaksIn(places: ReadonlyMap<string, string>, secrets: readonly string[]): readonly string[] {
    return [...places].flatMap(([place, text]) => {
        const found = secrets.filter((secret) => spellings(secret).some((spelling) => text.includes(spelling)));
        return found.map((secret) => `${place} shows a secret of ${secret.length} characters in plain text`);
    });
}

/** Every file under a folder with its text, by path below the folder. */
export function filesUnder(folder: string): ReadonlyMap<string, string> {
    const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
    return new Map(
        files.map((entry) => {
            const path = join(entry.parentPath, entry.name);
            return [relative(folder, path), readFileSync(path, "utf8")] as const;
        }),
    );
}
