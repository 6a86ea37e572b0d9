/**
 * Single points of failure of a model. A weakness is an edge: this domain's loss stops that service. An edge is dealt
 * with once, whichever of its two ends an owner accepts; and findings name the end that explains most.
 */

import type { FailureDomain, Service } from "../facts";
import type { Losses } from "./loss";
import type { FailureModel } from "./model";

/** A weakness of a service in itself, apart from where its members stand. */
export interface Flaw {
    readonly service: string;
    readonly says: string;
}

/** All weaknesses of a model. */
export interface Weaknesses {
    /** Domain name to the services that its loss alone stops directly. */
    readonly edges: ReadonlyMap<string, ReadonlySet<string>>;
    readonly flaws: readonly Flaw[];
}

/** One thing to mend or to accept. */
export interface SpofFinding {
    /** Name of a failure domain or of a service; an accepted risk names it. */
    readonly component: string;
    readonly title: string;
    /** Services that are down when it happens, by name. */
    readonly losesWhenDown: readonly string[];
    readonly mitigation: string;
    /** Complete sentence. */
    readonly message: string;
}

/** Takes away each domain in turn. Disks count with the machine they are part of. */
export function weaknessesOf(model: FailureModel, losses: Losses): Weaknesses {
    const edges = new Map<string, ReadonlySet<string>>();
    for (const domain of model.domains.values()) {
        if (countsWithItsMachine(model, domain)) {
            continue;
        }
        const { direct } = losses.of(domain.name);
        if (direct.size > 0) {
            edges.set(domain.name, new Set(direct.keys()));
        }
    }
    for (const [name, services] of edges) {
        if (repeatsItsWhole(model, edges, name, services)) {
            edges.delete(name);
        }
    }
    return { edges, flaws: [...model.services.values()].flatMap((service) => flawsOf(service, losses)) };
}

/** Whether a domain is a disk of a machine that the model knows. */
function countsWithItsMachine(model: FailureModel, domain: FailureDomain): boolean {
    return (
        domain.kind === "disk" && (domain.partOf ?? []).some((whole) => model.domains.get(whole)?.kind === "machine")
    );
}

/** A fault domain that takes exactly what its availability domain takes says nothing new. */
function repeatsItsWhole(
    model: FailureModel,
    edges: ReadonlyMap<string, ReadonlySet<string>>,
    name: string,
    services: ReadonlySet<string>,
): boolean {
    const domain = model.domains.get(name);
    return (
        domain?.kind === "fault-domain" &&
        (domain.partOf ?? []).some((whole) => {
            const ofWhole = edges.get(whole);
            return ofWhole?.size === services.size && [...services].every((service) => ofWhole.has(service));
        })
    );
}

function flawsOf(service: Service, losses: Losses): Flaw[] {
    const { redundancy, name } = service;
    const count = Object.keys(service.members).length;
    if (redundancy.rule === "majority" && count >= 4 && count % 2 === 0) {
        return [
            {
                service: name,
                says: `has ${count} voters: an even number survives no more than ${count - 1} and can split in halves; use ${count - 1} or ${count + 1}`,
            },
        ];
    }
    if (redundancy.rule !== "replicated") {
        return [];
    }
    const copies = losses.copies(service);
    const flaws: Flaw[] = [];
    if (copies < redundancy.size) {
        flaws.push({
            service: name,
            says: `asks for ${redundancy.size} copies, but there are only ${copies} places to keep them apart`,
        });
    }
    if (copies >= 2 && redundancy.minSize < 2) {
        flaws.push({
            service: name,
            says: `takes writes with a single copy left (size ${redundancy.size}, min_size ${redundancy.minSize}): after one loss the next one loses data`,
        });
    }
    return flaws;
}

/**
 * The findings that are left when some components are accepted: as few as explain every edge. A domain explains what
 * its loss stops; a service explains what stops it, if it is too small to survive any single loss.
 */
export function findingsOf(
    model: FailureModel,
    losses: Losses,
    { edges, flaws }: Weaknesses,
    accepted: ReadonlySet<string>,
): SpofFinding[] {
    const byComponent = new Map<string, Set<string>>();
    const small = new Set([...model.services.values()].filter((each) => losses.tooSmall(each)).map(({ name }) => name));
    for (const [domain, services] of edges) {
        for (const service of services) {
            if (accepted.has(domain) || accepted.has(service)) {
                continue;
            }
            const edge = `${domain}\n${service}`;
            explain(byComponent, domain, edge);
            if (small.has(service)) {
                explain(byComponent, service, edge);
            }
        }
    }
    const found = fewest(byComponent, small);
    for (const flaw of flaws) {
        if (!accepted.has(flaw.service)) {
            found.add(flaw.service);
        }
    }
    return [...found].sort().map((component) => findingOn(component, model, losses, flaws));
}

