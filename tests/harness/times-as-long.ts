/** Processor time of this process that a run takes, in milliseconds: other processes do not lengthen it. */
async function cpuMs(run: () => Promise<unknown>): Promise<number> {
    const begin = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1000;
}

/**
 * How many times as long a run takes over something `factor` times as large. A pair is `factor` small runs and one large
 * one: where time grows with size alone, both take the same, and compilation, collection and a busy machine weigh on
 * both alike. The median of the pairs leaves out those where they do not.
 * @param pairs how many, odd; one more comes first and is not counted, since it loads and compiles what is new
 */
export async function timesAsLong(
    factor: number,
    pairs: number,
    small: () => Promise<unknown>,
    large: () => Promise<unknown>,
): Promise<number> {
    const ratios: number[] = [];
    for (let pair = -1; pair < pairs; pair++) {
        const many = await cpuMs(async () => {
            for (let run = 0; run < factor; run++) {
                await small();
            }
        });
        const one = await cpuMs(large);
        if (pair >= 0) {
            ratios.push((factor * one) / many);
        }
    }
    return ratios.sort((a, b) => a - b)[(pairs - 1) / 2] as number;
}
