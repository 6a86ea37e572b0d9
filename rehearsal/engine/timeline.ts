/**
 * How long a deployment takes, from the durations its operations declared and the order its graph forces on them;
 * never from when things happened to run.
 */
import type { LedgerEntry } from "../world/ledger";
import { type Deployment, nameOf, resourcesOf } from "./deployment";

/** One step on a path. */
export interface TimedStep {
    /** Logical name of the resource. */
    readonly name: string;
    readonly minutes: number;
}

/** A chain of resources, each waiting for the one before. */
export interface TimedPath {
    readonly minutes: number;
    readonly steps: readonly TimedStep[];
}

/** Two phases at work at once. */
export interface Overlap {
    readonly earlier: string;
    readonly later: string;
    readonly minutes: number;
    /** The first resource of the later phase that begins, and the last of the earlier one that ends. */
    readonly begins: string;
    readonly ends: string;
}

/** How long a deployment takes. */
export interface Timeline {
    /** Minutes of the world from the first operation to the end of the last. */
    readonly makespanMinutes: number;
    /** Minutes if one thing were made after the other. */
    readonly sequentialMinutes: number;
    /** The longest chain of things that wait for each other, those that take no time left out. */
    readonly criticalPath: readonly TimedStep[];
    /** Sum of the critical path: with as many hands as one likes it takes no less. */
    readonly criticalMinutes: number;
    /** The longest chain inside each phase that a document names, by the phase's name there. */
    readonly phases: Readonly<Record<string, TimedPath>>;
    /** Which of those phases were at work at once, in the order they began. */
    readonly overlaps: readonly Overlap[];
}

/** The steps' minutes that count, per resource. */
type Weights = ReadonlyMap<string, number>;

/** Judges the creates and updates of one `up` on the state it left. */
export function timelineOf(deployment: Deployment, ledger: readonly LedgerEntry[]): Timeline {
    const entries = ledger.filter((entry) => entry.kind !== "delete" && entry.failure === undefined);
    const before = predecessors(deployment);
    const all = weigh(entries, () => true);
    const longest = longestPath(before, all);
    const names = new Set(entries.flatMap((entry) => entry.steps.flatMap(({ phase }) => phase ?? [])));
    const phases = [...names].map((name) => {
        const weights = weigh(entries, (phase) => phase === name);
        return [name, longestPath(before, weights)] as const;
    });
    return {
        makespanMinutes: makespan(entries),
        sequentialMinutes: sum([...all.values()]),
        criticalPath: longest.steps,
        criticalMinutes: longest.minutes,
        phases: Object.fromEntries(phases),
        overlaps: overlapsOf(entries, [...names]),
    };
}

/** Every pair of phases of which the later begins before the earlier has ended. */
function overlapsOf(entries: readonly LedgerEntry[], names: readonly string[]): readonly Overlap[] {
    const windows = names
        .map((name) => {
            const own = entries.filter(({ steps }) => steps.some(({ phase }) => phase === name));
            const end = ({ finishedAt, startedAt }: LedgerEntry) => finishedAt ?? startedAt;
            const first = own.reduce((a, b) => (b.startedAt < a.startedAt ? b : a));
            const last = own.reduce((a, b) => (end(b) > end(a) ? b : a));
            return { name, start: first.startedAt, end: end(last), begins: first.name, ends: last.name };
        })
        .sort((a, b) => a.start - b.start);
    return windows.flatMap((earlier, index) =>
        windows
            .slice(index + 1)
            .filter(({ start }) => start < earlier.end)
            .map((later) => ({
                earlier: earlier.name,
                later: later.name,
                minutes: Math.min(earlier.end, later.end) - later.start,
                begins: later.begins,
                ends: earlier.ends,
            })),
    );
}

function makespan(entries: readonly LedgerEntry[]): number {
    if (entries.length === 0) {
        return 0;
    }
    const began = Math.min(...entries.map((entry) => entry.startedAt));
    return Math.max(...entries.map((entry) => entry.finishedAt ?? entry.startedAt)) - began;
}

function weigh(entries: readonly LedgerEntry[], counts: (phase: string | undefined) => boolean): Weights {
    const weights = new Map<string, number>();
    for (const { urn, steps } of entries) {
        const minutes = sum(steps.filter(({ phase }) => counts(phase)).map((step) => step.minutes));
        weights.set(urn, (weights.get(urn) ?? 0) + minutes);
    }
    return weights;
}

/** What each resource waits for: explicit dependencies, sources of its inputs, its provider, its parent's own waits. */
function predecessors(deployment: Deployment): ReadonlyMap<string, readonly string[]> {
    return new Map(
        resourcesOf(deployment)
            .filter((resource) => resource.delete !== true)
            .map(({ urn, dependencies = [], propertyDependencies = {}, provider }) => {
                const sources = Object.values(propertyDependencies).flatMap((urns) => urns ?? []);
                const providerUrn = provider === undefined || provider === "" ? [] : [urnOf(provider)];
                return [urn, [...new Set([...dependencies, ...sources, ...providerUrn])]];
            }),
    );
}

/** The URN of a provider reference (`URN::ID`). */
function urnOf(reference: string): string {
    return reference.slice(0, reference.lastIndexOf("::"));
}

function longestPath(before: ReadonlyMap<string, readonly string[]>, weights: Weights): TimedPath {
    const best = new Map<string, { readonly minutes: number; readonly via: string | undefined }>();
    const visit = (urn: string): number => {
        const known = best.get(urn);
        if (known !== undefined) {
            return known.minutes;
        }
        // Entered before its predecessors, so that a graph with a circle, which the engine forbids, still ends.
        best.set(urn, { minutes: 0, via: undefined });
        let via: string | undefined;
        let waited = 0;
        for (const predecessor of before.get(urn) ?? []) {
            const minutes = visit(predecessor);
            if (minutes > waited) {
                waited = minutes;
                via = predecessor;
            }
        }
        const minutes = waited + (weights.get(urn) ?? 0);
        best.set(urn, { minutes, via });
        return minutes;
    };
    let last: string | undefined;
    let minutes = 0;
    for (const urn of before.keys()) {
        const found = visit(urn);
        if (found > minutes) {
            minutes = found;
            last = urn;
        }
    }
    const steps: TimedStep[] = [];
    for (let urn = last; urn !== undefined; urn = best.get(urn)?.via) {
        const own = weights.get(urn) ?? 0;
        if (own > 0) {
            steps.unshift({ name: nameOf(urn), minutes: own });
        }
    }
    return { minutes, steps };
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, one) => total + one, 0);
}
