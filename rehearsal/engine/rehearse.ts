/** The rehearsal of one stack: the real engine, simulated providers, one world through all phases. */
import { type ProviderServer, serve } from "../protocol/server";
import { packages as allPackages, stranger as genericStranger } from "../providers";
import { World } from "../world/world";
import { Activity } from "./activity";
import type { Deployment } from "./deployment";
import { outputsOf, resourcesOf } from "./deployment";
import { Faults, packageWords } from "./faults";
import { readForeign } from "./foreign";
import { serveProgram } from "./language-host";
import { filesUnder, leaksIn, worthLookingFor } from "./leaks";
import { type Engine, locateEngine } from "./locate";
import { Phases } from "./phases";
import { killTree } from "./processes";
import type { Rehearsal, RehearsalEvent, RehearseOptions, StackConfig } from "./rehearsal";
import { makeScratch } from "./scratch";
import { openStack } from "./stack";

/** Operations at once in the nominal run: more than any level of a stack has, so that only the graph makes waits. */
const nominalParallel = 64;

/**
 * Milliseconds without a sign of life before world time moves on: where the kernel tells whether the engine is at
 * work, twice the time a message takes; where it does not, longer than the engine ever takes to answer on an idle
 * machine.
 */
const quietMs = { observed: 4, guessed: 50 };

/**
 * Rehearses a program: preview, up, up again, refresh, one changed value, destroy. A fault makes the first `up` fail;
 * what it left is recovered and `up` runs again. Throws only where no rehearsal can be had at all, e.g. no engine.
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsal> {
    const said: string[] = [];
    const tell = (event: RehearsalEvent): void => {
        said.push(JSON.stringify(event));
        options.onEvent?.(event);
    };
    // Before anything is made: it is refused where it is no program.
    const foreign = "directory" in options.program ? readForeign(options.program.directory, options.stack) : undefined;
    const engine =
        options.engine ?? (await locateEngine({ onProgress: (message) => tell({ kind: "engine", message }) }));
    const world = new World({
        site: options.site,
        ...(options.seed === undefined ? {} : { seed: options.seed }),
        quietMs: options.quietMs ?? (Activity.isKnown ? quietMs.observed : quietMs.guessed),
    });
    const scratch = makeScratch(engine);
    const packages = [...(options.packages ?? allPackages)(world)];
    const kill = (): void => {
        const pid = scratch.enginePid();
        if (pid !== undefined) {
            killTree(pid);
        }
    };
    const faults = new Faults(options.faults ?? [], kill, packageWords(packages), world);
    const server = await serve({
        world,
        packages,
        interference: faults,
        ...(options.seed === undefined ? {} : { seed: options.seed }),
    });
    const host = foreign === undefined ? undefined : await serveProgram(foreign);
    const processes = () => [scratch.enginePid() ?? [], host?.processes ?? []].flat();
    const forClock = new Activity(processes);
    world.clock.busy = () => forClock.busy;
    const forRest = new Activity(processes);
    const config = { ...foreign?.config, ...options.config };
    try {
        const project = foreign?.project ?? options.project;
        const stack = await openStack(scratch, { project, stack: options.stack, config });
        const attach = (): void =>
            stack.attach({
                providers: server.attachments,
                ...(host === undefined ? {} : { language: host.attachment }),
            });
        attach();
        const phases = new Phases({
            stack,
            program: typeof options.program === "function" ? options.program : undefined,
            world,
            server,
            faults,
            packages,
            meet: async (name) => {
                const behaviour = (options.stranger ?? genericStranger)(name, world);
                packages.push(behaviour);
                await server.add(behaviour, true);
                attach();
            },
            atRest: () => !forRest.busy && !server.busy,
            parallel: options.parallel ?? nominalParallel,
            ...(options.policyPack === undefined ? {} : { policyPack: options.policyPack }),
            tell,
        });
        await phases.run(config, options.change);
        const secrets = [...server.inventory.secrets, ...configSecrets({ ...config, ...options.change })];
        const places = new Map([...filesUnder(scratch.state), ["what was told", said.join("\n")]]);
        const leaks = leaksIn(places, worthLookingFor(secrets));
        return report(options, engine, world, server, faults, phases, leaks);
    } finally {
        host?.close();
        server.close();
        scratch.remove();
    }
}

/** The texts of the secret values of the configuration, those of its changed value included. */
function configSecrets(config: StackConfig): readonly string[] {
    return Object.values(config)
        .filter(({ secret }) => secret === true)
        .map(({ value }) => (typeof value === "string" ? value : JSON.stringify(value)));
}

function report(
    options: RehearseOptions,
    engine: Engine,
    world: World,
    server: ProviderServer,
    faults: Faults,
    found: Phases,
    leaks: readonly string[],
): Rehearsal {
    const { phases, violations, deployment, timeline, recoveries } = found;
    const standing = server.inventory.standing.map(({ type, id }) => `${type} '${id}'`);
    const remains = [...new Set([...standing, ...world.remains()])];
    const broken = violations.some(({ level }) => level !== "advisory");
    const ok = phases.every((phase) => phase.ok) && !broken;
    return {
        ok: ok && remains.length === 0 && leaks.length === 0 && faults.idle.length === 0,
        stack: options.stack,
        engine: { version: engine.version, source: engine.source },
        phases,
        resources: deployment === undefined ? 0 : customResources(deployment),
        policy: { ...(options.policyPack === undefined ? {} : { pack: options.policyPack }), violations },
        ...(deployment === undefined ? {} : { deployment }),
        outputs: deployment === undefined ? {} : outputsOf(deployment),
        ledger: world.ledger.entries,
        ...(timeline === undefined ? {} : { timeline }),
        remains,
        leaks,
        generic: [...new Set([...server.inventory.generic, ...world.strangers])],
        recoveries,
        idleFaults: faults.idle,
    };
}

function customResources(deployment: Deployment): number {
    return resourcesOf(deployment).filter(({ custom, type }) => custom && !type.startsWith("pulumi:")).length;
}
