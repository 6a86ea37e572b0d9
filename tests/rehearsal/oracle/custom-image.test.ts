/** What becomes of an archive and its image when either is made anew, on the real engine. */
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { CustomImage } from "../../../components/cloud/custom-image";
import { nameOf } from "../../../rehearsal/engine/deployment";
import type { Phase } from "../../../rehearsal/engine/rehearsal";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import { ociFree } from "../../../rehearsal/sites/oci-free";
import { needsEngine } from "../../harness/engine";

needsEngine();

/** A custom image, whose archive and name the configuration says. */
async function program(): Promise<Record<string, unknown>> {
    const config = new pulumi.Config();
    const image = new CustomImage("image", {
        compartmentId: ociFree.oracle?.tenancyId ?? "",
        bucket: "images",
        object: "talos.oci",
        path: config.require("path"),
        displayName: config.require("image"),
        platform: "talos",
        sizeGb: 0.2,
    });
    return { image: image.id };
}

/** The phase in which some of the configuration changes. */
async function changing(change: { readonly path?: string; readonly image?: string }): Promise<Phase | undefined> {
    const config = { path: "images/out/talos.oci", image: "talos-1.10.5" };
    const keys = (values: object) =>
        Object.fromEntries(Object.entries(values).map(([key, value]) => [`strata:${key}`, { value }]));
    const { phases } = await rehearse({
        program,
        project: "strata",
        stack: "images",
        config: keys(config),
        change: keys(change),
        site: ociFree,
    });
    return phases.find(({ name }) => name === "change");
}

const replaced = (phase: Phase | undefined) =>
    phase?.changed.filter(({ operation }) => operation === "replace").map(({ urn }) => nameOf(urn));

test("an archive that was built anew takes the old one's place, and stays; its image is left alone", async () => {
    const phase = await changing({ path: "images/out/talos-again.oci" });
    expect(phase?.changed.map(({ urn }) => nameOf(urn))).toEqual(["image-archive"]);
    expect(phase?.notes).toEqual(["The changed value replaced 'image-archive'."]);
});

test("an image with another name is another import, not the old one renamed", async () => {
    const phase = await changing({ image: "talos-1.10.6" });
    expect(replaced(phase)?.sort()).toEqual(["image-a1", "image-image"]);
    expect(phase?.notes).toEqual(expect.not.arrayContaining([expect.stringMatching(/archive|bucket/)]));
});
