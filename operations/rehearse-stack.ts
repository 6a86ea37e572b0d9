/** The rehearsal of this project's stacks, and of somebody else's program. */
import * as path from "node:path";
import program from "../index";
import { parseFault } from "../rehearsal/engine/faults";
import type { Rehearsal, RehearsalEvent } from "../rehearsal/engine/rehearsal";
import { rehearse } from "../rehearsal/engine/rehearse";
import { siteOf } from "../rehearsal/sites";
import { changedValue, projectFolder, projectName, readStackConfig, rehearsedConfig, rehearsedSecrets } from "./stack";

/** Folder of this project's policy pack. */
export const policyPack = path.join(projectFolder, "policy");

/** How a rehearsal is asked for on the command line. */
export interface RehearseFlags {
    /** `create:c0:once`, `kill-engine:3`, ...; see `parseFault`. */
    readonly faults: readonly string[];
    readonly seed?: number;
    readonly onEvent?: (event: RehearsalEvent) => void;
}

function common({ faults, seed, onEvent }: RehearseFlags) {
    return {
        faults: faults.map(parseFault),
        policyPack,
        ...(seed === undefined ? {} : { seed }),
        ...(onEvent === undefined ? {} : { onEvent }),
    };
}

/** Rehearses a stack of this project. */
export function rehearseStack(stack: string, flags: RehearseFlags): Promise<Rehearsal> {
    const site = siteOf(stack, readStackConfig(stack));
    const config = rehearsedConfig(stack, site);
    const change = changedValue(config);
    return rehearse({
        ...common(flags),
        program,
        project: projectName,
        stack,
        config,
        site,
        ...(change === undefined ? {} : { change }),
    });
}

/** Rehearses the Pulumi program in a folder, on a site any homelab resembles. */
export function rehearseProgram(directory: string, stack: string, flags: RehearseFlags): Promise<Rehearsal> {
    const site = siteOf(stack);
    return rehearse({
        ...common(flags),
        program: { directory: path.resolve(directory) },
        project: path.basename(path.resolve(directory)),
        stack,
        config: rehearsedSecrets(site),
        site,
    });
}
