/** A rehearsal's result for people: phases, resources, timeline, single points of failure, free tier, policy. */
import type { CostInForce, MonthlyCost } from "../policy/report";
import type { Phase, Rehearsal } from "../rehearsal/engine/rehearsal";
import type { Timeline } from "../rehearsal/engine/timeline";
import { compareWithDocument } from "./document-verdicts";
import { type Judgement, spofRows } from "./judgement";
import { distinct } from "./report-json";
import { minutes, table, width, wrap } from "./table";

function heading(text: string): string[] {
    return ["", text];
}

function bullets(lines: readonly string[]): string[] {
    return lines.flatMap((line) =>
        wrap(line, width() - 4).map((part, index) => `${index === 0 ? "  - " : "    "}${part}`),
    );
}

function changesOf({ changes }: Phase): string {
    const told = (["create", "update", "replace", "delete"] as const)
        .filter((kind) => changes[kind] > 0)
        .map((kind) => `${changes[kind]} ${kind}${kind.endsWith("e") ? "d" : "ed"}`);
    return told.length === 0 ? "no changes" : told.join(", ");
}

/** How a phase went, in one word. */
export function verdict(phase: Phase): string {
    if (!phase.ok) {
        return "FAILED";
    }
    return phase.expectedToFail === true ? "failed, as asked" : "ok";
}

/** The phases in a table, with whatever there is to say about each below. */
export function phasesText(phases: readonly Phase[]): string[] {
    const rows = phases.map((phase) => [phase.name, verdict(phase), `${phase.seconds.toFixed(1)} s`, changesOf(phase)]);
    const said = phases.flatMap((phase) => [
        ...phase.notes.map((note) => `${phase.name}: ${note}`),
        ...phase.diagnostics
            .filter(({ severity }) => severity === "error")
            .map(({ message }) => `${phase.name}: ${message.trim()}`),
    ]);
    return [...heading("Phases"), ...table(["phase", "verdict", "time", "resources"], rows), ...bullets(said)];
}

/** How long it takes, what makes it so long, and how that compares with one step after the other. */
export function timelineText(timeline: Timeline): string[] {
    const phases = Object.entries(timeline.phases).map(([name, path]) => [name, minutes(path.minutes)]);
    const path = timeline.criticalPath.map(({ name, minutes: taken }) => [name, minutes(taken)]);
    return [
        ...heading(
            `Timeline: ${minutes(timeline.makespanMinutes)} of world time; one after the other ${minutes(timeline.sequentialMinutes)}; critical path ${minutes(timeline.criticalMinutes)}`,
        ),
        ...table(["phase of the document", "longest path"], phases),
        ...timeline.overlaps.map(
            ({ earlier, later, minutes: taken, begins, ends }) =>
                `  ${later} overlaps ${earlier} by ${minutes(taken)}: ${begins} begins before ${ends} has ended.`,
        ),
        "",
        ...table(["critical path", "takes"], path),
    ];
}

function asSentence(text: string): string {
    const line = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
    return line.endsWith(".") ? line : `${line}.`;
}

/** The document's own table beside the graph's verdicts, where a document has one. */
function documentText(stack: string, { spof }: Judgement): string[] {
    const compared = compareWithDocument(stack, spof.components);
    const yes = (verdict: boolean) => (verdict ? "YES" : "NO");
    return compared.length === 0
        ? []
        : [
              ...heading("The document's table"),
              ...table(
                  ["component", "document", "graph", "why"],
                  compared.map(({ title, document, graph, why }) => [title, yes(document), yes(graph), why]),
              ),
          ];
}

/** Pairs in full up to this many; a longer list says less than its length. */
const mostPairs = 3;

function pairsText({ spof }: Judgement): string[] {
    const { pairs } = spof;
    const told = pairs
        .slice(0, mostPairs)
        .map(({ pair, losesWhenDown }) => `${pair.join(" and ")} stop ${losesWhenDown.join(", ")}.`);
    const more = pairs.length > mostPairs ? [`And ${pairs.length - mostPairs} pairs more.`] : [];
    return pairs.length === 0 ? [] : ["", "  Two at once (told, not judged):", ...bullets([...told, ...more])];
}

