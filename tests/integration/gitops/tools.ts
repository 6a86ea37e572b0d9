/** The real tools a repository goes through, and a copy of this project's repository for them. */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { type GoTool, goTool } from "../../harness/go-tool";
import { projectFolder } from "../../harness/stack-config";

export const kustomize: GoTool = {
    module: "kustomize",
    package: "sigs.k8s.io/kustomize/kustomize/v5",
    binary: "kustomize",
};
export const sops: GoTool = { module: "sops", package: "github.com/getsops/sops/v3/cmd/sops", binary: "sops" };

/** A copy of the repository's folder, gone after the test. */
export function gitopsCopy(): string {
    const scratch = mkdtempSync(join(tmpdir(), "gitops-"));
    onTestFinished(() => rmSync(scratch, { recursive: true, force: true }));
    cpSync(join(projectFolder, "gitops"), join(scratch, "gitops"), { recursive: true });
    return join(scratch, "gitops");
}

/** What `kustomize build` says of a folder. */
export async function built(folder: string): Promise<string> {
    const { stdout } = await promisify(execFile)(await goTool(kustomize), ["build", folder], { maxBuffer: 2 ** 24 });
    return stdout;
}
