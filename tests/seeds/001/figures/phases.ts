/** The document's phases and layers by their number: each is a command, or a part of the one that deploys. */
import { expect } from "vitest";
import { oraclePhases } from "../../../../rehearsal/world/oracle/durations";
import type { Built } from "../built";
import { type Figure, one } from "./figure";

/** Phases 2 to 4 are what one `up` makes: each takes time of its own, and the next one is later. */
const deployed = (phase: string, resource: string) => (stack: Built) => {
    const named = stack.world.ledger.entries.filter(({ steps }) => steps.some((step) => step.phase === phase));
    expect(named.map(({ name }) => name)).toContain(resource);
};
const part = (name: string) => (stack: Built) => expect(stack.pipeline.steps.map((step) => step.name)).toContain(name);

const phases = [
    ["Phase 0: Setup", part("OCI CLI + SSH")],
    ["Phase 1: Build Images", part("Base Image")],
    ["Phase 2: OCI Infrastructure", deployed(oraclePhases.cloud, "network-vcn")],
    ["Phase 3: Proxmox Cluster", deployed(oraclePhases.proxmox, "proxmox-cluster-create-cluster-ampere-1")],
    ["Phase 4: Talos Kubernetes", deployed(oraclePhases.talos, "talos-bootstrap")],
    ["Phase 5: Validation", part("All Checks")],
] as const;

const layers = [
    ["Layer 1: OCI Resources", "strata:cloud:Instances"],
    ["Layer 2: Proxmox Setup", "strata:hypervisor:ProxmoxCluster"],
    ["Layer 3: Talos Deployment", "strata:talos:TalosCluster"],
] as const;

/** Every phase and layer that has a heading. */
export const phaseFigures: readonly Figure[] = [
    one("Complete Flow", ["6 phases"], "all of the six phases are there", (stack) => {
        expect(phases.map(([, holds]) => holds(stack))).toHaveLength(6);
    }),
    ...phases.map(([heading, holds]) => one(heading, [heading], `${heading} is there`, holds)),
    ...layers.map(([heading, type]) =>
        one(heading, [heading], `${heading} is there`, (stack) =>
            expect(stack.resources.map((each) => each.type)).toContain(type),
        ),
    ),
];
