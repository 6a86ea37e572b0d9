/** A stack rehearsed with faults on the real engine, without its policy pack, which is tried elsewhere and takes longest. */
import { expect } from "vitest";
import program from "../../index";
import { projectName, rehearsedConfig } from "../../operations/stack";
import { nameOf, resourcesOf } from "../../rehearsal/engine/deployment";
import { parseFault } from "../../rehearsal/engine/faults";
import type { Rehearsal } from "../../rehearsal/engine/rehearsal";
import { rehearse } from "../../rehearsal/engine/rehearse";
import { siteOf } from "../../rehearsal/sites";
import { harmlessAgain } from "../unit/stacks/converging";

/** What a stack consists of: names by type. */
export type Inventory = Readonly<Record<string, readonly string[]>>;

/** Rehearses a stack with faults, as they are written on the command line. */
export function struck(stack: string, faults: readonly string[]): Promise<Rehearsal> {
    const site = siteOf(stack);
    const config = rehearsedConfig(stack, site);
    return rehearse({ program, project: projectName, stack, config, site, faults: faults.map(parseFault) });
}

/** The phases in order; a star where one was expected to fail. */
export const course = ({ phases }: Rehearsal): string[] =>
    phases.map(({ name, ok, expectedToFail = false }) => `${name}${expectedToFail ? "*" : ""}${ok ? "" : " failed"}`);

/** Everything a provider makes, by type. */
export const kindsOf = (inventory: Inventory): [string, readonly string[]][] =>
    Object.entries(inventory).filter(([type]) => !/^(strata|pulumi):/.test(type));

/** Names of what was made, once for each time, sorted; what is harmless to make again is told once. */
function made({ ledger }: Rehearsal): string[] {
    const creates = ledger.filter(({ kind, failure }) => kind === "create" && failure === undefined);
    const harmless = creates.filter(({ type }) => harmlessAgain[type] !== undefined);
    const strict = creates.filter(({ type }) => harmlessAgain[type] === undefined);
    return [...new Set(harmless.map(({ name }) => name)), ...strict.map(({ name }) => name)].sort();
}

/**
 * Holds whatever struck: the stack ends up whole, made once, and goes away without a rest.
 *
 * @param late What stood at once, and was ready only in a later run.
 */
export function isWholeInTheEnd(rehearsal: Rehearsal, inventory: Inventory, late: readonly string[] = []): void {
    const state = rehearsal.deployment === undefined ? [] : resourcesOf(rehearsal.deployment);
    expect(state.map(({ urn }) => nameOf(urn))).toEqual(expect.arrayContaining(Object.values(inventory).flat()));
    expect([...made(rehearsal), ...late].sort()).toEqual(
        kindsOf(inventory)
            .flatMap(([, names]) => names)
            .sort(),
    );
    expect(rehearsal.remains).toEqual([]);
    expect(rehearsal.leaks).toEqual([]);
    expect(rehearsal.idleFaults).toEqual([]);
    expect(rehearsal.ok).toBe(true);
}
