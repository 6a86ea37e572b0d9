/**
 * The whole pipeline of an Oracle stack, from nothing to validated: the document's rows before and after the deployment
 * as data, the deployment itself as its rehearsal measured it.
 */
import type { Deployment } from "../rehearsal/engine/deployment";
import { type Timeline, timelineOf } from "../rehearsal/engine/timeline";
import type { LedgerEntry } from "../rehearsal/world/ledger";
import { oraclePhases } from "../rehearsal/world/oracle/durations";

/** One part of the pipeline. */
export interface PipelineStep {
    /** As the document's timeline calls it. */
    readonly name: string;
    readonly minutes: number;
    /** Names of the parts it waits for. */
    readonly after: readonly string[];
    /** Where figure and order come from. */
    readonly source: string;
}

const row = (name: string) => `architecture diagrams, deployment timeline, row "${name}"`;

const cli = "OCI CLI + SSH";
const sops = "Flux + SOPS";
const dagger = "Dagger Pipeline";
const base = "Base Image";
const proxmox = "Proxmox Image";
const talos = "Talos Image";
const { upload } = oraclePhases;
const deploy = "Deploy";
const checks = "All Checks";

/** What the document says of the whole, minutes: "~3 hours (with image builds) | ~1 hour (pre-built images)". */
export const documentMinutes = { withImages: 180, preBuilt: 60 } as const;

/** Rows of the document's four deploy phases, minutes: 15 + 30 + 20 + 10. */
export const documentDeployMinutes = 75;

const setup: readonly PipelineStep[] = [
    { name: cli, minutes: 10, after: [], source: row(cli) },
    { name: sops, minutes: 10, after: [cli], source: `${row(sops)}; one person answers both` },
];

/** Building needs nothing of the setup; the images are built one after the other, as the rows of the document lie. */
const builds = {
    "oracle-proxmox": [
        { name: dagger, minutes: 5, after: [], source: row(dagger) },
        { name: base, minutes: 25, after: [dagger], source: row(base) },
        { name: proxmox, minutes: 30, after: [base], source: row(proxmox) },
    ],
    "oracle-talos": [
        {
            name: talos,
            minutes: 3,
            after: [],
            source: "our estimate: 100 MB from the Image Factory, packed; the document builds no such image",
        },
    ],
} as const satisfies Readonly<Record<string, readonly PipelineStep[]>>;

/** Platforms with a pipeline. */
export type PipelinePlatform = keyof typeof builds;

/** How long the deployment takes, as rehearsed. */
export interface DeployMinutes {
    /** With the upload where the stack does it itself. */
    readonly withUpload: number;
    /** With images that are imported already. */
    readonly preBuilt: number;
    /** True where the stack uploads and imports its image itself. */
    readonly uploads: boolean;
}

/** Reads both figures from a rehearsal: once as it was, once with the steps of the upload taking no time. */
export function deployMinutes(
    deployment: Deployment,
    ledger: readonly LedgerEntry[],
    timeline: Timeline,
): DeployMinutes {
    const first = new Map<string, LedgerEntry>();
    for (const entry of ledger) {
        if (entry.kind === "create" && entry.failure === undefined && !first.has(entry.urn)) {
            first.set(entry.urn, { ...entry, steps: entry.steps.filter(({ phase }) => phase !== upload) });
        }
    }
    return {
        withUpload: timeline.criticalMinutes,
        preBuilt: timelineOf(deployment, [...first.values()]).criticalMinutes,
        uploads: upload in timeline.phases,
    };
}

/** The parts of a platform's pipeline. */
export function pipelineSteps(platform: PipelinePlatform, minutes: DeployMinutes): readonly PipelineStep[] {
    const images: readonly PipelineStep[] = builds[platform];
    const built = images.map(({ name }) => name).filter((name) => name !== dagger);
    return [
        ...setup,
        ...images,
        ...(minutes.uploads ? [] : [{ name: upload, minutes: 15, after: [...built, cli], source: row(upload) }]),
        {
            name: deploy,
            minutes: minutes.withUpload,
            after: [...(minutes.uploads ? built : [upload]), sops],
            source: minutes.uploads ? `rehearsed, with "${upload}" in it` : "rehearsed",
        },
        { name: checks, minutes: 10, after: [deploy], source: row(checks) },
    ];
}

/** A chain of parts, each waiting for the one before. */
export interface PipelinePath {
    readonly minutes: number;
    readonly names: readonly string[];
}

/** The longest chain: with as many hands as one likes it takes no less. */
export function longestChain(steps: readonly PipelineStep[]): PipelinePath {
    const ends = new Map<string, PipelinePath>();
    const until = (name: string): PipelinePath => {
        const known = ends.get(name);
        const step = steps.find((each) => each.name === name);
        if (known !== undefined || step === undefined) {
            return known ?? { minutes: 0, names: [] };
        }
        const before = step.after.map(until).reduce(longer, { minutes: 0, names: [] });
        const path = { minutes: before.minutes + step.minutes, names: [...before.names, name] };
        ends.set(name, path);
        return path;
    };
    return steps.map(({ name }) => until(name)).reduce(longer, { minutes: 0, names: [] });
}

function longer(a: PipelinePath, b: PipelinePath): PipelinePath {
    return b.minutes > a.minutes ? b : a;
}

/** The pipeline against the document's two figures. */
export interface Pipeline {
    readonly steps: readonly PipelineStep[];
    readonly withImages: PipelinePath;
    /** Minutes if one part were done after the other. */
    readonly sequentialMinutes: number;
    /** Images imported and keys made already: what is left is deploying and validating. */
    readonly preBuiltMinutes: number;
}

/** Puts a platform's pipeline together. */
export function pipelineOf(platform: PipelinePlatform, minutes: DeployMinutes): Pipeline {
    const steps = pipelineSteps(platform, minutes);
    const validation = steps.find(({ name }) => name === checks)?.minutes ?? 0;
    return {
        steps,
        withImages: longestChain(steps),
        sequentialMinutes: steps.reduce((sum, step) => sum + step.minutes, 0),
        preBuiltMinutes: minutes.preBuilt + validation,
    };
}

/** True for platforms whose pipeline the document draws, or a variant of it. */
export function hasPipeline(platform: string): platform is PipelinePlatform {
    return platform in builds;
}
