/** The pack as its user edits it: Pulumi's loader keeps what it compiled, and compiles only what has changed. */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { projectFolder } from "../../../operations/stack";
import { rehearse } from "../../../rehearsal/engine/rehearse";
import { genericPackage } from "../../../rehearsal/providers/generic";
import { needsEngine } from "../../harness/engine";
import * as instances from "./programs/plain-instances";

describe("the pack of which one file is edited", { timeout: 60_000 }, () => {
    needsEngine();
    let folder: string;
    let pack: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-edited-"));
        pack = path.join(folder, "policy");
        fs.cpSync(path.join(projectFolder, "policy"), pack, { recursive: true });
        fs.symlinkSync(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

    /** Rules that stopped the preview of an instance that costs money. */
    async function stopping(): Promise<Set<string>> {
        const rehearsal = await rehearse({
            program: instances.paid,
            project: "stranger",
            stack: "test",
            config: {},
            site: { proxmox: [], networks: {}, talosVersions: [], kubernetesByTalos: {} },
            packages: (world) => [genericPackage("oci", world)],
            policyPack: pack,
        });
        return new Set(rehearsal.policy.violations.flatMap(({ level, rule }) => (level === "mandatory" ? rule : [])));
    }

    test("judges as before, wherever that file is", async () => {
        expect(await stopping()).toEqual(new Set(["free-tier-shapes"]));
        fs.appendFileSync(path.join(pack, "free-tier", "shapes.ts"), "// Looked at.\n");
        expect(await stopping()).toEqual(new Set(["free-tier-shapes"]));
    });
});
