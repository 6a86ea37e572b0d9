/** Lets an engine without a Node language plugin run a policy pack that is written in Node. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts a program into `bin` that the engine looks for on PATH when it finds no language plugin: it runs what the
 * Pulumi SDK runs for a policy pack, with this Node and the arguments it is given. With a language plugin it is idle.
 *
 * @returns Its path.
 */
export function installAnalyzer(bin: string): string {
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    const path = join(bin, "pulumi-analyzer-policy-nodejs");
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${runner}' "$@"\n`);
    chmodSync(path, 0o755);
    return path;
}
