/** The real thing: preview, up and destroy on real providers, with the policy pack and what a dead engine left mended. */
import type * as os from "node:os";
import * as path from "node:path";
import { CommandError, LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import type { Fleet } from "../config";
import program from "../index";
import { installAnalyzer } from "../rehearsal/engine/analyzer";
import { type Deployment, resourcesOf } from "../rehearsal/engine/deployment";
import { begunCreates, isDrawnByOracle, isInterrupted, type KnownId, recover } from "../rehearsal/engine/recovery";
import { run } from "../rehearsal/engine/run";
import { temporaryFolder } from "../rehearsal/engine/temporary";
import { packages } from "../rehearsal/providers";
import { siteOf } from "../rehearsal/sites";
import type { Properties } from "../rehearsal/world/value";
import { World } from "../rehearsal/world/world";
import { checkDelivered } from "./delivered";
import { refusal } from "./engine-refusal";
import { type Interruption, interruption } from "./interruption";
import { isAbandoned } from "./lock";
import { checkMeshDevices } from "./mesh-devices";
import { checkOnMesh } from "./on-mesh";
import { oracleCredentials } from "./oracle/credentials";
import { abortCutUploads, ownBuckets } from "./oracle/cut-uploads";
import { lookUp } from "./oracle/look-up";
import { type OracleAccess, type OracleServices, oracleServices } from "./oracle/services";
import { patientEngine } from "./patient-engine";
import { type Events, type Placeable, upWithRoom } from "./placement";
import { policyPack } from "./rehearse-stack";
import { projectFolder, projectName, readStackConfig } from "./stack";
import { fleetOf } from "./stack-fleet";
import { configOf, knownStack, stateFolderOf } from "./stack-values";
import type { TailnetAccess } from "./tailnet";

/** Ids that follow from what a resource is asked to be: VM ids, namespaced names. The simulated providers know them. */
function knownIds(stack: string): KnownId {
    const behaviours = packages(new World({ site: siteOf(stack, readStackConfig(stack)) }));
    return ({ type, inputs = {} }) =>
        behaviours
            .find(({ name }) => name === type.split(":")[0])
            ?.resource(type)
            ?.deterministicId?.(inputs as Properties);
}

async function openWorkspace(name: string, folder: string): Promise<LocalWorkspace> {
    // Says which stacks there are before anything else does.
    readStackConfig(name, folder);
    const engine = await patientEngine();
    const bin = temporaryFolder("strata-bin-");
    installAnalyzer(bin);
    process.env.PATH = [...engine.folders, process.env.PATH ?? "", bin].join(path.delimiter);
    return LocalWorkspace.create({
        workDir: folder,
        program,
        pulumiCommand: await PulumiCommand.get({ skipVersionCheck: true }),
    });
}

/** Opens a stack. The engine previews only what it knows, so one it does not know is made first. */
async function openStack(name: string, folder: string): Promise<Stack> {
    const workspace = await openWorkspace(name, folder);
    const known = await knownStack(name, workspace);
    if (known !== undefined) {
        return known;
    }
    const made = await Stack.create(name, workspace);
    console.log(
        `The engine knows no stack ${name} yet and makes it, empty; an encryptionsalt in Pulumi.${name}.yaml belongs to it.`,
    );
    return made;
}

/** This machine, and how Oracle and Tailscale are reached from it. Default: as it is. */
export interface Here {
    /** Network interfaces, as Node.js tells them: the machine has to be on the mesh of a stack that has one. */
    readonly interfaces?: NodeJS.Dict<os.NetworkInterfaceInfo[]>;
    readonly oracle?: Pick<OracleAccess, "endpoint" | "retries">;
    readonly tailnet?: TailnetAccess;
}

/** Oracle's services, with the credentials of a stack. */
async function servicesOf(stack: Stack, { oracle }: Here): Promise<OracleServices> {
    const { provider, region } = oracleCredentials(await configOf(stack));
    return oracleServices({ provider, region, ...oracle });
}

/** What stands at Oracle of that which was being made when the engine died, by URN; Oracle draws its ids. */
async function seenAtOracle(
    stack: Stack,
    deployment: Deployment,
    here: Here,
): Promise<ReadonlyMap<string, string | null>> {
    const begun = begunCreates(deployment).filter(isDrawnByOracle);
    if (begun.length === 0) {
        return new Map();
    }
    const known = new Set(resourcesOf(deployment).flatMap(({ id }) => id ?? []));
    return lookUp(await servicesOf(stack, here), begun, known);
}

const exported = async (stack: Stack): Promise<Deployment> => (await stack.exportStack()) as Deployment;

/**
 * Mends what an engine that died left behind, and what a cut upload did; says what it did.
 *
 * @returns The state, mended.
 * @throws Error while an engine works on the stack.
 */
async function mend(stack: Stack, here: Here): Promise<Deployment> {
    const folder = await stateFolderOf(stack.workspace);
    const abandoned = isAbandoned({ project: projectName, stack: stack.name, folder });
    const deployment = await exported(stack);
    const buckets = ownBuckets(resourcesOf(deployment));
    if (buckets.length > 0) {
        say(await abortCutUploads(await servicesOf(stack, here), buckets));
    }
    if (!isInterrupted(deployment)) {
        if (abandoned) {
            console.log("An engine died here; the lock it left is removed.");
            await stack.cancel();
        }
        return deployment;
    }
    const known = knownIds(stack.name);
    const seen = await seenAtOracle(stack, deployment, here);
    const { sentences } = await recover(
        {
            cancel: () => stack.cancel(),
            export: () => exported(stack),
            import: ({ version, deployment: state }) => stack.importStack({ version, deployment: state }),
            refresh: async () => {
                await working((signal) => stack.refresh({ onOutput: console.log, signal }));
            },
        },
        (resource) => known(resource) ?? seen.get(resource.urn),
    );
    say(sentences);
    return exported(stack);
}

function say(sentences: readonly string[]): void {
    for (const sentence of sentences) {
        console.log(sentence);
    }
}

/** What the engine says is shown as it says it, its refusals included. */
const said = {
    onOutput: (text: string) => process.stdout.write(text),
    onError: (text: string) => process.stderr.write(text),
};
const judged = { ...said, policyPacks: [policyPack] };

/** Lets the engine work; see `Interruption.whileWorking`. */
const working: Interruption["whileWorking"] = (work) => interruption.whileWorking(work);

/**
 * Does one thing the engine tells about as it goes.
 *
 * @param failure What its failure means, one sentence; the engine's own words stand above it already.
 */
async function told(act: Promise<unknown>, failure: string): Promise<void> {
    try {
        await act;
    } catch (error) {
        throw error instanceof CommandError ? new Error(failure, { cause: error }) : error;
    }
}

/** Previews a stack under the policy pack. */
function tryOut(stack: Stack): Promise<void> {
    const run = working((signal) => stack.preview({ ...judged, signal }));
    return told(run, `The preview of ${stack.name} failed, as said above; nothing was changed.`);
}

/** Deploys a stack: in other places, too, where Oracle has no room for its instances; the pack has passed those of its file. */
function deploy(stack: Stack, fleet: Fleet): Promise<unknown> {
    const up = (options?: Events) => working((signal) => stack.up({ ...judged, signal, ...options }));
    if (fleet.platform === "proxmox") {
        return up();
    }
    const placeable: Placeable = {
        // What it finds is told in a sentence; the whole of it was shown before.
        preview: (options) => working((signal) => stack.preview({ policyPacks: [policyPack], signal, ...options })),
        up,
        setConfig: (key, value, path) => stack.setConfig(key, value, path),
    };
    return upWithRoom(placeable, { ...fleet.cloud, acceptedRisks: fleet.acceptedRisks }, console.log);
}

/**
 * Shows what would happen to a stack; changes nothing of what stands. A stack the engine does not know is made, empty,
 * and its file gets an `encryptionsalt` where a passphrase encrypts its secrets.
 */
export async function preview(name: string, folder = projectFolder): Promise<void> {
    fleetOf(name, folder);
    await tryOut(await openStack(name, folder));
}

/** Deploys a stack: mends what was interrupted, previews under the policy pack, and goes on only where it agrees. */
export async function up(name: string, folder = projectFolder, here: Here = {}): Promise<void> {
    await checkDelivered(name, folder);
    checkOnMesh(name, folder, here.interfaces);
    const fleet = fleetOf(name, folder);
    const stack = await openStack(name, folder);
    // Of a mended state: what was being made when an engine died may be the stack's own device by now.
    const resources = resourcesOf(await mend(stack, here));
    await checkMeshDevices({ stack: name, fleet, config: () => configOf(stack), resources, reach: here.tailnet });
    await tryOut(stack);
    const failure = `${name} is deployed in part, as said above; mend what was refused and run it again, nothing is lost.`;
    await told(deploy(stack, fleet), failure);
}

/**
 * Destroys a stack. Where the engine knows none, there is nothing to destroy: it is not made, and that is no failure.
 *
 * @param unprotect True takes the protection off what stores data first; otherwise nothing is deleted where something
 *     is protected: the engine finds that out at the preview.
 */
export async function destroy(
    name: string,
    unprotect: boolean,
    folder = projectFolder,
    here: Here = {},
): Promise<void> {
    const stack = await knownStack(name, await openWorkspace(name, folder));
    if (stack === undefined) {
        console.log(`The engine knows no stack ${name}: there is nothing to destroy.`);
        return;
    }
    await mend(stack, here);
    if (unprotect) {
        const args = ["state", "unprotect", "--all", "--yes", "--stack", name];
        await run("pulumi", args, { directory: folder }).catch((error: Error) => {
            throw new Error(refusal(error.message));
        });
    } else {
        const failure = `The preview of the destroy of ${name} failed, as said above; nothing was deleted. What is protected because it stores data goes with --unprotect.`;
        await told(
            working((signal) => stack.previewDestroy({ ...said, signal })),
            failure,
        );
    }
    const deletion = working((signal) => stack.destroy({ ...said, signal }));
    await told(deletion, `${name} is destroyed in part, as said above; run it again.`);
}
