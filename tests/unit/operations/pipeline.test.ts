import { expect, test } from "vitest";
import {
    type DeployMinutes,
    deployMinutes,
    documentDeployMinutes,
    documentMinutes,
    hasPipeline,
    pipelineOf,
    pipelineSteps,
} from "../../../operations/pipeline";
import { pipelineText } from "../../../operations/pipeline-text";
import type { Deployment } from "../../../rehearsal/engine/deployment";
import { timelineOf } from "../../../rehearsal/engine/timeline";
import type { LedgerEntry } from "../../../rehearsal/world/ledger";

/** The deployment as the document adds it up. */
const asDrawn: DeployMinutes = { withUpload: documentDeployMinutes, preBuilt: documentDeployMinutes, uploads: false };

test("one after the other the parts take the document's 180 minutes", () => {
    expect(pipelineOf("oracle-proxmox", asDrawn).sequentialMinutes).toBe(documentMinutes.withImages);
});

test("the longest chain builds one image after the other, uploads, deploys and validates: setup is beside it", () => {
    expect(pipelineOf("oracle-proxmox", asDrawn).withImages).toEqual({
        minutes: 5 + 25 + 30 + 15 + 75 + 10,
        names: ["Dagger Pipeline", "Base Image", "Proxmox Image", "Upload to OCI", "Deploy", "All Checks"],
    });
});

test("an upload inside of the deployment is not counted twice", () => {
    const inside = { withUpload: 90, preBuilt: 75, uploads: true };
    const names = pipelineSteps("oracle-proxmox", inside).map(({ name }) => name);
    expect(names).not.toContain("Upload to OCI");
    expect(pipelineOf("oracle-proxmox", inside)).toMatchObject({ preBuiltMinutes: 85 });
    expect(pipelineOf("oracle-proxmox", inside).withImages.minutes).toBe(5 + 25 + 30 + 90 + 10);
});

test("a deployment that needs its secrets waits for them: setup is the chain where images take no time", () => {
    const chain = pipelineOf("oracle-talos", { withUpload: 50, preBuilt: 40, uploads: true }).withImages;
    expect(chain.names).toEqual(["OCI CLI + SSH", "Flux + SOPS", "Deploy", "All Checks"]);
    expect(chain.minutes).toBe(80);
});

test("each part names where its minutes come from, and waits for parts there are", () => {
    for (const platform of ["oracle-proxmox", "oracle-talos"] as const) {
        const steps = pipelineSteps(platform, asDrawn);
        const names = steps.map(({ name }) => name);
        expect(steps.filter(({ source }) => source === "")).toEqual([]);
        expect(steps.flatMap(({ after }) => after).filter((name) => !names.includes(name))).toEqual([]);
    }
    expect([hasPipeline("oracle-talos"), hasPipeline("proxmox")]).toEqual([true, false]);
});

const urn = (name: string) => `urn:pulumi:oci-free::strata::oci:Core/x:X::${name}`;
const entry = (name: string, kind: "create" | "update", steps: LedgerEntry["steps"]): LedgerEntry => ({
    kind,
    urn: urn(name),
    type: "oci:Core/x:X",
    name,
    startedAt: 0,
    finishedAt: 1,
    steps,
});

test("what a deployment takes with images that are there is read from the same graph, without the upload's minutes", () => {
    const resource = (name: string, dependencies: string[]) => ({
        urn: urn(name),
        type: "oci:Core/x:X",
        custom: true,
        dependencies: dependencies.map(urn),
    });
    const resources = [resource("network", []), resource("image", []), resource("instance", ["network", "image"])];
    const deployment: Deployment = { version: 3, deployment: { resources } };
    const cloud = (minutes: number) => [{ step: "x", minutes, phase: "OCI Infrastructure" }];
    const ledger = [
        entry("network", "create", cloud(2)),
        entry("image", "create", [{ step: "oci/image", minutes: 15, phase: "Upload to OCI" }]),
        entry("instance", "create", cloud(10)),
    ];
    const timeline = timelineOf(deployment, ledger);
    // A later change of one value is no part of it.
    const later = [...ledger, entry("network", "update", cloud(50))];
    expect(deployMinutes(deployment, later, timeline)).toEqual({ withUpload: 25, preBuilt: 12, uploads: true });
});

test("the text holds the pipeline against both of the document's figures", () => {
    const text = pipelineText(pipelineOf("oracle-proxmox", asDrawn)).join("\n");
    expect(text).toContain("Pipeline: 160 min with image builds; one after the other 180 min");
    expect(text).toContain("With image builds the document says 180 min: 20 min less.");
    expect(text).toContain("it says about 60 min, deploying and validating take 85 min: 25 min more.");
    expect(text).toContain("Its own deploy rows add up to 75 min.");
});
