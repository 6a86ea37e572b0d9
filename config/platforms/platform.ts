/** What a platform is to the config: the sections a stack on it may have, and what they promise each other. */
import type { z } from "zod";

/** Section name to its schema. */
export type Sections = Readonly<Record<string, z.ZodType>>;

/** What sections say once they are checked and completed with the defaults. */
export type Parsed<S extends Sections> = { readonly [Section in keyof S]: z.output<S[Section]> };

/** A promise between sections: judged where all of them are well-formed, one sentence for each way it is broken. */
export interface Promised<S extends Sections> {
    readonly between: readonly (keyof S)[];
    readonly broken: (fleet: Parsed<S>) => readonly string[];
}

/** The sections and promises of one platform. */
export interface Platform<S extends Sections> {
    readonly sections: S;
    readonly promises: readonly Promised<S>[];
}
