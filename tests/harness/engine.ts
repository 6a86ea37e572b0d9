/** For tests that need the real engine: where none can be had, they are skipped, and the report says why. */
import { beforeEach } from "vitest";
import { type Engine, locateEngine } from "../../rehearsal/engine/locate";

/** Fetching an engine may take minutes; afterwards it is there. */
const fetchMs = 900_000;

let search: Promise<Engine | Error> | undefined;

/** Looks once for all tests of a file. */
function lookOnce(): Promise<Engine | Error> {
    search ??= locateEngine().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    return search;
}

/**
 * Call it inside of a `describe`: each of its tests is skipped, with the reason, where there is no engine. With
 * `STRATA_REQUIRE_ENGINE` set it fails instead, so that a machine that must never skip does not.
 */
export function needsEngine(): void {
    beforeEach(async (context) => {
        const found = await lookOnce();
        if (!(found instanceof Error)) {
            return;
        }
        if ((process.env.STRATA_REQUIRE_ENGINE ?? "") !== "") {
            throw found;
        }
        context.skip(found.message);
    }, fetchMs);
}
