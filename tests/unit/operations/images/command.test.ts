import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { imagesOf } from "../../../../images/catalog";
import { place, type UploadArgs, uploadCommand, uploadImages } from "../../../../operations/images/command";
import { oracleServices } from "../../../../operations/oracle/services";
import { OracleServer } from "../../../harness/oracle-server";

const images = imagesOf("oracle-proxmox", "v1.10.5");
const compartment = { id: "ocid1.compartment.oc1..aaaa", name: "strata" };
const bastion = { operatingSystem: "Canonical Ubuntu", version: "24.04 Minimal" };
const lookUp = { bastion, instance: { lookUp: "strata-proxmox-9" } };
let folder: string;
let oracle: OracleServer;
let told: string[];

beforeEach(async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-images-"));
    oracle = await OracleServer.start();
    told = [];
});

afterEach(async () => {
    vi.restoreAllMocks();
    await oracle.stop();
    fs.rmSync(folder, { recursive: true, force: true });
});

function build(): void {
    fs.writeFileSync(path.join(folder, "debian-base.oci"), randomBytes(1500));
    fs.writeFileSync(path.join(folder, "proxmox.oci"), randomBytes(2500));
}

const upload = (cloud: UploadArgs["cloud"] = { compartment, images: lookUp }) =>
    uploadImages({
        services: oracleServices(oracle.access),
        cloud,
        images,
        from: folder,
        tell: (sentence) => told.push(sentence),
        freeGb: 20,
        pauseSeconds: 0,
        partBytes: 1000,
    });

test("all archives are uploaded, and the one the instances boot is imported under the name the stack looks up", async () => {
    build();
    await upload();
    expect([...(oracle.buckets.get("strata-images")?.keys() ?? [])]).toEqual(["debian-base.oci", "proxmox.oci"]);
    expect(oracle.images).toMatchObject([
        { displayName: "strata-proxmox-9", lifecycleState: "AVAILABLE", shapes: ["VM.Standard.A1.Flex"] },
    ]);
    expect(told).toContain("Bucket strata-images made.");
    expect(told.at(-1)).toMatch(/^strata-proxmox-9: imported/);
});

test("a second upload sends nothing and imports nothing", async () => {
    build();
    await upload();
    const written = () => oracle.calls.filter((call) => !call.startsWith("GET") && !call.startsWith("HEAD")).length;
    const before = written();
    told = [];
    await upload();
    expect(written()).toBe(before);
    expect(told.slice(0, 2)).toEqual([
        "debian-base.oci: is there already, nothing sent",
        "proxmox.oci: is there already, nothing sent",
    ]);
});

test("a new content under a name that is imported already is said to stay the old one", async () => {
    build();
    await upload();
    build();
    await upload();
    expect(told.at(-1)).toMatch(/^strata-proxmox-9 exists and keeps its old content/);
    expect(oracle.images).toHaveLength(1);
});

test("fails naming what is not built", async () => {
    await expect(upload()).rejects.toThrow(/Not built yet: .*debian-base\.oci, .*proxmox\.oci; run/);
});

test("fails where archives reach 20 GB, before anything is sent", async () => {
    build();
    fs.truncateSync(path.join(folder, "proxmox.oci"), 20e9);
    await expect(upload()).rejects.toThrow(/The images take 20\.00 GB/);
    expect(oracle.calls).toEqual([]);
});

test("fails saying what to do where the compartment is made by the stack itself", async () => {
    build();
    await expect(upload({ compartment: { name: "strata" }, images: lookUp })).rejects.toThrow(
        /the stack makes strata only at `up`/,
    );
});

test("an image the stack uploads itself is left to it, once it is built", async () => {
    const file = path.join(folder, "proxmox.oci");
    const instance = { name: "x", bucket: "b", object: "proxmox.oci", path: file, sizeGb: 1 };
    await expect(upload({ compartment, images: { bastion, instance } })).rejects.toThrow(`${file} is not there`);
    build();
    await upload({ compartment, images: { bastion, instance } });
    expect(told.at(-1)).toContain("the stack puts");
    expect(oracle.calls).toEqual([]);
});

test("a homelab needs no images of its own", async () => {
    await expect(uploadCommand("homelab")).rejects.toThrow("homelab needs no images of its own");
});

test("an archive the stack uploads itself is put where it looks for it, and a size that says too little is told", () => {
    build();
    const [, image] = images;
    if (image === undefined) {
        throw new Error("no image");
    }
    const archive = { image, path: path.join(folder, "proxmox.oci"), bytes: 2.5e9 };
    const wanted = { name: "x", bucket: "b", object: "x.oci", path: "images/own/x.oci", sizeGb: 1.6 };
    place(archive, wanted, folder, (sentence) => told.push(sentence));
    expect(fs.existsSync(path.join(folder, "images", "own", "x.oci"))).toBe(true);
    expect(told).toEqual(["images/own/x.oci: 2.50 GB; write 2.50 under strata:cloud.images.instance.sizeGb"]);
    place({ ...archive, path: path.join(folder, "debian-base.oci") }, lookUp.instance, folder, (sentence) =>
        told.push(sentence),
    );
    expect(told.at(-1)).toBe("debian-base.oci: 2.50 GB");
});
