/** What a program throws where nobody catches it fails the program's run, not the process it runs in. */

/**
 * Takes over what this process does with unhandled rejections.
 *
 * @returns Gives it back to who had it.
 */
export function takeRejections(take: (error: unknown) => void): () => void {
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", take);
    return () => {
        process.off("unhandledRejection", take);
        for (const other of others) {
            process.on("unhandledRejection", other);
        }
    };
}