function explain(byComponent: Map<string, Set<string>>, component: string, edge: string): void {
    const edges = byComponent.get(component) ?? new Set();
    edges.add(edge);
    byComponent.set(component, edges);
}

/**
 * Few components that explain every edge: always the one that explains most of what is left, among equals a service,
 * then the first by name. What a component explains only shrinks, so each waits in the bucket of what it last explained.
 */
function fewest(byComponent: ReadonlyMap<string, Set<string>>, services: ReadonlySet<string>): Set<string> {
    const found = new Set<string>();
    const buckets: string[][] = [];
    const put = (component: string, size: number): void => {
        const bucket = buckets[size] ?? [];
        bucket.push(component);
        buckets[size] = bucket;
    };
    for (const [component, edges] of byComponent) {
        put(component, edges.size);
    }
    for (let size = buckets.length - 1; size > 0; size--) {
        const bucket = (buckets[size] ?? []).sort((a, b) => compare(a, b, services));
        for (const component of bucket) {
            const edges = byComponent.get(component) ?? new Set<string>();
            if (edges.size < size) {
                put(component, edges.size);
                continue;
            }
            found.add(component);
            for (const edge of edges) {
                for (const end of edge.split("\n")) {
                    if (end !== component) {
                        byComponent.get(end)?.delete(edge);
                    }
                }
            }
        }
    }
    return found;
}

function compare(a: string, b: string, services: ReadonlySet<string>): number {
    const rank = Number(services.has(b)) - Number(services.has(a));
    return rank !== 0 ? rank : a < b ? -1 : 1;
}

function findingOn(component: string, model: FailureModel, losses: Losses, flaws: readonly Flaw[]): SpofFinding {
    const service = model.services.get(component);
    if (service === undefined) {
        return domainFinding(component, model, losses);
    }
    const own = flaws.filter((flaw) => flaw.service === component).map(({ says }) => says);
    const small = losses.tooSmall(service);
    const down = small ? [...losses.withNeeders([component])] : [component];
    const mitigation = advice(service);
    const sentences = [
        ...(small ? [`${sizeOf(service)}: the loss of any one stops ${listOf(down)}`] : []),
        ...own,
    ].join("; it ");
    return {
        component,
        title: service.title,
        losesWhenDown: down,
        mitigation,
        message: `${component} (${service.title}) ${sentences}. ${remedy(component, mitigation)}`,
    };
}

function domainFinding(component: string, model: FailureModel, losses: Losses): SpofFinding {
    const domain = model.domains.get(component);
    const loss = losses.of(component);
    const down = [...loss.all];
    const mitigation = domain?.mitigation ?? "Spread its members over more failure domains of this kind.";
    const direct = [...loss.direct].map(([name, kind]) => `${name} (${kind})`);
    const further = down.filter((name) => !loss.direct.has(name));
    return {
        component,
        title: domain?.title ?? component,
        losesWhenDown: down,
        mitigation,
        message: `${component} (${domain?.title ?? component}) is a single point of failure: its loss stops ${listOf(direct)}${further.length === 0 ? "" : `, and with them ${listOf(further)}`}. ${remedy(component, mitigation)}`,
    };
}

function remedy(component: string, mitigation: string): string {
    return `${mitigation.replace(/\.?$/, ".")} Or accept it in strata:acceptedRisks as ${component}.`;
}

function sizeOf(service: Service): string {
    const count = Object.keys(service.members).length;
    const { redundancy } = service;
    const members = `has ${count} ${count === 1 ? "member" : "members"}`;
    switch (redundancy.rule) {
        case "majority":
            return `${members} and needs a majority`;
        case "at-least":
            return `${members} and needs ${redundancy.count}`;
        case "replicated":
            return `keeps ${Math.min(redundancy.size, count)} of ${redundancy.size} copies and needs ${redundancy.minSize}`;
        case "any-of":
            return members;
    }
}

/** What would make a service survive the loss of one domain. */
export function advice(service: Service): string {
    switch (service.redundancy.rule) {
        case "majority":
            return "Run three members, each in a failure domain of its own";
        case "at-least":
            return `Run ${service.redundancy.count + 1} members, each in a failure domain of its own`;
        case "replicated":
            return "Keep three copies and require two (size 3, min_size 2), each in a failure domain of its own";
        case "any-of":
            return "Run two replicas, each in a failure domain of its own";
    }
}

function listOf(names: readonly string[]): string {
    return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
