/** The simulated world: one for all providers of a rehearsal, so that what one makes the others find. */
import { Clock } from "./clock";
import { Ledger } from "./ledger";
import { Random } from "./random";
import type { Site } from "./site";

/** How a world is set up. */
export interface WorldOptions {
    readonly site: Site;
    /** Stretches and reorders latencies, and swaps block-device names between boots. Undefined: the nominal run. */
    readonly seed?: number;
    /** See `Clock`; default 25 ms. */
    readonly quietMs?: number;
}

/** One world. */
export class World {
    readonly site: Site;
    readonly clock: Clock;
    readonly ledger = new Ledger();
    readonly random: Random;
    /** True in the nominal run: declared durations are taken as they are. */
    readonly nominal: boolean;

    constructor(options: WorldOptions) {
        this.site = options.site;
        this.clock = new Clock(options.quietMs);
        this.random = new Random(options.seed ?? 0);
        this.nominal = options.seed === undefined;
    }
}
