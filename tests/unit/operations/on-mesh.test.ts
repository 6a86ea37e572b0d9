import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, test } from "vitest";
import { up } from "../../../operations/deploy";
import { checkOnMesh } from "../../../operations/on-mesh";
import { interfaceOf } from "../../harness/interfaces";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-mesh-"));
fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), "config:\n  strata:mesh:\n    ownsPolicy: false\n");
fs.writeFileSync(path.join(folder, "Pulumi.flat.yaml"), "config:\n  strata:talos: {}\n");

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test.each([
    ["the first address", "100.64.0.1"],
    ["the last", "100.127.255.254"],
])("a machine with %s Tailscale gives is on the mesh", (_, address) => {
    expect(() =>
        checkOnMesh("mine", folder, { eth0: [interfaceOf("192.0.2.7")], ts: [interfaceOf(address)] }),
    ).not.toThrow();
});

test.each([
    ["no address", {}],
    ["addresses beside the range", { eth0: [interfaceOf("100.63.255.255"), interfaceOf("100.128.0.1")] }],
    ["an address of the range's digits in the other family", { eth0: [interfaceOf("fd7a:115c:a1e0::1")] }],
])("a machine with %s is told to join before anything is asked", async (_, interfaces) => {
    const sentence =
        /^This machine is not on the mesh: no interface has an address of 100\.64\.0\.0\/10, .* `sudo tailscale up --accept-routes`/;
    expect(() => checkOnMesh("mine", folder, interfaces)).toThrow(sentence);
    await expect(up("mine", folder, { interfaces })).rejects.toThrow(sentence);
});

test("a stack without a mesh is deployed from anywhere", () => {
    expect(() => checkOnMesh("flat", folder, {})).not.toThrow();
});
