/**
 * The world's clock. It counts world minutes and moves only when nothing else is going on: while the engine still
 * talks to the world, no time passes, so the engine's own overhead is not part of any figure.
 */
export class Clock {
    #now = 0;
    #order = 0;
    readonly #sleepers: { readonly wakesAt: number; readonly order: number; readonly wake: () => void }[] = [];
    #timer: NodeJS.Timeout | undefined;

    /**
     * Says whether somebody still works on what the world answered, e.g. the engine's process; while so, no time
     * passes. Asked at least `quietMs` after the last sign of life, again and again until it says no. Default: nobody.
     */
    busy: () => boolean = () => false;

    /**
     * @param quietMs How long nothing may happen, in milliseconds of this machine, before the world's time moves on.
     *     Default 25: the engine answers within a few milliseconds.
     */
    constructor(private readonly quietMs = 25) {}

    /** World minutes since the world began. */
    get now(): number {
        return this.#now;
    }

    /** Says that something happened: time stands still for another `quietMs`. */
    touch(): void {
        if (this.#sleepers.length === 0) {
            return;
        }
        if (this.#timer !== undefined) {
            clearTimeout(this.#timer);
        }
        this.#timer = setTimeout(() => this.#advance(), this.quietMs);
    }

    /** Returns when `minutes` of world time have passed; at once for 0. */
    async sleep(minutes: number): Promise<void> {
        if (minutes <= 0) {
            return;
        }
        await new Promise<void>((wake) => {
            this.#sleepers.push({ wakesAt: this.#now + minutes, order: this.#order++, wake });
            this.touch();
        });
    }

    #advance(): void {
        this.#timer = undefined;
        if (this.busy()) {
            this.touch();
            return;
        }
        this.#sleepers.sort((a, b) => a.wakesAt - b.wakesAt || a.order - b.order);
        const next = this.#sleepers.shift();
        if (next === undefined) {
            return;
        }
        this.#now = next.wakesAt;
        next.wake();
        this.touch();
    }
}
