/**
 * What to do with a stack whose engine died in the middle. The state then holds creates that had begun and a lock;
 * a plain `up` would make everything of it a second time. Whatever has an id that is known beforehand is adopted;
 * the rest is forgotten and made again.
 */
import type { DeployedResource, Deployment } from "./deployment";
import { nameOf, resourcesOf } from "./deployment";

/** What became of one interrupted create. */
export interface RecoveredResource {
    readonly urn: string;
    /** `adopted`: entered into the state with its id. `made-again`: forgotten, the next `up` makes it. */
    readonly fate: "adopted" | "made-again";
    /** The id it was adopted by. */
    readonly id?: string;
}

/** What a recovery found and did. */
export interface RecoveryReport {
    readonly resources: readonly RecoveredResource[];
    /** The same in plain sentences. */
    readonly sentences: readonly string[];
}

/** The parts of a stack a recovery needs: those of the Automation API, or of a rehearsal. */
export interface RecoverableStack {
    /** Removes the lock a dead engine left. */
    cancel(): Promise<void>;
    export(): Promise<Deployment>;
    import(deployment: Deployment): Promise<void>;
    /** Reads what is really there; what is not goes out of the state. */
    refresh(): Promise<void>;
}

/**
 * The id a resource has whenever it is made, or that it was found by; null where it was looked for and is not there;
 * undefined where nothing can be known.
 */
export type KnownId = (resource: DeployedResource) => string | null | undefined;

/**
 * True for a resource that may stand under an id nobody knows, so that making it again could make a second one: Oracle
 * draws its ids, and a launch names no token that a second one would be recognised by.
 */
export function isDrawnByOracle({ type }: DeployedResource): boolean {
    return type.startsWith("oci:");
}

/** Creates that had begun when the engine died. */
export function begunCreates(deployment: Deployment): readonly DeployedResource[] {
    return (deployment.deployment.pending_operations ?? []).flatMap(({ type, resource }) =>
        type === "creating" || type === "importing" ? [resource] : [],
    );
}

/** True where an engine died over this stack and left something to recover. */
export function isInterrupted(deployment: Deployment): boolean {
    return (deployment.deployment.pending_operations ?? []).length > 0;
}

/**
 * Recovers a stack; a following `up` then makes nothing twice. Works on the real thing as on a rehearsal. Call it only
 * when no engine works on the stack: it removes the lock.
 *
 * @throws Error where one of Oracle's was not looked for: nothing but the lock was changed then.
 */
export async function recover(stack: RecoverableStack, knownId: KnownId): Promise<RecoveryReport> {
    await stack.cancel();
    const deployment = await stack.export();
    const creates = begunCreates(deployment).map((resource) => ({ resource, id: knownId(resource) }));
    const unsure = creates.filter(({ resource, id }) => id === undefined && isDrawnByOracle(resource));
    if (unsure.length > 0) {
        throw new Error(unsure.map(({ resource }) => lookFor(resource)).join("\n"));
    }
    const adopted = creates.flatMap(({ resource, id }) => (id ? [{ ...resource, id, outputs: {} }] : []));
    await stack.import(withAdopted(deployment, adopted));
    if (adopted.length > 0) {
        await stack.refresh();
    }
    return report(creates, resourcesOf(await stack.export()));
}

/** What is imported otherwise than by its OCID (oracle/oci of the Terraform registry, "Import"). */
const importIds: Readonly<Record<string, string>> = {
    "oci:Budget/rule:Rule": "budgets/BUDGET_OCID/alertRules/RULE_OCID",
    "oci:Core/networkSecurityGroupSecurityRule:NetworkSecurityGroupSecurityRule":
        "networkSecurityGroups/GROUP_OCID/securityRules/RULE_ID",
};

/** What to do about a create nobody knows the end of. */
function lookFor({ urn, type, inputs = {} }: DeployedResource): string {
    const { displayName = inputs.name ?? nameOf(urn) } = inputs;
    const id = importIds[type] ?? "OCID";
    return `'${nameOf(urn)}' was being made when the engine died, and Oracle draws its id: look for '${String(displayName)}' in Oracle's console; if it is there, run 'pulumi import ${type} ${nameOf(urn)} ${id}', and either way 'pulumi refresh --clear-pending-creates' before the next up.`;
}

/** The state with what is adopted in its place and nothing pending. */
export function withAdopted(deployment: Deployment, adopted: readonly DeployedResource[]): Deployment {
    const byUrn = new Map(adopted.map((resource) => [resource.urn, resource]));
    const kept = resourcesOf(deployment).flatMap((resource) => {
        const replacement = byUrn.get(resource.urn);
        if (replacement === undefined || resource.delete === true) {
            return [resource];
        }
        // The engine died while it replaced this one: the new one stands, the old one is still to be deleted.
        byUrn.delete(resource.urn);
        return [replacement, { ...resource, delete: true }];
    });
    const resources = [...kept, ...byUrn.values()];
    return { ...deployment, deployment: { ...deployment.deployment, resources, pending_operations: [] } };
}

function report(
    creates: readonly { readonly resource: DeployedResource; readonly id: ReturnType<KnownId> }[],
    after: readonly DeployedResource[],
): RecoveryReport {
    const found = new Set(after.map(({ urn, id }) => `${urn} ${id}`));
    const fates = creates.map(({ resource: { urn }, id }): { resource: RecoveredResource; sentence: string } => {
        if (id && found.has(`${urn} ${id}`)) {
            const sentence = `'${nameOf(urn)}' was being made when the engine died; it is there as '${id}' and was adopted.`;
            return { resource: { urn, fate: "adopted", id }, sentence };
        }
        const sentence =
            id === undefined
                ? `'${nameOf(urn)}' was being made when the engine died; it has no id known beforehand and will be made again.`
                : `'${nameOf(urn)}' was to be made when the engine died; it is not there and will be made.`;
        return { resource: { urn, fate: "made-again" }, sentence };
    });
    const lock = "The engine died in the middle of an operation; the lock it left was removed.";
    return {
        resources: fates.map(({ resource }) => resource),
        sentences: [lock, ...fates.map(({ sentence }) => sentence)],
    };
}
