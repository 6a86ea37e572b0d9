/** Whether the state and the world tell the same story. */
import type { Inventory, Standing } from "../protocol/inventory";
import { type Deployment, nameOf, resourcesOf } from "./deployment";

/** What is in one and not in the other, or twice; one sentence each, none where all is well. */
export function disagreements(deployment: Deployment, standing: readonly Standing[]): readonly string[] {
    const owned = resourcesOf(deployment).filter(
        ({ custom, type, external }) => custom && external !== true && !type.startsWith("pulumi:"),
    );
    const inState = new Set(owned.map(({ type, id }) => `${type} ${id}`));
    const inWorld = new Set(standing.map(({ type, id }) => `${type} ${id}`));
    const orphans = standing.filter(({ type, id }) => !inState.has(`${type} ${id}`));
    const twice = new Set(
        orphans.map(({ urn }) => urn).filter((urn) => owned.some((resource) => resource.urn === urn)),
    );
    return [
        ...orphans.map(({ urn, id }) =>
            twice.has(urn)
                ? `'${nameOf(urn)}' was made twice: '${id}' stands beside the one in the state.`
                : `'${nameOf(urn)}' stands as '${id}', but the state has lost it.`,
        ),
        ...owned
            .filter(({ type, id }) => !inWorld.has(`${type} ${id}`))
            .map(({ urn, id }) => `The state has '${nameOf(urn)}' as '${id}', but there is no such thing.`),
    ];
}

/**
 * Takes off the account what went along with something else: the engine asks nobody to delete it.
 *
 * @param before The state before the deletion.
 */
export function settleAccount(before: Deployment, inventory: Inventory): void {
    const along = resourcesOf(before).filter(({ deletedWith }) => deletedWith !== undefined && deletedWith !== "");
    for (let settled = false; !settled; ) {
        const standing = new Set(inventory.standing.map(({ urn }) => urn));
        const gone = along.filter(({ urn, deletedWith = "" }) => standing.has(urn) && !standing.has(deletedWith));
        for (const { type, id = "" } of gone) {
            inventory.gone(type, id);
        }
        settled = gone.length === 0;
    }
}
