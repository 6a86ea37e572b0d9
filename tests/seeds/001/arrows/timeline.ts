/** Arrows of the timeline: which row begins when another ends. */
import { expect } from "vitest";
import type { Built } from "../built";
import { type Claim, claim } from "./arrow";

const section = "Deployment Timeline";

const after = ({ pipeline }: Built, name: string): readonly string[] => {
    const step = pipeline.steps.find((each) => each.name === name);
    if (step === undefined) {
        throw new Error(`The pipeline has no part ${name}.`);
    }
    return step.after;
};

const waits = (name: string, before: string) => (stack: Built) => expect(after(stack, name)).toContain(before);

/** The first of a later phase begins when the last of an earlier one it waits for has ended. */
const follows = (later: string, earlier: string) => (stack: Built) => {
    const of = (phase: string) =>
        stack.world.ledger.entries.filter(({ steps }) => steps.some((step) => step.phase === phase));
    const names = of(earlier).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    const early = of(later).filter(({ name }) => !names.some((each) => stack.waitsFor(name).has(each)));
    expect(of(later).length).toBeGreaterThan(0);
    expect(early.map(({ name }) => name)).toEqual([]);
};

const deployPhases = ["OCI Infrastructure", "Proxmox Cluster", "Talos K8s", "Flux Reconcile"] as const;

/** Arrows that are true of the pipeline or of the deployment's graph. */
export const timelineFacts: readonly Claim[] = [
    ...(
        [
            ["OCI CLI + SSH", "Flux + SOPS"],
            ["Dagger Pipeline", "Base Image"],
            ["Base Image", "Proxmox Image"],
            ["Proxmox Image", "Upload to OCI"],
        ] as const
    ).map(([earlier, later]) =>
        claim(section, [`${earlier} --> ${later}`], `${later} waits for ${earlier}`, waits(later, earlier)),
    ),
    claim(
        section,
        ["Upload to OCI --> OCI Infrastructure"],
        "deploying waits for the upload",
        waits("Deploy", "Upload to OCI"),
    ),
    ...deployPhases.slice(1).map((later, index) => {
        const earlier = deployPhases[index] ?? "";
        const says = `everything of ${later} waits for something of ${earlier}`;
        return claim(section, [`${earlier} --> ${later}`], says, follows(later, earlier));
    }),
    claim(section, ["Flux Reconcile --> All Checks"], "the checks wait for the whole deployment", (stack) => {
        waits("All Checks", "Deploy")(stack);
        const { makespanMinutes } = stack.timeline;
        expect(Math.max(...stack.world.ledger.entries.map(({ finishedAt = 0 }) => finishedAt))).toBe(makespanMinutes);
    }),
];

/** Arrows we draw otherwise. */
export const timelineDeviations: readonly Claim[] = [
    claim(section, ["Flux + SOPS --> Dagger Pipeline"], "building needs nothing of the setup", (stack) => {
        expect(after(stack, "Dagger Pipeline")).toEqual([]);
    }),
];
