/** Oracle's everyday answers to a launch that pass by themselves: no host has room, a quota does not count yet. */
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";

/** How a launch is tried again. */
export interface CapacityRetry {
    /** Tries after the first; at most 99, since the engine stops a hook after 100. */
    readonly tries: number;
    /** Pause before the first new try; it doubles up to `maxPauseSeconds`. */
    readonly pauseSeconds: number;
    readonly maxPauseSeconds: number;
}

/** The pause before a given new try, counted from 1. */
export function pauseSeconds(retry: CapacityRetry, attempt: number): number {
    return Math.min(retry.pauseSeconds * 2 ** (attempt - 1), retry.maxPauseSeconds);
}

/** How long a quota may take until it counts as it was last written (Oracle, "Creating a Quota": up to 10 minutes). */
const quotaLagSeconds = 600;

/** True for Oracle's "Out of host capacity", which passes; "LimitExceeded" does not: asking again only hides it. */
export function isOutOfCapacity(message: string): boolean {
    return /out of (host )?capacity|OutOfHostCapacity/i.test(message) && !/LimitExceeded|QuotaExceeded/.test(message);
}

/**
 * What may still pass of Oracle's latest refusal, as the middle of a sentence; undefined: nothing. "QuotaExceeded" may
 * while a quota that was just raised does not count yet; after that it says that the quota is too small.
 *
 * @param errors Every refusal so far, the latest first.
 */
export function passing(errors: readonly string[], retry: CapacityRetry): string | undefined {
    const [latest = ""] = errors;
    if (isOutOfCapacity(latest)) {
        return "Oracle has no room";
    }
    const isOverQuota = (message: string) => message.includes("QuotaExceeded");
    // Between two refusals lies one pause.
    const waited = errors.slice(1).reduce((sum, error, index) => {
        return isOverQuota(error) ? sum + pauseSeconds(retry, errors.length - 1 - index) : sum;
    }, 0);
    return isOverQuota(latest) && waited < quotaLagSeconds
        ? "the quota refuses it, and one that was changed counts after up to ten minutes"
        : undefined;
}

/**
 * A hook that retries a launch in place while Oracle has no room for it, or while the quota it needs does not count yet.
 * The inputs stay the same: another fault or availability domain needs a new run.
 *
 * @param name Unique in the stack.
 * @param sleep Waits the given seconds.
 */
export function retryOnCapacity(
    name: string,
    retry: CapacityRetry,
    sleep: (seconds: number) => Promise<void>,
): pulumi.ErrorHook {
    // The engine calls back from outside the program; bound to it, a log entry still finds its way to the engine.
    const again: pulumi.ErrorHookFunction = async ({ failedOperation, errors, name: resource }) => {
        const attempt = errors.length;
        const why = passing(errors, retry);
        if (failedOperation !== "create" || why === undefined || attempt > retry.tries) {
            return false;
        }
        const pause = pauseSeconds(retry, attempt);
        await pulumi.log.info(`${resource}: ${why}, trying again in ${pause} s (${attempt} of ${retry.tries})`);
        await sleep(pause);
        return true;
    };
    return new pulumi.ErrorHook(name, AsyncResource.bind(again));
}
