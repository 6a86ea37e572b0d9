/**
 * What the world says when it refuses: the real system's words, and where those words come from.
 * A refusal is an answer of the world, never a fault of the rehearsal.
 */
export class Refusal extends Error {
    /**
     * @param words What the real system answers, as its users know it.
     * @param source Where it answers so: a source file, a vendor page or an issue.
     */
    constructor(
        words: string,
        readonly source: string,
    ) {
        super(words);
        this.name = "Refusal";
    }
}

/**
 * A create that made the thing and then failed: the engine keeps it, with the reasons, creates nothing that depends
 * on it, and calls `update` at the next run.
 */
export class PartialFailure extends Refusal {
    constructor(
        words: string,
        source: string,
        readonly id: string,
        readonly outputs: { readonly [key: string]: import("./value").Value },
    ) {
        super(words, source);
        this.name = "PartialFailure";
    }
}
