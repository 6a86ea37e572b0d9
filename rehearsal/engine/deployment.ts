/** The engine's own record of a stack, as `stack export` gives it; only what the rehearsal reads is typed. */

/** One resource of the state. */
export interface DeployedResource {
    readonly urn: string;
    readonly type: string;
    /** False for components and the stack itself. */
    readonly custom: boolean;
    /** Undefined for components, and for a create that never ended. */
    readonly id?: string;
    readonly parent?: string;
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly outputs?: Readonly<Record<string, unknown>>;
    /** URNs of everything it waits for. */
    readonly dependencies?: readonly string[];
    /** Input property to the URNs its value comes from. */
    readonly propertyDependencies?: Readonly<Record<string, readonly string[] | null>>;
    /** `URN::ID` of its provider. */
    readonly provider?: string;
    readonly protect?: boolean;
    /** Paths of inputs whose changes the program ignores. */
    readonly ignoreChanges?: readonly string[];
    /** True for what a replacement has yet to delete. */
    readonly delete?: boolean;
    /** URN of what takes it along when it is deleted, so that the engine need not ask for it. */
    readonly deletedWith?: string;
    /** True for what the program only looked up. */
    readonly external?: boolean;
    readonly initErrors?: readonly string[];
}

/** An operation that had begun when the engine died. */
export interface PendingOperation {
    readonly type: "creating" | "updating" | "deleting" | "reading" | "importing";
    readonly resource: DeployedResource;
}

/** A stack's state. */
export interface Deployment {
    readonly version: number;
    readonly deployment: {
        readonly resources?: readonly DeployedResource[];
        readonly pending_operations?: readonly PendingOperation[];
        readonly [key: string]: unknown;
    };
}

/** The resources of a state, none where it is empty. */
export function resourcesOf(deployment: Deployment): readonly DeployedResource[] {
    return deployment.deployment.resources ?? [];
}

/** The logical name at the end of a URN. */
export function nameOf(urn: string): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** One output of a stack. */
export interface StackOutput {
    /** Undefined where it is secret: the state holds it encrypted. */
    readonly value?: unknown;
    readonly secret: boolean;
}

/** The outputs of the stack itself. */
export function outputsOf(deployment: Deployment): Readonly<Record<string, StackOutput>> {
    const stack = resourcesOf(deployment).find(({ type }) => type === "pulumi:pulumi:Stack");
    const entries = Object.entries(stack?.outputs ?? {});
    return Object.fromEntries(
        entries.map(([name, value]) => [name, isEncrypted(value) ? { secret: true } : { value, secret: false }]),
    );
}

/** True for a value the state holds encrypted, e.g. `{"4dab...": "1b47...", "ciphertext": "v1:..."}`. */
export function isEncrypted(value: unknown): boolean {
    return typeof value === "object" && value !== null && "ciphertext" in value;
}
