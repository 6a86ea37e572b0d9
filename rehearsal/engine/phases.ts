/** The phases of one rehearsal in their order, each judged by what it must do. */
import type { ProviderServer } from "../protocol/server";
import type { PackageBehaviour } from "../world/behaviour";
import { abortUploads } from "../world/oracle/uploads";
import type { Properties } from "../world/value";
import type { World } from "../world/world";
import { disagreements, settleAccount } from "./convergence";
import { type DeployedResource, type Deployment, nameOf, resourcesOf } from "./deployment";
import { ignoredBy, ignoredDrift, unchanged } from "./drift";
import type { Faults } from "./faults";
import { PhaseRecord } from "./phase";
import { type RecoveryReport, recover } from "./recovery";
import type { Phase, PhaseName, RehearsalEvent, StackConfig, Violation } from "./rehearsal";
import type { CommandOptions, CommandResult, ScratchStack, StackProgram } from "./stack";
import { meetStrangers } from "./strangers";
import { type Timeline, timelineOf } from "./timeline";

/** What the phases work with. */
export interface PhasesOptions {
    readonly stack: ScratchStack;
    readonly program: StackProgram;
    readonly world: World;
    readonly server: ProviderServer;
    readonly packages: readonly PackageBehaviour[];
    readonly faults: Faults;
    /** Brings in a package that the program uses and nobody knew of. */
    readonly meet: (packageName: string) => Promise<void>;
    /** True while neither the engine nor the world does anything. */
    readonly atRest: () => boolean;
    readonly parallel: number;
    readonly policyPack?: string;
    readonly tell: (event: RehearsalEvent) => void;
}

/** Runs the phases once. */
export class Phases {
    readonly phases: Phase[] = [];
    readonly violations: Violation[] = [];
    readonly recoveries: RecoveryReport[] = [];
    /** State after the first `up` that succeeded. */
    deployment: Deployment | undefined;
    timeline: Timeline | undefined;

    constructor(private readonly options: PhasesOptions) {}

