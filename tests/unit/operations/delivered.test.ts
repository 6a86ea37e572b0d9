import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkDelivered } from "../../../operations/delivered";
import { up } from "../../../operations/deploy";

let folder: string;
let warned: string[];

const stackFile = (sections: string) => fs.writeFileSync(path.join(folder, "Pulumi.mine.yaml"), sections);
const secrets = () => path.join(folder, "gitops", "mine", "secrets");
const git = (...args: readonly string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], {
        cwd: folder,
        stdio: "pipe",
    });
const check = () => checkDelivered("mine", folder, (sentence) => warned.push(sentence));

/** What setup writes. */
function prepared(): void {
    fs.mkdirSync(secrets(), { recursive: true });
    fs.writeFileSync(path.join(secrets(), "kustomization.yaml"), "resources: []\n");
}

beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "strata-delivered-"));
    warned = [];
    stackFile("config:\n  strata:delivery:\n    repository: https://x.org/y\n    path: gitops/mine\n");
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

test("a deployment whose secrets were never written fails in one sentence before anything is asked", async () => {
    const sentence =
        "gitops/mine/secrets/kustomization.yaml is missing, so Flux would have no secrets: run `npm run strata -- setup mine`, then commit and push gitops/mine/secrets.";
    await expect(check()).rejects.toThrow(sentence);
    await expect(up("mine", folder)).rejects.toThrow(sentence);
});

test("secrets that are not committed, or changed since, are refused", async () => {
    prepared();
    git("init", "-q", "-b", "main");
    await expect(check()).rejects.toThrow("gitops/mine/secrets differs from what is committed");
    git("add", "gitops");
    git("commit", "-q", "-m", "Secrets");
    await check();
    fs.appendFileSync(path.join(secrets(), "kustomization.yaml"), "# more\n");
    await expect(check()).rejects.toThrow("gitops/mine/secrets differs from what is committed");
});

test("secrets that are committed and not pushed are told of and not refused, on the branch Flux follows", async () => {
    stackFile("config:\n  strata:delivery:\n    path: gitops/mine\n    branch: live\n");
    git("init", "-q", "-b", "live");
    git("commit", "-q", "--allow-empty", "-m", "Before");
    git("update-ref", "refs/remotes/origin/live", "HEAD");
    prepared();
    git("add", "gitops");
    git("commit", "-q", "-m", "Secrets");
    await check();
    expect(warned).toEqual([
        "gitops/mine/secrets is committed and not yet on origin/live: push it, or Flux goes on with what is there.",
    ]);
    warned = [];
    git("update-ref", "refs/remotes/origin/live", "HEAD");
    await check();
    expect(warned).toEqual([]);
});

test("a folder that is no repository is taken as it is, and a stack nothing is delivered to is not asked", async () => {
    prepared();
    await check();
    stackFile("config:\n  strata:platform: proxmox\n");
    fs.rmSync(secrets(), { recursive: true });
    await check();
    expect(warned).toEqual([]);
});
