/** What a rehearsal is doing, as it does it: a live line in a terminal, one line an event in a log. */
import {
    type DefaultRenderer,
    Listr,
    ListrLogger,
    type ListrTaskWrapper,
    ProcessOutput,
    type SimpleRenderer,
} from "listr2";
import { nameOf } from "../rehearsal/engine/deployment";
import type { Rehearsal, RehearsalEvent } from "../rehearsal/engine/rehearsal";
import { verdict } from "./report-text";

/** Runs one rehearsal and tells its events. */
export type RunRehearsal = (onEvent: (event: RehearsalEvent) => void) => Promise<Rehearsal>;

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

/** One line for an event that a log keeps; undefined for what only a live display shows. */
function lasting(event: RehearsalEvent): string | undefined {
    switch (event.kind) {
        case "engine":
            return event.message;
        case "phase-begins":
            return `${event.phase} ...`;
        case "phase-ends": {
            const { name, seconds, changes } = event.phase;
            const { create, update, replace, delete: deleted, same } = changes;
            const counts = `+${create} ~${update} +-${replace} -${deleted} =${same}`;
            return `${name} ${verdict(event.phase)} in ${seconds.toFixed(1)} s (${counts})`;
        }
        case "recovery":
            return event.report.sentences.join(" ");
        case "diagnostic":
            return event.diagnostic.severity === "error" ? event.diagnostic.message.trim() : undefined;
        default:
            return undefined;
    }
}

/** The live line: what the engine is at, and the world's time. */
function live(event: RehearsalEvent, busy: Set<string>): string | undefined {
    if (event.kind !== "resource") {
        return undefined;
    }
    if (event.state === "begins") {
        busy.add(nameOf(event.urn));
    } else {
        busy.delete(nameOf(event.urn));
    }
    const names = [...busy].slice(0, 4).join(", ");
    const more = busy.size > 4 ? ` and ${busy.size - 4} more` : "";
    return `${event.phase}: minute ${Math.round(event.worldMinutes * 10) / 10} of the world; ${names === "" ? "waiting" : names}${more}`;
}

/**
 * Runs rehearsals one after the other and shows what they do. In a terminal the present is one line that changes; in a
 * log, what lasts is a line each. All of it goes to standard error.
 *
 * @param terminal Whether the output is a terminal that can change its lines.
 */
export async function showProgress(
    rehearsals: readonly { readonly title: string; readonly run: RunRehearsal }[],
    terminal = process.stdout.isTTY === true && process.stderr.isTTY === true && process.env.CI === undefined,
): Promise<Rehearsal[]> {
    const results: Rehearsal[] = [];
    let broken: unknown;
    const follow = (task: Task, title: string) => {
        const busy = new Set<string>();
        const kept: string[] = [];
        return (event: RehearsalEvent): void => {
            const line = lasting(event);
            if (!terminal) {
                if (line !== undefined) {
                    console.error(`${title}: ${line}`);
                }
                return;
            }
            if (event.kind === "phase-ends" && line !== undefined) {
                kept.push(line);
            }
            const now = line ?? live(event, busy);
            if (now !== undefined) {
                task.title = [`Rehearsing ${title}`, ...kept.map((each) => `  ${each}`)].join("\n");
                task.output = now;
            }
        };
    };
    // Standard output is the answer's.
    const logger = new ListrLogger({
        useIcons: false,
        processOutput: new ProcessOutput(process.stderr, process.stderr),
    });
    const tasks = new Listr(
        rehearsals.map(({ title, run }) => ({
            title: `Rehearsing ${title}`,
            task: async (_: unknown, task: Task) => {
                let rehearsal: Rehearsal;
                try {
                    rehearsal = await run(follow(task, title));
                } catch (error) {
                    broken ??= error;
                    throw error;
                }
                results.push(rehearsal);
                if (!rehearsal.ok) {
                    throw new Error(`${title} failed its rehearsal`);
                }
            },
        })),
        {
            exitOnError: false,
            renderer: terminal ? "default" : "silent",
            rendererOptions: { collapseErrors: false, showErrorMessage: true, logger },
        },
    );
    await tasks.run();
    if (broken !== undefined) {
        throw broken;
    }
    return results;
}
