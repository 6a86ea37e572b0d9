/** Oracle's everyday answer to a launch: no host has room. What to do about it. */
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

/**
 * True for Oracle's "Out of host capacity", which passes. "LimitExceeded" and "QuotaExceeded" do not pass: asking
 * again only hides them.
 */
export function isOutOfCapacity(message: string): boolean {
    return /out of (host )?capacity|OutOfHostCapacity/i.test(message) && !/LimitExceeded|QuotaExceeded/.test(message);
}

/**
 * A hook that retries a launch in place while Oracle has no room for it. The inputs stay the same: another fault or
 * availability domain needs a new run.
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
        const [latest = ""] = errors;
        if (failedOperation !== "create" || !isOutOfCapacity(latest) || attempt > retry.tries) {
            return false;
        }
        const pause = pauseSeconds(retry, attempt);
        await pulumi.log.info(
            `${resource}: Oracle has no room, trying again in ${pause} s (${attempt} of ${retry.tries})`,
        );
        await sleep(pause);
        return true;
    };
    return new pulumi.ErrorHook(name, AsyncResource.bind(again));
}
