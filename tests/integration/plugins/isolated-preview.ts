/**
 * One first preview of a stack, nothing existing: `isolated-preview.ts REQUEST`, both ends JSON. It is started in a network
 * namespace that has loopback only, so that no plugin can reach anything, whatever address a stack names.
 */
import { symlinkSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import program from "../../../index";
import { projectName, readStackConfig, rehearsedSecrets } from "../../../operations/stack";
import type { Engine } from "../../../rehearsal/engine/locate";
import { makeScratch } from "../../../rehearsal/engine/scratch";
import { openStack } from "../../../rehearsal/engine/stack";
import { serve } from "../../../rehearsal/protocol/server";
import { packages } from "../../../rehearsal/providers";
import { siteOf } from "../../../rehearsal/sites";
import { World } from "../../../rehearsal/world/world";
import type { Plugin } from "../../../tools/plugins/locate";
import { mistakes, withMistake } from "./mistakes";

/** What to preview. */
export interface PreviewRequest {
    readonly stack: string;
    readonly engine: Engine;
    /** Real plugins; every other package is answered for by the simulated world. */
    readonly plugins: readonly Plugin[];
    /** A key of `mistakes`; default none. */
    readonly mistake?: string;
}

/** How the preview ended. */
export interface PreviewAnswer {
    readonly ok: boolean;
    readonly said: string;
    /** Resources it would create, components and providers included. */
    readonly creates: number;
    /** Resources it would do anything else with. */
    readonly others: number;
    /** Packages whose resources were in the preview, by the start of their types. */
    readonly packages: readonly string[];
}

async function preview({ stack: name, engine, plugins, mistake }: PreviewRequest): Promise<PreviewAnswer> {
    const outward = Object.keys(networkInterfaces()).filter((card) => card !== "lo");
    if (outward.length > 0) {
        throw new Error(
            `The preview may see loopback only, but there is ${outward.join(", ")}: start it in a namespace.`,
        );
    }
    const site = siteOf(name);
    const world = new World({ site, quietMs: 20 });
    const real = new Set(plugins.map((plugin) => plugin.name));
    const server = await serve({ world, packages: packages(world).filter((one) => !real.has(one.name)) });
    const scratch = makeScratch(engine);
    try {
        for (const plugin of plugins) {
            symlinkSync(plugin.path, join(scratch.root, "bin", `pulumi-resource-${plugin.name}`));
        }
        const config = { ...readStackConfig(name), ...rehearsedSecrets(site) };
        const stack = await openStack(scratch, { project: projectName, stack: name, config });
        stack.attach({ providers: server.attachments });
        const said: string[] = [];
        const operations: { readonly op: string; readonly type: string }[] = [];
        const { ok, error } = await stack.preview(withOrWithout(mistake), {
            parallel: 8,
            atRest: () => true,
            onText: (text) => said.push(text),
            onEvent: ({ resourcePreEvent, diagnosticEvent }: EngineEvent) => {
                if (resourcePreEvent !== undefined) {
                    operations.push(resourcePreEvent.metadata);
                }
                if (diagnosticEvent !== undefined) {
                    said.push(diagnosticEvent.message);
                }
            },
        });
        return {
            ok,
            said: [...said, error ?? ""].join(""),
            creates: operations.filter(({ op }) => op === "create").length,
            others: operations.filter(({ op }) => op !== "create").length,
            packages: [...new Set(operations.map(({ type }) => type.split(":")[0] ?? type))].sort(),
        };
    } finally {
        server.close();
        scratch.remove();
    }
}

function withOrWithout(mistake: string | undefined): () => Promise<Record<string, unknown>> {
    const known = mistake === undefined ? undefined : mistakes[mistake];
    return known === undefined ? program : withMistake(program, known);
}

void preview(JSON.parse(process.argv[2] ?? "{}") as PreviewRequest).then(
    (answer) => process.stdout.write(`\n${JSON.stringify(answer)}\n`, () => process.exit(0)),
    (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exit(1);
    },
);
