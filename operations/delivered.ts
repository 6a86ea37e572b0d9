/** Whether what Flux will fetch is what this checkout has: the secrets of a stack whose applications come by Git. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { projectFolder, readStackConfig } from "./stack";

/** What of the section `delivery` decides; anything else of it is judged at the preview. */
interface Delivery {
    readonly path?: unknown;
    readonly branch?: unknown;
}

/** What git says, undefined where there is no git, no repository or no such branch: then nothing can be told. */
async function git(folder: string, ...args: readonly string[]): Promise<string | undefined> {
    try {
        return (await promisify(execFile)("git", [...args], { cwd: folder, timeout: 10_000 })).stdout.trim();
    } catch {
        return undefined;
    }
}

/**
 * Looks before a deployment whether the stack's secrets are written, committed and pushed. Without them Flux brings
 * nothing that needs one, and says so in the cluster only.
 *
 * @param warn Told what is committed and not yet at `origin` as far as this checkout knows; whether Flux's repository is
 *     `origin`, and whether somebody else pushes, is not known here.
 * @throws Error naming the folder where the secrets are missing or not committed. A stack without the section, and a
 *     folder that is no git repository, pass.
 */
export async function checkDelivered(
    stack: string,
    folder = projectFolder,
    warn: (sentence: string) => void = console.log,
): Promise<void> {
    const { path: below, branch = "main" } = (readStackConfig(stack, folder)["strata:delivery"]?.value ??
        {}) as Delivery;
    if (typeof below !== "string") {
        return;
    }
    const secrets = path.posix.join(below, "secrets");
    const list = path.posix.join(secrets, "kustomization.yaml");
    if (!fs.existsSync(path.join(folder, list))) {
        throw new Error(
            `${list} is missing, so Flux would have no secrets: run \`npm run strata -- setup ${stack}\`, then commit and push ${secrets}.`,
        );
    }
    if (((await git(folder, "status", "--porcelain", "--", secrets)) ?? "") !== "") {
        throw new Error(
            `${secrets} differs from what is committed, and Flux sees only what is pushed: commit and push it, then deploy ${stack}.`,
        );
    }
    const ahead = await git(folder, "log", "--oneline", `origin/${String(branch)}..HEAD`, "--", secrets);
    if ((ahead ?? "") !== "") {
        warn(
            `${secrets} is committed and not yet on origin/${String(branch)}: push it, or Flux goes on with what is there.`,
        );
    }
}
