/** Talos's own code: what makes a machine's configuration at the provider, and what judges it at the machine. */
import { askGoTool, type GoTool } from "./go-tool";

/** Generator and patcher of Talos 1.13.0, which the provider 0.8.1 of the stacks is built with. */
export const generator: GoTool = { module: "machine-config/generate", binary: "talos-generate" };

/**
 * Decoder and validation of Talos 1.10.6. The stacks run 1.10.5, of which the checksum database knows no machinery
 * module; the next patch of the same minor reads the same configuration.
 */
export const validator: GoTool = { module: "machine-config/validate", binary: "talos-validate" };

/** A configuration, or why there is none. */
export interface Generated {
    readonly config?: string;
    readonly error?: string;
}

/** What Talos says of a configuration; without an error it is taken. */
export interface Judged {
    readonly warnings: readonly string[];
    readonly error?: string;
}

/** What the provider makes of the arguments of each `getConfiguration`. */
export async function generate(requests: readonly Readonly<Record<string, unknown>>[]): Promise<readonly Generated[]> {
    // Comments are no part of what a machine is told.
    const plain = requests.map(({ docs: _docs, examples: _examples, ...request }) => request);
    return (await askGoTool(generator, plain)) as readonly Generated[];
}

/** What a machine of a runtime mode says of each configuration: `cloud` is what the platform nocloud runs in. */
export async function judge(configs: readonly string[], mode: "cloud" | "metal"): Promise<readonly Judged[]> {
    return (await askGoTool(
        validator,
        configs.map((config) => ({ config, mode })),
    )) as readonly Judged[];
}
