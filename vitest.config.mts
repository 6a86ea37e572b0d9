import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** On two cores Vitest would leave one to itself and run unit tests one file after the other. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/** Tests that run the real engine, after the unit tests. An engine waits for its world half of the time: two share two cores. */
const engine = { testTimeout: 180_000, hookTimeout: 600_000, maxWorkers: 2, sequence: { groupOrder: 1 } };

export default defineConfig({
    test: {
        projects: [
            {
                test: {
                    name: "unit",
                    include: ["tests/unit/**/*.test.ts"],
                    testTimeout: 30_000,
                    maxWorkers,
                    sequence: { groupOrder: 0 },
                },
            },
            { test: { name: "seeds", include: ["tests/seeds/**/*.test.ts"], ...engine } },
            { test: { name: "rehearsal", include: ["tests/rehearsal/**/*.test.ts"], ...engine } },
            {
                test: {
                    name: "integration",
                    include: ["tests/integration/**/*.test.ts"],
                    testTimeout: 1_800_000,
                    hookTimeout: 1_800_000,
                    fileParallelism: false,
                    sequence: { groupOrder: 2 },
                },
            },
        ],
    },
});
