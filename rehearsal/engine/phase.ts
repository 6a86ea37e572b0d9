/** One phase as the engine's events tell it. */
import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";
import type { Change, Changes, Diagnostic, PhaseName, RehearsalEvent, Violation } from "./rehearsal";

type Operation = Change["operation"];

/** What each of the engine's operations is to a reader; those left out are steps of another. */
const operations: Partial<Record<OpType, Operation | "refresh" | "same">> = {
    create: "create",
    update: "update",
    replace: "replace",
    delete: "delete",
    import: "create",
    refresh: "refresh",
    same: "same",
};

/** Severities worth a reader's time: the SDK's own debugging, which shows values, is not. */
const told: ReadonlySet<string> = new Set(["error", "warning", "info", "info#err"]);

/** The engine's word on finding the program that `installAnalyzer` put there for it. */
const ownAnalyzer = /^using pulumi-analyzer-policy-nodejs from \$PATH/;

/** What the engine tells where a rule could not be judged, most often because it read an unknown value. */
const unable = /^can't run policy/;

/** Collects one phase. */
export class PhaseRecord {
    readonly diagnostics: Diagnostic[] = [];
    readonly violations: Violation[] = [];
    readonly #changed = new Map<string, Change>();
    #same = 0;
    #finished = false;

    /**
     * @param worldMinutes The world's time now.
     * @param tell Whom to tell of it as it happens.
     */
    constructor(
        private readonly phase: PhaseName,
        private readonly worldMinutes: () => number,
        private readonly tell: (event: RehearsalEvent) => void,
    ) {}

    /** Resources the phase changed, in the order it was done with them. */
    get changed(): readonly Change[] {
        return [...this.#changed.values()];
    }

    /** True where the engine said that it was done, whether well or not. */
    get finished(): boolean {
        return this.#finished;
    }

    /** How many resources met what; the stack itself and the default providers count for nothing. */
    get changes(): Changes {
        const count = (operation: Operation) => this.changed.filter((change) => change.operation === operation).length;
        return {
            create: count("create"),
            update: count("update"),
            replace: count("replace"),
            delete: count("delete"),
            same: this.#same,
        };
    }

    /** Takes one event of the engine. */
    take(event: EngineEvent): void {
        if (event.resourcePreEvent !== undefined) {
            this.#resource("begins", event.resourcePreEvent.metadata);
        }
        if (event.resOutputsEvent !== undefined) {
            this.#resource("ends", event.resOutputsEvent.metadata);
        }
        if (event.resOpFailedEvent !== undefined) {
            this.#resource("fails", event.resOpFailedEvent.metadata);
        }
        if (event.diagnosticEvent !== undefined && event.diagnosticEvent.ephemeral !== true) {
            this.#diagnostic(event.diagnosticEvent);
        }
        if (event.policyEvent !== undefined) {
            this.#violation(event.policyEvent);
        }
        if (event.summaryEvent !== undefined) {
            this.#finished = true;
        }
    }

    /** Adds an error that came outside of the engine's events. */
    fail(message: string): void {
        this.#tellDiagnostic({ severity: "error", message });
    }

    #resource(
        state: "begins" | "ends" | "fails",
        metadata: NonNullable<EngineEvent["resourcePreEvent"]>["metadata"],
    ): void {
        const operation = operations[metadata.op];
        const { urn, type } = metadata;
        if (operation === undefined || !counts(urn, type)) {
            return;
        }
        if (operation === "same") {
            // A refresh begins as such and ends as what it found, so only the end tells.
            this.#same += state === "ends" ? 1 : 0;
        } else if (operation !== "refresh" && state === "ends") {
            this.#changed.set(urn, { urn, operation, properties: metadata.diffs ?? [] });
        }
        this.tell({
            kind: "resource",
            phase: this.phase,
            urn,
            type,
            operation,
            state,
            worldMinutes: this.worldMinutes(),
        });
    }

    #diagnostic({ severity, urn, message }: NonNullable<EngineEvent["diagnosticEvent"]>): void {
        if (!told.has(severity) || ownAnalyzer.test(message)) {
            return;
        }
        const level = severity === "error" || severity === "warning" ? severity : "info";
        const about = urn === undefined || urn === "" ? {} : { urn };
        this.#tellDiagnostic({ severity: level, ...about, message: message.trim() });
    }

    /** An error passes from promise to promise, and the SDK tells it for several of them: it is kept once. */
    #tellDiagnostic(diagnostic: Diagnostic): void {
        const { severity, urn, message } = diagnostic;
        const isKnown = this.diagnostics.some(
            (known) => known.severity === severity && known.urn === urn && known.message === message,
        );
        if (severity === "error" && isKnown) {
            return;
        }
        this.diagnostics.push(diagnostic);
        this.tell({ kind: "diagnostic", phase: this.phase, diagnostic });
    }

    #violation(event: NonNullable<EngineEvent["policyEvent"]>): void {
        const about =
            event.resourceUrn === undefined || event.resourceUrn === "" ? {} : { resource: event.resourceUrn };
        const message = event.message.trim();
        const level = unable.test(message)
            ? "unable"
            : event.enforcementLevel === "mandatory"
              ? "mandatory"
              : "advisory";
        const violation: Violation = { phase: this.phase, rule: event.policyName, level, ...about, message };
        this.violations.push(violation);
        this.tell({ kind: "violation", violation });
    }
}

/** The stack itself and providers nobody wrote are no resources to a reader. */
function counts(urn: string, type: string): boolean {
    return type !== "pulumi:pulumi:Stack" && !/::default(_[^:]*)?$/.test(urn);
}
