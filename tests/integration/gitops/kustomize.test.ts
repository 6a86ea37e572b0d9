import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import type { Files } from "../../../rehearsal/world/git";
import { kustomizeBuild } from "../../../rehearsal/world/kubernetes/kustomize";
import { needsGoTools } from "../../harness/go-tool";
import { projectFolder } from "../../harness/stack-config";
import { built, kustomize } from "./tools";

const gitops = join(projectFolder, "gitops");
const paths = readdirSync(gitops, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectFolder.length + 1));
const files: Files = new Map(paths.map((path) => [path, readFileSync(join(projectFolder, path), "utf8")]));
const folders = paths.filter((path) => path.endsWith("/kustomization.yaml")).map(dirname);

/** Objects by kind, namespace and name: the order of a build is kustomize's own. */
function byName(objects: readonly unknown[]): unknown {
    const named = (objects as { kind: string; metadata: { name: string; namespace?: string } }[]).map(
        (object): [string, unknown] => [
            `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`,
            object,
        ],
    );
    return Object.fromEntries(named.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe("the real kustomize", () => {
    needsGoTools(kustomize);

    test("there is something to build", () => {
        expect(folders).toContain("gitops/oci-free");
        expect(folders).toContain("gitops/oci-free-2026");
    });

    test.each(folders)("builds %s, and the rehearsed world builds the same of it", async (folder) => {
        const real = parseAllDocuments(await built(join(projectFolder, folder)), { schema: "core" });
        const objects = real.map((document) => document.toJS() as unknown);
        expect(objects.length).toBeGreaterThan(0);
        expect(byName(kustomizeBuild(files, folder))).toEqual(byName(objects));
    });
});
