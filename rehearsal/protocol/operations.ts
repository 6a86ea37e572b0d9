/** How an operation of the engine becomes one of the world: its record, its time, its chance. */
import type { Cut, Operation, ProviderInstance } from "../world/behaviour";
import { type Duration, durations } from "../world/durations";
import type { LedgerEntry } from "../world/ledger";
import { oracleDurations } from "../world/oracle/durations";
import { Random } from "../world/random";
import type { Properties } from "../world/value";
import type { World } from "../world/world";

/** What the engine asks for, without its values. */
export interface Asked {
    readonly kind: "create" | "update" | "delete" | "read";
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly provider: ProviderInstance;
}

/** Who may come between the engine and the world. */
export interface Interference {
    /**
     * Called when an operation has begun in the world; what it throws is the world's refusal.
     *
     * @param properties Inputs of a create or update, the state of a read or delete.
     * @returns What happens in the operation's place. Undefined: the operation.
     */
    begun?(asked: Asked, properties: Properties): Cut | undefined;
    /** World minutes an operation is late. Default: none. */
    late?(asked: Asked): number;
}

/** How much a seed stretches a declared time: between half and two and a half times. */
const stretch = { least: 0.5, span: 2 };

/**
 * The longest delay, in world minutes, a seed puts before an operation, so that what is unordered changes order: one
 * that outlasts a chain of the longest steps. Most delays are short: half of them are under a sixteenth of it.
 */
const longestDelay = 12;

const known: Readonly<Record<string, Duration>> = { ...durations, ...oracleDurations };

/** The chance of one event: the same for the same seed, resource and step, whatever else goes on at the time. */
function chanceOf(seed: number, what: string): number {
    let hash = 2166136261 ^ seed;
    for (let index = 0; index < what.length; index++) {
        hash = Math.imul(hash ^ what.charCodeAt(index), 16777619);
    }
    return new Random(hash).next();
}

/** Runs operations in one world. */
export class Operations {
    #running = 0;
    #waiting: (() => void)[] = [];

    /** @param seed Undefined in the nominal run. */
    constructor(
        private readonly world: World,
        private readonly seed: number | undefined,
        private readonly interference: Interference,
    ) {}

    /** How many operations go on. */
    get running(): number {
        return this.#running;
    }

    /** Runs one operation: opens its record, lets it happen, and closes the record with what came of it. */
    async run<T>(asked: Asked, properties: Properties, act: (operation: Operation) => Promise<T>): Promise<T> {
        this.#running++;
        const entry = asked.kind === "read" ? undefined : this.#open(asked, asked.kind);
        try {
            await this.#delay(asked);
            const cut = this.interference.begun?.(asked, properties);
            const operation = this.#operation(asked, entry);
            return await (cut === undefined ? act(operation) : cut(properties, operation));
        } catch (error) {
            if (entry !== undefined) {
                entry.failure = error instanceof Error ? error.message : String(error);
            }
            throw error;
        } finally {
            if (entry !== undefined) {
                entry.finishedAt = this.world.clock.now;
            }
            this.#running--;
            if (this.#running === 0) {
                for (const wake of this.#waiting.splice(0)) {
                    wake();
                }
            }
        }
    }

    /** Returns when nothing goes on in the world any more: it finishes what a dead engine asked for. */
    async settled(): Promise<void> {
        if (this.#running > 0) {
            await new Promise<void>((wake) => this.#waiting.push(wake));
        }
    }

    #open(asked: Asked, kind: LedgerEntry["kind"]): LedgerEntry {
        const { urn, type, name } = asked;
        return this.world.ledger.open({ kind, urn, type, name, startedAt: this.world.clock.now });
    }

    async #delay(asked: Asked): Promise<void> {
        const late = this.interference.late?.(asked) ?? 0;
        if (late > 0) {
            await this.world.clock.sleep(late);
        }
        if (this.seed !== undefined) {
            await this.world.clock.sleep(chanceOf(this.seed, `${asked.kind} ${asked.urn}`) ** 4 * longestDelay);
        }
    }

    #operation(asked: Asked, entry: LedgerEntry | undefined): Operation {
        const { urn, type, name, provider } = asked;
        return { urn, type, name, provider, takes: (step, share = 1) => this.#take(step, share, urn, entry) };
    }

    async #take(step: string, share: number, urn: string, entry: LedgerEntry | undefined): Promise<void> {
        const duration = this.world.site.durations?.[step] ?? known[step];
        if (duration === undefined) {
            throw new Error(
                `No duration is declared for the step '${step}': add it, with its source, to the durations.`,
            );
        }
        const { phase } = duration;
        const minutes = duration.minutes * share;
        entry?.steps.push(phase === undefined ? { step, minutes } : { step, minutes, phase });
        const factor =
            this.seed === undefined ? 1 : stretch.least + stretch.span * chanceOf(this.seed, `${step} ${urn}`);
        await this.world.clock.sleep(minutes * factor);
    }
}
