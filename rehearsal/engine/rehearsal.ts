/** What a rehearsal is asked and what it answers: the types other rooms build on. */
import type { PackageBehaviour } from "../world/behaviour";
import type { LedgerEntry } from "../world/ledger";
import type { Site } from "../world/site";
import type { World } from "../world/world";
import type { Deployment, StackOutput } from "./deployment";
import type { Fault } from "./faults";
import type { Engine } from "./locate";
import type { RecoveryReport } from "./recovery";
import type { Timeline } from "./timeline";

/** One value of a stack's configuration, e.g. of the key `strata:network`. */
export interface ConfigEntry {
    /** Plain JSON: text, number, boolean, list or map. */
    readonly value: unknown;
    /** Encrypted in the scratch stack's file, and watched for: it must not show in plain text anywhere. Default false. */
    readonly secret?: boolean;
}

/** A stack's configuration by full key (`namespace:name`). */
export type StackConfig = Readonly<Record<string, ConfigEntry>>;

/** What is rehearsed: a function of this process, or the folder of somebody's Pulumi Node program. */
export type Program = (() => Promise<Record<string, unknown> | undefined>) | { readonly directory: string };

/** What to rehearse, and how. */
export interface RehearseOptions {
    readonly program: Program;
    /** Pulumi project name, e.g. `strata`. A folder's own `Pulumi.yaml` wins. */
    readonly project: string;
    /** Stack name, e.g. `homelab`. */
    readonly stack: string;
    readonly config: StackConfig;
    /** What is there before the first deployment. */
    readonly site: Site;
    /** Draws latencies and the order of what happens together. Default: the nominal run. */
    readonly seed?: number;
    /** What is to fail. Default nothing. */
    readonly faults?: readonly Fault[];
    /** Folder of a policy pack (`PulumiPolicy.yaml`); every phase that previews or deploys runs under it. Default none. */
    readonly policyPack?: string;
    /** Configuration that differs in the phase `change`. Default: the phase is left out. */
    readonly change?: StackConfig;
    /** Operations the engine runs at once. Default 64, fixed so that the nominal run repeats itself. */
    readonly parallel?: number;
    /** The engine to run. Default: `locateEngine()`. */
    readonly engine?: Engine;
    /** Who answers for the providers. Default: all of `rehearsal/providers`. */
    readonly packages?: (world: World) => readonly PackageBehaviour[];
    /** Who answers for a package nobody knows. Default: the generic behaviour of `rehearsal/providers`. */
    readonly stranger?: (name: string, world: World) => PackageBehaviour;
    /** See `Clock`. Default: what this machine needs to see the engine at rest. */
    readonly quietMs?: number;
    /** Told of everything as it happens. */
    readonly onEvent?: (event: RehearsalEvent) => void;
}

/** The phases of a rehearsal in their order; `recover` and a second `up` only after a fault. */
export type PhaseName = "preview" | "up" | "recover" | "up-again" | "refresh" | "change" | "destroy";

/** Resources by what happened to them. */
export interface Changes {
    readonly create: number;
    readonly update: number;
    readonly replace: number;
    readonly delete: number;
    readonly same: number;
}

/** One resource that a phase created, updated, replaced or deleted. */
export interface Change {
    readonly urn: string;
    readonly operation: "create" | "update" | "replace" | "delete";
    /** Top-level properties the engine found different; empty where there are none to tell. */
    readonly properties: readonly string[];
}

/** How one phase went. */
export interface Phase {
    readonly name: PhaseName;
    /** True where it did what it must: also that a second `up` and a `refresh` change nothing. */
    readonly ok: boolean;
    /** True for a phase that was made to fail by a fault: `ok` says whether it failed as asked. */
    readonly expectedToFail?: boolean;
    /** Seconds of this machine, not of the world. */
    readonly seconds: number;
    readonly changes: Changes;
    /** Every change by name. */
    readonly changed: readonly Change[];
    /** What the engine and the providers said, errors and warnings, in order. */
    readonly diagnostics: readonly Diagnostic[];
    /** What the rehearsal itself found or did, in plain sentences. */
    readonly notes: readonly string[];
}

/** One message of the engine, a provider or the program. */
export interface Diagnostic {
    readonly severity: "info" | "warning" | "error";
    /** Undefined where it belongs to no resource. */
    readonly urn?: string;
    readonly message: string;
}

/** One finding of the policy pack. */
export interface Violation {
    readonly phase: PhaseName;
    readonly rule: string;
    /** `unable` where the rule could not be judged ("can't run policy"), which counts as a failure. */
    readonly level: "advisory" | "mandatory" | "unable";
    /** URN of the resource it is about; undefined where it is about the stack. */
    readonly resource?: string;
    readonly message: string;
}

/** What happens, as it happens. */
export type RehearsalEvent =
    | { readonly kind: "engine"; readonly message: string }
    | { readonly kind: "phase-begins"; readonly phase: PhaseName }
    | { readonly kind: "phase-ends"; readonly phase: Phase }
    | {
          readonly kind: "resource";
          readonly phase: PhaseName;
          readonly urn: string;
          readonly type: string;
          readonly operation: "create" | "update" | "replace" | "delete" | "refresh" | "same";
          readonly state: "begins" | "ends" | "fails";
          /** World minutes at that moment. */
          readonly worldMinutes: number;
      }
    | { readonly kind: "diagnostic"; readonly phase: PhaseName; readonly diagnostic: Diagnostic }
    | { readonly kind: "violation"; readonly violation: Violation }
    | { readonly kind: "recovery"; readonly report: RecoveryReport };

/** What a rehearsal found. */
export interface Rehearsal {
    /** True where every phase did what it must, nothing is left behind, no rule is broken and no secret shows. */
    readonly ok: boolean;
    readonly stack: string;
    readonly engine: { readonly version: string; readonly source: string };
    readonly phases: readonly Phase[];
    /** Custom resources in the state after `up`, providers not counted. */
    readonly resources: number;
    readonly policy: { readonly pack?: string; readonly violations: readonly Violation[] };
    /** State after the first `up` that succeeded; undefined where none did. Secrets in it are encrypted. */
    readonly deployment?: Deployment;
    /** Stack outputs after that `up`; a secret one is told only as such. */
    readonly outputs: Readonly<Record<string, StackOutput>>;
    /** Operations of the world, of all phases. */
    readonly ledger: readonly LedgerEntry[];
    /** Of the first `up` that succeeded; undefined where none did. */
    readonly timeline?: Timeline;
    /** What is still there after destroy, one line each; empty is right. */
    readonly remains: readonly string[];
    /** Where a secret value showed in plain text, one line each, the value itself left out; empty is right. */
    readonly leaks: readonly string[];
    /** Resource types and functions that only the generic behaviour answered for. */
    readonly generic: readonly string[];
    /** Faults that found nothing to strike, as they are written; empty is right. */
    readonly idleFaults: readonly string[];
    /** Interrupted runs that were recovered, in order. */
    readonly recoveries: readonly RecoveryReport[];
}
