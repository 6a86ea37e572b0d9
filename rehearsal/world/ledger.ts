/** What the world was asked to do, when, and how long it declared each step to take. */

/** One operation on one resource. */
export interface LedgerEntry {
    readonly kind: "create" | "update" | "delete";
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    /** World minutes at which it began. */
    readonly startedAt: number;
    /** World minutes at which it ended; undefined while it runs. */
    finishedAt?: number;
    /** The steps it went through with their declared minutes, before any stretching. */
    readonly steps: { readonly step: string; readonly minutes: number; readonly phase?: string }[];
    /** The refusal's words where it failed. */
    failure?: string;
}

/** The world's record of operations, in order of their beginning. */
export class Ledger {
    readonly entries: LedgerEntry[] = [];

    /** Opens an entry for an operation that begins now. */
    open(entry: Omit<LedgerEntry, "steps">): LedgerEntry {
        const opened: LedgerEntry = { ...entry, steps: [] };
        this.entries.push(opened);
        return opened;
    }
}
