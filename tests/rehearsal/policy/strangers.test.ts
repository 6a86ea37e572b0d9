/** The pack under the real engine, on programs that share nothing with this repository's own. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Rehearsal, StackConfig } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import { genericPackage } from "../../../rehearsal/providers/generic";
import * as oke from "./programs/oke";
import { openNumber, overLimits, plainSecret } from "./programs/over-limits";
import * as instances from "./programs/plain-instances";
import * as talos from "./programs/proxmox-talos";

const timeout = 300_000;

/** Rehearses a program with every provider generic: only the pack judges. */
function rehearsed(program: () => Promise<undefined>, config: StackConfig = {}): Promise<Rehearsal> {
    return rehearse({
        program,
        project: "stranger",
        stack: "test",
        config,
        site: { proxmox: [], networks: {}, talosVersions: [], kubernetesByTalos: {} },
        packages: (world) =>
            ["oci", "proxmoxve", "talos", "kubernetes", "random"].map((name) => genericPackage(name, world)),
        policyPack: join(__dirname, "../../../policy"),
    });
}

/** Rules that stopped a preview, in order, once each. */
const mandatory = ({ policy }: Rehearsal): string[] =>
    [...new Set(policy.violations.filter(({ level }) => level !== "advisory").map(({ rule }) => rule))].sort();

/** Asserts that the preview failed and nothing was made. */
function stoppedAtPreview(rehearsal: Rehearsal): void {
    expect(rehearsal.phases.map(({ name, ok }) => [name, ok])).toEqual([["preview", false]]);
}

describe("plain instances", () => {
    test("the free one passes every phase", { timeout }, async () => {
        const rehearsal = await rehearsed(instances.free);
        expect(mandatory(rehearsal)).toEqual([]);
        expect(rehearsal.phases.map(({ name, ok }) => [name, ok])).toContainEqual(["up", true]);
    });

    test("the paid one stops at preview", { timeout }, async () => {
        const rehearsal = await rehearsed(instances.paid);
        stoppedAtPreview(rehearsal);
        expect(mandatory(rehearsal)).toEqual(["free-tier-shapes"]);
    });
});

describe("OKE", () => {
    test("the free one passes every phase", { timeout }, async () => {
        const rehearsal = await rehearsed(oke.free);
        expect(mandatory(rehearsal)).toEqual([]);
        expect(rehearsal.phases.map(({ name, ok }) => [name, ok])).toContainEqual(["up", true]);
    });

    test("the paid one stops at preview", { timeout }, async () => {
        const rehearsal = await rehearsed(oke.paid);
        stoppedAtPreview(rehearsal);
        expect(mandatory(rehearsal)).toEqual([
            "free-tier-a1-instances",
            "free-tier-a1-memory",
            "free-tier-a1-ocpus",
            "free-tier-basic-clusters",
        ]);
    });
});

describe("Talos on Proxmox", () => {
    const ha = { "strata:profile": { value: "ha" } };

    test("spread over the nodes it passes every phase", { timeout }, async () => {
        const rehearsal = await rehearsed(talos.spread, ha);
        expect(mandatory(rehearsal)).toEqual([]);
        expect(rehearsal.phases.map(({ name, ok }) => [name, ok])).toContainEqual(["up", true]);
    });

    test("together on one node it stops at preview", { timeout }, async () => {
        const rehearsal = await rehearsed(talos.together, ha);
        stoppedAtPreview(rehearsal);
        expect(mandatory(rehearsal)).toEqual(["hygiene-namespace-pod-security", "spof"]);
    });
});

test("six limits and a missing budget are seven violations, each with its resources, and nothing is made", {
    timeout,
}, async () => {
    const rehearsal = await rehearsed(overLimits, { "strata:allowance": { value: "2021" } });
    stoppedAtPreview(rehearsal);
    const said = rehearsal.policy.violations.filter(({ level }) => level === "mandatory");
    expect(said.map(({ rule }) => rule).sort()).toEqual([
        "free-tier-a1-memory",
        "free-tier-a1-ocpus",
        "free-tier-budget",
        "free-tier-instances",
        "free-tier-object-storage",
        "free-tier-reserved-ips",
        "free-tier-storage",
    ]);
    expect(said.find(({ rule }) => rule === "free-tier-storage")?.message).toContain("201 GB used, 200 GB free");
});

test("a number that is not known yet stops the preview by name", { timeout }, async () => {
    const rehearsal = await rehearsed(openNumber);
    stoppedAtPreview(rehearsal);
    const said = rehearsal.policy.violations.filter(({ level }) => level === "mandatory");
    expect(said.map(({ message }) => message).join()).toContain("cannot know shapeConfig.ocpus");
    expect(rehearsal.policy.violations.filter(({ level }) => level === "unable")).toEqual([]);
});

test("a secret that nobody marked stops the preview", { timeout }, async () => {
    const rehearsal = await rehearsed(plainSecret);
    stoppedAtPreview(rehearsal);
    expect(mandatory(rehearsal)).toEqual(["hygiene-plain-secrets"]);
});
