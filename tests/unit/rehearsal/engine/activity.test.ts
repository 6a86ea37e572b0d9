import { spawn, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { Activity } from "../../../../rehearsal/engine/activity";
import { descendantsOf, killTree } from "../../../../rehearsal/engine/processes";

/** How often of twenty looks, a few milliseconds apart, somebody was busy. */
async function looks(activity: Activity): Promise<number> {
    let busy = 0;
    for (let look = 0; look < 20; look++) {
        busy += activity.busy ? 1 : 0;
        await pause(5);
    }
    return busy;
}

/** How long a machine with other work may take to start a process, or to end one. */
const patience = { timeout: 10_000, interval: 50 };

/** Waits until what is said of a process holds: one that was just started still has its program to load. */
const started = (holds: () => Promise<void>) => vi.waitFor(holds, patience);

test.runIf(Activity.isKnown)(
    "a process that computes is busy, one that waits is not, and a dead one is not",
    async () => {
        const working = spawn("sh", ["-c", "while :; do :; done"]);
        const waiting = spawn("sleep", ["60"]);
        try {
            await started(async () => expect(await looks(new Activity(() => [working.pid ?? 0]))).toBe(20));
            // The first look has nothing to compare with.
            await started(async () => {
                expect(await looks(new Activity(() => [waiting.pid ?? 0]))).toBeLessThanOrEqual(1);
            });
        } finally {
            working.kill("SIGKILL");
            waiting.kill("SIGKILL");
        }
        await new Promise((ended) =>
            (working.exitCode ?? working.signalCode) === null ? working.on("close", ended) : ended(0),
        );
        expect(await looks(new Activity(() => [working.pid ?? 0]))).toBeLessThanOrEqual(1);
    },
);

test.runIf(Activity.isKnown)("what a process started counts as its own work", async () => {
    const parent = spawn("sh", ["-c", "sh -c 'while :; do :; done' & wait"]);
    try {
        await started(async () => expect(await looks(new Activity(() => [parent.pid ?? 0]))).toBe(20));
    } finally {
        killTree(parent.pid ?? 0);
    }
});

test("killing a process kills what it started, and what that started", async () => {
    const parent = spawn("sh", ["-c", "sh -c 'sleep 60; true' & wait"]);
    const found = await vi.waitFor(() => {
        const all = descendantsOf(parent.pid ?? 0);
        expect(all.length).toBeGreaterThanOrEqual(2);
        return all;
    }, patience);
    killTree(parent.pid ?? 0);
    await vi.waitFor(() => {
        // An orphan that nobody has collected yet still has its number, as a zombie (Z).
        const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", found.join(",")], { encoding: "utf8" });
        expect(stdout.split("\n").filter((state) => state !== "" && !state.startsWith("Z"))).toEqual([]);
    }, patience);
});
