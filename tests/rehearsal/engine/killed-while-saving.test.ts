import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, test } from "vitest";
import { locateEngine } from "../../../rehearsal/engine/locate";
import { makeScratch } from "../../../rehearsal/engine/scratch";
import { openStack } from "../../../rehearsal/engine/stack";
import { needsEngine } from "../../harness/engine";

describe("a stack whose engine was killed while it saved", { timeout: 60_000 }, () => {
    needsEngine();

    test("is what no command of the engine reads, until its lock is removed", async () => {
        const scratch = makeScratch(await locateEngine());
        try {
            const stack = await openStack(scratch, { project: "p", stack: "s", config: {} });
            fs.truncateSync(path.join(scratch.state, ".pulumi/stacks/p/s.json.attrs"));
            await expect(stack.configure({ "p:colour": { value: "red" } })).rejects.toThrow(
                "failed to load checkpoint: EOF",
            );
            await stack.cancel();
            await stack.configure({ "p:colour": { value: "red" } });
            expect((await stack.export()).deployment).toBeDefined();
        } finally {
            scratch.remove();
        }
    });
});
