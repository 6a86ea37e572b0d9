/** What an arrow of the architecture document can be: an edge of the stack's graph, a fact, or drawn otherwise by us. */
import type { Built } from "../built";

/** One arrow. */
export interface Arrow {
    /** The document's heading it stands under. */
    readonly section: string;
    /** As the document draws it, in its names: `Quorum -->|Yes| Ceph`. */
    readonly text: string;
}

/** An arrow that is an edge: each resource at its end waits for one at its beginning at least. */
export interface Edge extends Arrow {
    readonly waitedFor: readonly string[];
    readonly waiting: readonly string[];
}

/** Arrows with what is true of the stack, its world or its operations. */
export interface Claim {
    readonly section: string;
    /** The arrows, as the document draws them. */
    readonly arrows: readonly string[];
    /**
     * What is true, one sentence. Of an arrow we draw otherwise: what is there instead, and why.
     */
    readonly says: string;
    /** Fails where it is not so. */
    readonly holds: (stack: Built) => void | Promise<void>;
}

/** One claim. */
export const claim = (section: string, arrows: readonly string[], says: string, holds: Claim["holds"]): Claim => ({
    section,
    arrows,
    says,
    holds,
});

/** Arrows from each of some nodes to each of others, as `A & B --> C & D`. */
export const fan = (from: readonly string[], arrow: string, to: readonly string[]): string[] =>
    from.flatMap((one) => to.map((other) => `${one} ${arrow} ${other}`));
