import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { importImage } from "../../../../operations/images/custom-images";
import { ensureBucket, namespaceOf, putFile } from "../../../../operations/images/object-store";
import { type OracleServices, oracleServices } from "../../../../operations/oracle/services";
import { OracleServer } from "../../../harness/oracle-server";

const at = { namespaceName: OracleServer.namespace, bucketName: "strata-images" };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-upload-"));
const file = path.join(folder, "debian-base.oci");
let oracle: OracleServer;
let services: OracleServices;

/** Seconds it was told to wait. */
let pauses: number[];
const options = {
    partBytes: 1000,
    tries: 3,
    pause: async (seconds: number) => {
        pauses.push(seconds);
    },
};

beforeEach(async () => {
    // Oracle's client tells every failed call there.
    vi.spyOn(console, "warn").mockImplementation(() => {});
    oracle = await OracleServer.start();
    services = oracleServices(oracle.access);
    pauses = [];
    fs.writeFileSync(file, randomBytes(4500));
    await ensureBucket(services.objects, at, OracleServer.tenancyId);
});

afterEach(async () => {
    await oracle.stop();
    fs.rmSync(file, { force: true });
    vi.restoreAllMocks();
});

const put = () => putFile(services.objects, at, "debian-base.oci", file, options);
const stored = () => oracle.buckets.get("strata-images")?.get("debian-base.oci");
const partsSent = () => oracle.calls.filter((call) => call.startsWith("PUT /n/axtest/b/strata-images/u/")).length;

test("a file arrives in parts, each under its checksum, and is whole", async () => {
    expect(await namespaceOf(services.objects)).toBe("axtest");
    const { outcome, checksum, bytes, partsSent: sent } = await put();
    expect([outcome, bytes, sent]).toEqual(["sent", 4500, 5]);
    expect(checksum).toMatch(/^[A-Za-z0-9+/]{22}==-5$/);
    expect(stored()?.body.equals(fs.readFileSync(file))).toBe(true);
});

test("nothing is sent that is there under the same checksum, and the bucket is made once", async () => {
    await put();
    const before = partsSent();
    expect(await put()).toMatchObject({ outcome: "there", partsSent: 0 });
    expect(await ensureBucket(services.objects, at, OracleServer.tenancyId)).toBe("there");
    expect(partsSent()).toBe(before);
    expect(oracle.calls.filter((call) => call === "POST /n/axtest/b")).toHaveLength(1);
});

test("another content under the same name is sent again", async () => {
    await put();
    fs.writeFileSync(file, randomBytes(1500));
    expect(await put()).toMatchObject({ outcome: "sent", partsSent: 2 });
    expect(stored()?.bytes).toBe(1500);
});

test("a connection lost once costs a new try of that part and nothing else", async () => {
    oracle.cut = { path: /^PUT .*\/u\//, times: 1, after: 2 };
    expect(await put()).toMatchObject({ outcome: "sent", partsSent: 5 });
    expect(pauses).toEqual([2]);
    expect(stored()?.body.equals(fs.readFileSync(file))).toBe(true);
});

test("a transfer cut in the middle leaves no half object, and the next goes on behind what arrived", async () => {
    oracle.cut = { path: /^PUT .*\/u\//, times: 99, after: 2 };
    await expect(put()).rejects.toThrow(/did not arrive as strata-images\/debian-base\.oci: .* 2 of 5 parts/);
    expect(stored()).toBeUndefined();
    oracle.cut = undefined;
    expect(await put()).toMatchObject({ outcome: "resumed", partsSent: 3 });
    expect(stored()?.body.equals(fs.readFileSync(file))).toBe(true);
});

test("what arrived of another content is given up, not mixed in", async () => {
    oracle.cut = { path: /^PUT .*\/u\//, times: 99, after: 2 };
    await expect(put()).rejects.toThrow(/did not arrive/);
    oracle.cut = undefined;
    fs.writeFileSync(file, randomBytes(4500));
    expect(await put()).toMatchObject({ outcome: "sent", partsSent: 5 });
    expect(stored()?.body.equals(fs.readFileSync(file))).toBe(true);
    expect(oracle.transfers.get("strata-images")?.size).toBe(0);
});

test("fails with Oracle's own word where it does not take the credentials", async () => {
    const strange = oracleServices({ ...oracle.access, provider: (await otherOracle()).provider });
    await expect(ensureBucket(strange.objects, { ...at, bucketName: "x" }, OracleServer.tenancyId)).rejects.toThrow(
        "required information to complete authentication",
    );
    expect(oracle.buckets.has("x")).toBe(false);
});

/** Credentials with another key. */
async function otherOracle() {
    const { SimpleAuthenticationDetailsProvider, Region } = await import("oci-common");
    const { generateKeyPairSync } = await import("node:crypto");
    const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" });
    const provider = new SimpleAuthenticationDetailsProvider(
        OracleServer.tenancyId,
        "ocid1.user.oc1..aaaatest",
        "20:3b:97:13:55:1c",
        key.toString(),
        null,
        Region.EU_FRANKFURT_1,
    );
    return { provider };
}

const args = () => ({
    compartmentId: OracleServer.tenancyId,
    displayName: "strata-debian-12",
    from: { ...at, objectName: "debian-base.oci" },
    pauseSeconds: 0,
});

test("an image is imported, waited for and allowed on Ampere A1; a second time it is there", async () => {
    await put();
    const first = await importImage(services.compute, args());
    expect(first.outcome).toBe("imported");
    expect(oracle.images).toMatchObject([{ lifecycleState: "AVAILABLE", shapes: ["VM.Standard.A1.Flex"] }]);
    expect(await importImage(services.compute, args())).toEqual({ outcome: "there", id: first.id });
    expect(oracle.images).toHaveLength(1);
});

test("an import that was under way when the run died is waited for, not begun again", async () => {
    await put();
    oracle.images.push({
        id: "ocid1.image.1",
        displayName: "strata-debian-12",
        lifecycleState: "IMPORTING",
        shapes: [],
    });
    expect(await importImage(services.compute, args())).toEqual({ outcome: "there", id: "ocid1.image.1" });
    expect(oracle.images).toMatchObject([{ lifecycleState: "AVAILABLE", shapes: ["VM.Standard.A1.Flex"] }]);
});

test("fails naming the image where Oracle gives its import up", async () => {
    await put();
    oracle.looksUntilAvailable = -1;
    await expect(importImage(services.compute, args())).rejects.toThrow(
        /Oracle gave up the import of strata-debian-12 \(ocid1\.image.* is DELETED\)/,
    );
});
