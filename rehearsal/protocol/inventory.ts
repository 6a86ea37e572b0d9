/** What the providers know of what they made: what still stands, what is secret, who had to be made up. */

/** One thing that stands in the world. */
export interface Standing {
    readonly urn: string;
    readonly type: string;
    readonly id: string;
    /** True where its id was known beforehand: it is somewhere outside the state, so losing sight of it is a loss. */
    readonly findable: boolean;
}

/** Keeps account of one world's providers. */
export class Inventory {
    readonly #standing = new Map<string, Standing>();
    /** Texts that came out of what providers mark as secret; they must not show anywhere in plain text. */
    readonly secrets = new Set<string>();

    /** Types and functions for which only a made-up behaviour answered. */
    readonly generic = new Set<string>();

    /** What stands, in the order it was made. */
    get standing(): readonly Standing[] {
        return [...this.#standing.values()];
    }

    /** Notes that a thing was made or found. */
    made(thing: Standing): void {
        this.#standing.set(`${thing.type} ${thing.id}`, thing);
    }

    /** Notes that a thing is gone. */
    gone(type: string, id: string): void {
        this.#standing.delete(`${type} ${id}`);
    }

    /** Drops what was drawn anew and had no effect outside the state: an interrupted create leaves nothing of it. */
    forgetUnfindable(urn: string): void {
        for (const [key, thing] of this.#standing) {
            if (thing.urn === urn && !thing.findable) {
                this.#standing.delete(key);
            }
        }
    }
}
