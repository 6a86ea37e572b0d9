/** Figures of the timeline: how long each row takes, and the whole. */
import { expect } from "vitest";
import { documentDeployMinutes, documentMinutes } from "../../../../operations/pipeline";
import type { Built } from "../built";
import { type Figure, one } from "./figure";

const timeline = "Deployment Timeline";

const phase = (name: string, minutes: number) => (stack: Built) =>
    expect(stack.timeline.phases[name]?.minutes).toBe(minutes);
const row = (name: string, minutes: number) => (stack: Built) =>
    expect(stack.pipeline.steps.find((each) => each.name === name)?.minutes).toBe(minutes);

/** Every figure of the timeline. */
export const timeFigures: readonly Figure[] = [
    ...(
        [
            ["OCI CLI + SSH", ["00:00", "10m"], 10],
            ["Flux + SOPS", ["00:10", "10m"], 10],
            ["Dagger Pipeline", ["00:20", "5m"], 5],
            ["Base Image", ["00:25", "25m"], 25],
            ["Proxmox Image", ["00:50", "30m"], 30],
            ["Upload to OCI", ["01:20", "15m"], 15],
            ["All Checks", ["02:50", "10m"], 10],
        ] as const
    ).map(([name, mentions, minutes]) =>
        one(timeline, [name, ...mentions], `${name} takes ${minutes} minutes`, row(name, minutes)),
    ),
    ...(
        [
            ["OCI Infrastructure", ["01:35", "15m"], 15],
            ["Proxmox Cluster", ["01:50", "30m"], 30],
            ["Talos K8s", ["02:20", "20m"], 20],
            ["Flux Reconcile", ["02:40", "10m"], 10],
        ] as const
    ).map(([name, mentions, minutes]) =>
        one(timeline, [name, ...mentions], `the longest path of ${name} is ${minutes} minutes`, phase(name, minutes)),
    ),
    one(
        timeline,
        ["~3 hours", "~1 hour"],
        "three hours with images; the rows of the deployment alone are 75 minutes",
        (stack) => {
            expect(documentMinutes).toEqual({ withImages: 180, preBuilt: 60 });
            expect(documentDeployMinutes).toBe(75);
            expect(stack.pipeline.withImages.minutes).toBeLessThanOrEqual(180);
            // 15 + 30 + 20 + 10 is more than the document's own hour: what is held is the sum of its rows.
            expect(stack.timeline.makespanMinutes).toBeLessThanOrEqual(75);
        },
    ),
];
