/** The failure model as a table, for reports: every component, what it takes along, and who accepted it. */

import type { AcceptedRisk, FailureDomainKind } from "../facts";
import type { Graph } from "../graph";
import { riskVerdicts } from "./accepted";
import { Losses } from "./loss";
import { type FailureModel, failureModelOf } from "./model";
import { advice, findingsOf, type SpofFinding, weaknessesOf } from "./weaknesses";

/** One row of the table: a failure domain or a service. */
export interface ComponentRow {
    /** Name of the domain or service. */
    readonly component: string;
    readonly title: string;
    readonly kind: FailureDomainKind | "service";
    /** Whether its loss alone (of a service: the loss of any one member) stops something. */
    readonly spof: boolean;
    /** Services that are down then, by name. */
    readonly losesWhenDown: readonly string[];
    /** What makes the loss harmless, or would. */
    readonly mitigation: string;
    /** Whether everything about it is covered by accepted risks. */
    readonly accepted: boolean;
    /** The accepting entry's reason, where the component itself is named. */
    readonly reason?: string;
    /** Last day of that acceptance, ISO date. */
    readonly until?: string;
    /** Why a service that survives is flagged all the same. */
    readonly flaws: readonly string[];
}

/** Two domains that take more together than each alone. */
export interface PairRow {
    readonly pair: readonly [string, string];
    /** Services that are down only when both fail. */
    readonly losesWhenDown: readonly string[];
}

/** The whole report. */
export interface FailureReport {
    readonly components: readonly ComponentRow[];
    readonly pairs: readonly PairRow[];
    /** What is neither mended nor accepted. */
    readonly findings: readonly SpofFinding[];
    /** Properties that could not be known, and contradictions in facts: one sentence each. */
    readonly unknown: readonly string[];
}

/** The report on a stack, on a given day (ISO date). */
export function reportOf(graph: Graph, risks: readonly AcceptedRisk[], today: string): FailureReport {
    const model = failureModelOf(graph);
    const losses = new Losses(model);
    const weaknesses = weaknessesOf(model, losses);
    const { accepted } = riskVerdicts(model, weaknesses, risks, today);
    const reasons = new Map(
        risks.filter(({ component }) => accepted.has(component)).map((each) => [each.component, each]),
    );
    const components: ComponentRow[] = [];
    for (const domain of model.domains.values()) {
        if (domain.name.startsWith("somewhere/")) {
            continue;
        }
        const services = weaknesses.edges.get(domain.name) ?? new Set<string>();
        components.push({
            component: domain.name,
            title: domain.title,
            kind: domain.kind,
            spof: services.size > 0,
            losesWhenDown: [...losses.of(domain.name).all].sort(),
            mitigation: domain.mitigation ?? mitigationsOf(model, services),
            accepted:
                services.size > 0 &&
                (accepted.has(domain.name) || [...services].every((service) => accepted.has(service))),
            ...reasonFor(reasons.get(domain.name)),
            flaws: [],
        });
    }
    for (const service of model.services.values()) {
        const small = losses.tooSmall(service);
        const flaws = weaknesses.flaws.filter((flaw) => flaw.service === service.name).map(({ says }) => says);
        components.push({
            component: service.name,
            title: service.title,
            kind: "service",
            spof: small,
            losesWhenDown: small ? [...losses.withNeeders([service.name])].sort() : [],
            mitigation: small ? advice(service) : (service.mitigation ?? "Survives the loss of any one member"),
            accepted:
                (small || flaws.length > 0) &&
                coveredService(service.name, weaknesses.edges, accepted, flaws.length > 0),
            ...reasonFor(reasons.get(service.name)),
            flaws,
        });
    }
    components.sort((a, b) => (a.component < b.component ? -1 : a.component > b.component ? 1 : 0));
    return {
        components,
        pairs: pairsOf(model, losses),
        findings: findingsOf(model, losses, weaknesses, accepted),
        unknown: [
            ...model.blind.map(({ resource, path }) => `${resource.name} (${resource.type}): cannot know ${path}.`),
            ...model.mistakes,
        ],
    };
}

function coveredService(
    service: string,
    edges: ReadonlyMap<string, ReadonlySet<string>>,
    accepted: ReadonlySet<string>,
    flawed: boolean,
): boolean {
    if (accepted.has(service)) {
        return true;
    }
    const stoppedBy = [...edges].filter(([, services]) => services.has(service)).map(([domain]) => domain);
    return !flawed && stoppedBy.length > 0 && stoppedBy.every((domain) => accepted.has(domain));
}

function reasonFor(risk: AcceptedRisk | undefined): { reason?: string; until?: string } {
    return risk === undefined ? {} : { reason: risk.reason, until: risk.until };
}

function mitigationsOf(model: FailureModel, services: ReadonlySet<string>): string {
    const advices = [...services].sort().flatMap((name) => {
        const service = model.services.get(name);
        return service === undefined ? [] : [advice(service)];
    });
    return advices.length === 0 ? "Nothing stops with it" : [...new Set(advices)].join("; ");
}

/** Pairs of domains, neither of which contains the other. Disks stand for themselves only where no machine has them. */
function pairsOf(model: FailureModel, losses: Losses): PairRow[] {
    const domains = [...model.domains.values()]
        .filter(({ kind, name }) => kind !== "disk" && !name.startsWith("somewhere/"))
        .map(({ name }) => name)
        .sort();
    const alone = new Map(domains.map((name) => [name, losses.of(name).all]));
    const pairs: PairRow[] = [];
    domains.forEach((first, index) => {
        for (const second of domains.slice(index + 1)) {
            if (losses.closure(first).has(second) || losses.closure(second).has(first)) {
                continue;
            }
            const both = losses.of(first, second).all;
            const more = [...both].filter((name) => !alone.get(first)?.has(name) && !alone.get(second)?.has(name));
            if (more.length > 0) {
                pairs.push({ pair: [first, second], losesWhenDown: more.sort() });
            }
        }
    });
    return pairs;
}
