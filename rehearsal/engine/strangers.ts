/** Packages a program uses that the rehearsal has no behaviour for: who they are only a run of the program tells. */
import type { PackageBehaviour } from "../world/behaviour";
import { PhaseRecord } from "./phase";
import type { CommandResult } from "./stack";

/** What the engine says of a package it finds no plugin for (Pulumi, `sdk/go/common/workspace/plugins.go`). */
const missingPlugin = /no resource plugin 'pulumi-resource-([^']+)' found/g;

/** What is needed to find them. */
export interface StrangersOptions {
    /** Previews the program; what the engine says goes into the record. */
    readonly preview: (record: PhaseRecord) => Promise<CommandResult>;
    /** The packages there are; grows by those that were met. */
    readonly packages: readonly PackageBehaviour[];
    /** Brings in a package that the program uses and nobody knew of. */
    readonly meet: (packageName: string) => Promise<void>;
}

/** Previews a program, unheard, and meets what was missing, until nothing is. */
export async function meetStrangers({ preview, packages, meet }: StrangersOptions): Promise<void> {
    for (;;) {
        const record = new PhaseRecord(
            "preview",
            () => 0,
            () => {},
        );
        const { error = "" } = await preview(record);
        const known = new Set(packages.map(({ name }) => name));
        const texts = [error, ...record.diagnostics.map(({ message }) => message)];
        const missing = texts.flatMap((text) => [...text.matchAll(missingPlugin)].map(([, name = ""]) => name));
        const strangers = [...new Set(missing)].filter((name) => !known.has(name));
        if (strangers.length === 0) {
            return;
        }
        for (const name of strangers) {
            await meet(name);
        }
    }
}
