/** The real thing: preview, up and destroy on real providers, with the policy pack and what a dead engine left mended. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import program from "../index";
import { installAnalyzer } from "../rehearsal/engine/analyzer";
import type { Deployment } from "../rehearsal/engine/deployment";
import { locateEngine } from "../rehearsal/engine/locate";
import { isInterrupted, type KnownId, recover } from "../rehearsal/engine/recovery";
import { packages } from "../rehearsal/providers";
import { siteOf } from "../rehearsal/sites";
import type { Properties } from "../rehearsal/world/value";
import { World } from "../rehearsal/world/world";
import { policyPack } from "./rehearse-stack";
import { projectFolder, projectName, readStackConfig } from "./stack";

/** Ids that follow from what a resource is asked to be: VM ids, namespaced names. The simulated providers know them. */
function knownIds(stack: string): KnownId {
    const behaviours = packages(new World({ site: siteOf(stack) }));
    return ({ type, inputs = {} }) =>
        behaviours
            .find(({ name }) => name === type.split(":")[0])
            ?.resource(type)
            ?.deterministicId?.(inputs as Properties);
}

async function openStack(name: string): Promise<Stack> {
    // Says which stacks there are before anything else does.
    readStackConfig(name);
    const engine = await locateEngine({ onProgress: console.log });
    const bin = fs.mkdtempSync(path.join(os.tmpdir(), "strata-bin-"));
    process.on("exit", () => fs.rmSync(bin, { recursive: true, force: true }));
    installAnalyzer(bin);
    process.env.PATH = [path.dirname(engine.path), process.env.PATH ?? "", bin].join(path.delimiter);
    const workspace = await LocalWorkspace.create({
        workDir: projectFolder,
        program,
        pulumiCommand: await PulumiCommand.get({ skipVersionCheck: true }),
        projectSettings: { name: projectName, runtime: "nodejs" },
    });
    return Stack.createOrSelect(name, workspace);
}

/** Mends what an engine that died left behind; says what it did. Nothing where nothing was interrupted. */
async function mend(stack: Stack): Promise<void> {
    const deployment = (await stack.exportStack()) as Deployment;
    if (!isInterrupted(deployment)) {
        return;
    }
    const { sentences } = await recover(
        {
            cancel: () => stack.cancel(),
            export: async () => (await stack.exportStack()) as Deployment,
            import: ({ version, deployment: state }) => stack.importStack({ version, deployment: state }),
            refresh: async () => {
                await stack.refresh({ onOutput: console.log });
            },
        },
        knownIds(stack.name),
    );
    for (const sentence of sentences) {
        console.log(sentence);
    }
}

const shown = { policyPacks: [policyPack], onOutput: (text: string) => process.stdout.write(text) };

/** Shows what would happen to a stack; changes nothing. */
export async function preview(name: string): Promise<void> {
    const stack = await openStack(name);
    await stack.preview(shown);
}

/** Deploys a stack: mends what was interrupted, previews under the policy pack, and goes on only where it agrees. */
export async function up(name: string): Promise<void> {
    const stack = await openStack(name);
    await mend(stack);
    await stack.preview(shown);
    await stack.up(shown);
}

/**
 * Destroys a stack.
 *
 * @param unprotect True takes the protection off what stores data first; otherwise the destroy stops at it.
 */
export async function destroy(name: string, unprotect: boolean): Promise<void> {
    const stack = await openStack(name);
    await mend(stack);
    if (unprotect) {
        const args = ["state", "unprotect", "--all", "--yes", "--stack", name];
        await promisify(execFile)("pulumi", args, { cwd: projectFolder });
    }
    await stack.destroy({ onOutput: shown.onOutput });
}