    /** Runs them all; stops at the first that fails, except that what was made is destroyed again. */
    async run(config: StackConfig, change: StackConfig | undefined): Promise<void> {
        if (!(await this.#preview())) {
            return;
        }
        if ((await this.#up()) && (await this.#upAgain()) && (await this.#refresh()) && change !== undefined) {
            await this.options.stack.configure({ ...config, ...change });
            await this.#change();
        }
        await this.#destroy();
    }

    async #preview(): Promise<boolean> {
        const { stack, program, packages, meet } = this.options;
        // Our own program's packages are all known.
        if (program === undefined) {
            const preview = (record: PhaseRecord) => {
                const { policyPack: _, ...options } = this.#commandOptions(record);
                return stack.preview(undefined, options);
            };
            await meetStrangers({ preview, packages, meet });
        }
        return this.#phase("preview", (options) => stack.preview(program, options));
    }

    async #up(): Promise<boolean> {
        const { stack, program, world } = this.options;
        const before = world.ledger.entries.length;
        const ok = await this.#phase(
            "up",
            (options) => stack.up(program, options),
            async () => this.#agreement(),
        );
        if (ok) {
            this.deployment = await stack.export();
            this.timeline = timelineOf(this.deployment, world.ledger.entries.slice(before));
        }
        return ok;
    }

    #upAgain(): Promise<boolean> {
        const { stack, program } = this.options;
        return this.#phase(
            "up-again",
            (options) => stack.up(program, options),
            async ({ changed }) => unchanged(changed),
        );
    }

    #refresh(): Promise<boolean> {
        const { stack } = this.options;
        const told: string[] = [];
        return this.#phase(
            "refresh",
            (options) => stack.refresh(options),
            // What the program lets drift is read, and left as it is by every `up`.
            async ({ changed }) => {
                const ignored = ignoredBy(resourcesOf(await stack.export()));
                told.push(...ignoredDrift(changed, ignored));
                return unchanged(changed, ignored);
            },
            told,
        );
    }

    #change(): Promise<boolean> {
        const { stack, program } = this.options;
        return this.#phase(
            "change",
            (options) => stack.up(program, options),
            async (record) => [
                ...(record.changed.length === 0 ? ["The changed value changed nothing."] : []),
                ...record.changed
                    .filter(({ operation }) => operation === "replace")
                    .map(({ urn }) => `The changed value replaced '${nameOf(urn)}'.`),
                ...(await this.#agreement()),
            ],
        );
    }

    async #destroy(): Promise<boolean> {
        const { stack } = this.options;
        const before = await stack.export();
        const kept = resourcesOf(before).filter(({ protect }) => protect === true);
        const told: string[] = [];
        const complaints: string[] = [];
        if (kept.length > 0) {
            const attempt = new PhaseRecord(
                "destroy",
                () => this.options.world.clock.now,
                () => {},
            );
            const { ok } = await stack.previewDestroy(this.#commandOptions(attempt));
            const names = kept.map(({ urn }) => `'${nameOf(urn)}'`).join(", ");
            if (ok) {
                complaints.push(`destroy would not spare what is protected: ${names}.`);
            } else {
                told.push(`destroy refuses while these are protected: ${names}; their protection was taken off.`);
            }
            await stack.unprotect();
        }
        const ok = await this.#phase(
            "destroy",
            (options) => stack.destroy(options),
            async () => complaints,
            told,
        );
        settleAccount(before, this.options.server.inventory);
        return ok;
    }

    /** What is wrong though the engine is content: with the state, or with the world itself. */
    async #agreement(): Promise<readonly string[]> {
        const { stack, server, world } = this.options;
        return [...disagreements(await stack.export(), server.inventory.standing), ...world.audit()];
    }

    /** Runs a phase; where a fault strikes it, recovers and runs it again, as its user would. */
    async #phase(
        name: PhaseName,
        run: (options: CommandOptions) => Promise<CommandResult>,
        judge: (record: PhaseRecord) => Promise<readonly string[]> = async () => [],
        told: readonly string[] = [],
    ): Promise<boolean> {
        let notes = told;
        for (;;) {
            const { faults, tell, world } = this.options;
            const struckBefore = faults.strikes;
            tell({ kind: "phase-begins", phase: name });
            const record = new PhaseRecord(name, () => world.clock.now, tell);
            const began = Date.now();
            const result = await run(this.#commandOptions(record));
            const struck = faults.strikes > struckBefore;
            if (!result.ok && !record.diagnostics.some(({ severity }) => severity === "error")) {
                record.fail(
                    faults.killedEngine
                        ? "The engine was killed."
                        : (result.error ?? "The engine failed without a word."),
                );
            }
            const complaints = result.ok ? await judge(record) : [];
            this.violations.push(...record.violations);
            const expectedToFail = struck && !result.ok;
            const ok = expectedToFail || (result.ok && complaints.length === 0);
            this.#close(name, record, began, ok, expectedToFail, [...notes, ...complaints]);
            if (!expectedToFail) {
                return ok;
            }
            notes = [...told, ...this.#tidy()];
            await this.#repair();
        }
    }

    /** What the next `strata up` or `destroy` gives up before it begins; one sentence each. */
    #tidy(): readonly string[] {
        return abortUploads(this.options.world.oracle).map(
            (place) => `The upload to ${place} was cut; what Oracle kept of it is given up, as \`strata up\` does.`,
        );
    }

    /** What follows a fault: hosts come back, a dead engine's leavings are recovered. */
    async #repair(): Promise<void> {
        const { faults, server, stack, tell, world } = this.options;
        faults.repair();
        if (!faults.takeKill()) {
            return;
        }
        tell({ kind: "phase-begins", phase: "recover" });
        const began = Date.now();
        const record = new PhaseRecord("recover", () => world.clock.now, tell);
        await server.settled();
        const begun = new Map<string, DeployedResource>();
        const report = await recover(
            {
                cancel: () => stack.cancel(),
                export: () => stack.export(),
                import: (deployment) => stack.import(deployment),
                refresh: async () => {
                    const result = await stack.refresh(this.#commandOptions(record));
                    if (!result.ok) {
                        record.fail(result.error ?? "refresh failed");
                    }
                },
            },
            (resource) => {
                const { urn, type, inputs = {} } = resource;
                begun.set(urn, resource);
                const behaviour = this.#behaviour(type);
                const id = behaviour?.deterministicId?.(inputs as Properties);
                // The world is asked by name: what is not found is not there.
                return (
                    id ??
                    (behaviour?.findId === undefined ? undefined : (behaviour.findId(inputs as Properties) ?? null))
                );
            },
        );
        for (const { urn, fate, id } of report.resources) {
            if (fate === "made-again") {
                server.inventory.forgetUnfindable(urn);
                const { type = "", inputs = {} } = id === undefined ? (begun.get(urn) ?? {}) : {};
                this.#behaviour(type)?.lapses?.(inputs as Properties);
            }
        }
        this.recoveries.push(report);
        tell({ kind: "recovery", report });
        const ok = !record.diagnostics.some(({ severity }) => severity === "error");
        this.#close("recover", record, began, ok, false, report.sentences);
    }

    #behaviour(type: string) {
        const name = type.split(":")[0];
        return this.options.packages.find((behaviour) => behaviour.name === name)?.resource(type);
    }

    #commandOptions(record: PhaseRecord): CommandOptions {
        const { atRest, parallel, policyPack, world } = this.options;
        return {
            atRest,
            parallel,
            ...(policyPack === undefined ? {} : { policyPack }),
            onEvent: (event) => {
                world.clock.touch();
                record.take(event);
            },
            onText: () => world.clock.touch(),
        };
    }

    #close(
        name: PhaseName,
        record: PhaseRecord,
        began: number,
        ok: boolean,
        expectedToFail: boolean,
        notes: readonly string[],
    ): void {
        const phase: Phase = {
            name,
            ok,
            ...(expectedToFail ? { expectedToFail } : {}),
            seconds: (Date.now() - began) / 1000,
            changes: record.changes,
            changed: record.changed,
            diagnostics: record.diagnostics,
            notes,
        };
        this.phases.push(phase);
        this.options.tell({ kind: "phase-ends", phase });
    }
}