/** What stops when one thing fails, and who accepted it. */
export function spofText(stack: string, judgement: Judgement): string[] {
    const rows = spofRows(judgement.spof).flatMap((row) => {
        const told = [
            ...row.flaws,
            ...(row.losesWhenDown.length === 0 ? [] : [`stops ${row.losesWhenDown.join(", ")}`]),
            ...(row.accepted ? [`accepted: ${row.reason ?? "with what it stands on"}`] : []),
            `mitigation: ${row.mitigation}`,
        ];
        const [first = "", ...rest] = told.map(asSentence);
        return [[row.component, row.spof ? "YES" : "NO", first], ...rest.map((line) => ["", "", line])];
    });
    return [
        ...heading("Single points of failure"),
        ...table(["component", "SPOF", "why"], rows),
        ...pairsText(judgement),
        ...documentText(stack, judgement),
    ];
}

/** What the meter of object storage leaves out: a program says nothing of what it only looks up. */
const lookedUp =
    "Object storage is what the stack puts there; an image that it looks up is counted by `strata validate`.";

/** Positions of a bill, and what could not be priced. */
function billText({ lines, unpriced }: MonthlyCost): string[] {
    const rows = lines.map(({ item, monthlyUsd }) => [item, `$${monthlyUsd.toFixed(2)}`]);
    return [
        ...(rows.length === 0 ? [] : table(["item", "a month"], rows)),
        ...bullets(unpriced.map((sentence) => `Not counted: ${sentence}`)),
    ];
}

/** The bill under the allowance in force, where the stack is judged by an older one. */
function todayText(costToday: CostInForce | undefined): string[] {
    if (costToday === undefined) {
        return [];
    }
    const { allowance, cost } = costToday;
    const price = `$${cost.monthlyUsd.toFixed(2)} a month`;
    return [
        ...heading(`Today: ${price}, under allowance ${allowance.name}, in force since ${allowance.since}`),
        ...billText(cost),
    ];
}

/** Limits of the free tier and the bill, by the declared allowance and, where that is an old one, by today's. */
export function costText({ freeTier, cost, costToday }: Judgement): string[] {
    const meters = freeTier.map(({ limit, used, max, unit }) => [limit, `${used} of ${max} ${unit}`.trimEnd()]);
    return [
        ...heading(`Cost: $${cost.monthlyUsd.toFixed(2)} a month`),
        ...(meters.length === 0
            ? ["  Nothing here is billed: the machines are your own."]
            : table(["free-tier limit", "used"], meters)),
        ...(freeTier.some(({ id }) => id === "object-storage") ? bullets([lookedUp]) : []),
        ...billText(cost),
        ...todayText(costToday),
    ];
}

/** What the policy pack found; each finding once. */
export function policyText({ policy }: Rehearsal): string[] {
    const found = distinct(policy.violations);
    const count = (level: string) => found.filter((violation) => violation.level === level).length;
    const rows = found.map(({ level, rule, message }) => [level, rule, message]);
    return [
        ...heading(`Policy: ${count("mandatory") + count("unable")} violations, ${count("advisory")} advisories`),
        ...(rows.length === 0 ? [] : table(["level", "rule", "message"], rows)),
    ];
}

/** What must not be: leavings, leaks, unknown types, faults without effect. */
function troubles(rehearsal: Rehearsal): string[] {
    return [
        ...rehearsal.remains.map((line) => `Still there after destroy: ${line}`),
        ...rehearsal.leaks.map((line) => `A secret in plain text: ${line}`),
        ...rehearsal.idleFaults.map((fault) => `The fault ${fault} found nothing to strike.`),
    ];
}

/** Everything about one stack. */
export function reportText(rehearsal: Rehearsal, judgement: Judgement | undefined): string {
    return [
        "",
        `${rehearsal.stack}: ${rehearsal.ok ? "ok" : "FAILED"} (${rehearsal.resources} resources, engine ${rehearsal.engine.version}, ${rehearsal.engine.source})`,
        ...phasesText(rehearsal.phases),
        ...(rehearsal.timeline === undefined ? [] : timelineText(rehearsal.timeline)),
        ...(judgement === undefined ? [] : [...spofText(rehearsal.stack, judgement), ...costText(judgement)]),
        ...policyText(rehearsal),
        ...troubles(rehearsal),
        "",
    ].join("\n");
}
