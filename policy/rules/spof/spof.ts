/** Rules over the failure model. */

import { riskVerdicts } from "../../failure/accepted";
import { Losses } from "../../failure/loss";
import { type FailureModel, failureModelOf } from "../../failure/model";
import { reportOf } from "../../failure/report";
import { findingsOf, weaknessesOf } from "../../failure/weaknesses";
import type { Graph } from "../../graph";
import type { Finding, Settings, StackRule } from "../../rule";

const common = { family: "spof", scope: "stack" } as const;

const limit =
    "Take away every failure domain in turn (N-1): every service keeps what its redundancy rule asks for, a majority, a number of replicas, or min_size copies. A stack accepts a risk by name in `strata:acceptedRisks`.";

/** Nothing stops with the loss of one thing. */
export const spof: StackRule = {
    ...common,
    id: "spof",
    title: "No single point of failure",
    level: "mandatory",
    severity: "high",
    why: "What fails alone should not stop a service. The rule speaks where a stack takes a stand: its components declare facts, it accepts risks, or it declares `strata:profile: ha`.",
    limit,
    fix: "Do what the message says, or accept the risk with reason, owner and last day. A domain covers what its loss stops, a service covers whatever stops it.",
    onUnknown: "fail",
    judge: (graph, settings) => (takesAStand(graph, settings) ? judge(graph, settings) : []),
};

/** The same for stacks that have not said anything about it. */
export const spofAdvice: StackRule = {
    ...common,
    id: "spof-advice",
    title: "Single points of failure, as advice",
    level: "advisory",
    severity: "medium",
    why: "A program that declares nothing is told what stops with one thing, from its raw resources alone; it is not stopped.",
    limit,
    fix: "Do what the message says. To have it judged, declare `strata:profile: ha` or accept risks by name.",
    onUnknown: "warn",
    judge: (graph, settings) => (takesAStand(graph, settings) ? [] : judge(graph, settings)),
};

/** Accepted risks are looked at again. */
export const acceptedRisks: StackRule = {
    ...common,
    id: "spof-accepted-risks",
    title: "Accepted risks are in force and in use",
    level: "mandatory",
    severity: "medium",
    why: "An acceptance that has run out, or that no component answers to, hides the next failure under an old decision.",
    limit: "Every entry of `strata:acceptedRisks` has component, reason, owner and last day; the last day has not passed, and the component is a single point of failure of the stack. Declarations that cannot be understood are violations too.",
    fix: "Renew the entry with a new last day, or remove it.",
    onUnknown: "fail",
    judge: (graph, settings) => {
        const findings: Finding[] = settings.mistakes.map((message) => ({ message }));
        const model = failureModelOf(graph);
        const weaknesses = weaknessesOf(model, new Losses(model));
        const { expired, unused } = riskVerdicts(model, weaknesses, settings.acceptedRisks, settings.today);
        for (const { component, until, owner, reason } of expired) {
            findings.push({
                message: `the accepted risk ${component} ran out on ${until} (owner ${owner}, "${reason}"); mend it or renew it.`,
            });
        }
        for (const { risk, because } of unused) {
            findings.push({ message: `the accepted risk ${risk.component} is unused: ${because}; remove it.` });
        }
        return findings;
    },
};

/** What two failures at a time would take: reported, not judged. */
export const spofPairs: StackRule = {
    ...common,
    id: "spof-pairs",
    title: "What two failures take together",
    level: "disabled",
    severity: "low",
    why: "Two things may fail in one night; it is good to know which two.",
    limit: "Take away every pair of failure domains (N-2). Never judged; switch it on as advisory to see it in previews.",
    fix: "Nothing to fix; spread wider if the pair is likely.",
    onUnknown: "ignore",
    judge: (graph, settings) =>
        reportOf(graph, settings.acceptedRisks, settings.today).pairs.map(({ pair, losesWhenDown }) => ({
            message: `${pair.join(" and ")}: together they stop ${losesWhenDown.join(", ")}.`,
        })),
};

function takesAStand(graph: Graph, settings: Settings): boolean {
    return settings.profiles.includes("ha") || settings.acceptedRisks.length > 0 || failureModelOf(graph).declared;
}

function judge(graph: Graph, settings: Settings): Finding[] {
    const model = failureModelOf(graph);
    const losses = new Losses(model);
    const weaknesses = weaknessesOf(model, losses);
    const { accepted } = riskVerdicts(model, weaknesses, settings.acceptedRisks, settings.today);
    return [
        ...findingsOf(model, losses, weaknesses, accepted).map(({ component, message }): Finding => {
            const urn = model.origin.get(component);
            return urn === undefined ? { message } : { message, urn };
        }),
        ...doubts(model),
    ];
}

function doubts(model: FailureModel): Finding[] {
    return [
        ...model.blind.map(
            ({ resource, path }): Finding => ({
                kind: "unknown",
                urn: resource.urn,
                message: `${resource.name} (${resource.type}): cannot know ${path}, so what its loss stops cannot be judged. Give it a plain value, or set onUnknown of this rule.`,
            }),
        ),
        ...model.mistakes.map((message): Finding => ({ message: `facts: ${message}` })),
    ];
}
