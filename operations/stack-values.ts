/** What the engine knows of a stack: its config in clear and its outputs. */
import * as path from "node:path";
import { LocalWorkspace, PulumiCommand, Stack, StackNotFoundError, type Workspace } from "@pulumi/pulumi/automation";
import { locateEngine } from "../rehearsal/engine/locate";
import { removeTornAttributes, stateFolder } from "../rehearsal/engine/state-folder";
import type { PlainConfig } from "./oracle/credentials";
import { projectFolder, projectName, readStackConfig } from "./stack";

/** Config and outputs, decrypted. They are held in memory and shown to nobody. */
export interface StackValues {
    readonly config: PlainConfig;
    readonly outputs: Readonly<Record<string, unknown>>;
}

/** The config of a stack in clear. */
export async function configOf(stack: Stack): Promise<PlainConfig> {
    const config = Object.entries(await stack.getAllConfig());
    return Object.fromEntries(config.map(([key, { value }]) => [key, value]));
}

/** The folder the engine keeps state in; undefined where it is none. */
export async function stateFolderOf(workspace: Workspace): Promise<string | undefined> {
    return stateFolder((await workspace.whoAmI()).url ?? "", workspace.workDir);
}

/** A stack the engine knows, undefined where it knows none of this name. Reads it even where an engine was killed over it. */
export async function knownStack(name: string, workspace: LocalWorkspace): Promise<Stack | undefined> {
    const folder = await stateFolderOf(workspace);
    if (folder !== undefined) {
        removeTornAttributes(folder, { project: projectName, stack: name });
    }
    try {
        return await Stack.select(name, workspace);
    } catch (error) {
        if (error instanceof StackNotFoundError) {
            return undefined;
        }
        throw error;
    }
}

/**
 * Reads a stack as it is deployed.
 *
 * @throws Error naming the stacks there are, or saying that this one was never deployed from here.
 */
export async function stackValues(name: string, folder = projectFolder): Promise<StackValues> {
    readStackConfig(name, folder);
    const engine = await locateEngine({ onProgress: console.error });
    process.env.PATH = [path.dirname(engine.path), process.env.PATH ?? ""].join(path.delimiter);
    const workspace = await LocalWorkspace.create({
        workDir: folder,
        pulumiCommand: await PulumiCommand.get({ skipVersionCheck: true }),
    });
    const stack = await knownStack(name, workspace);
    if (stack === undefined) {
        throw new Error(`The engine knows no stack ${name}: deploy it first (\`npm run strata -- up ${name}\`).`);
    }
    const outputs = await stack.outputs();
    return {
        config: await configOf(stack),
        outputs: Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value])),
    };
}
