/** The failure model of a stack: what can fail as one, and what relies on it. */

import { brokenFacts, factsOf } from "../fact-reading";
import type { FailureDomain, FailureDomainKind, Service } from "../facts";
import type { Blind } from "../free-tier/meters";
import { type Graph, lineage, type Resource } from "../graph";
import { rawParts } from "./raw";

/** Domains and services by name, each with the resource that brought it in. */
export interface FailureModel {
    readonly domains: ReadonlyMap<string, FailureDomain>;
    readonly services: ReadonlyMap<string, Service>;
    /** Whether any component declared facts. */
    readonly declared: boolean;
    /** URN of the resource that a domain or service came from. */
    readonly origin: ReadonlyMap<string, string>;
    /** What could not be read. */
    readonly blind: readonly Blind[];
    /** Contradictions in the facts, one sentence each. */
    readonly mistakes: readonly string[];
}

/** What raw resources or facts contribute. */
export interface Parts {
    readonly domains: readonly FailureDomain[];
    readonly services: readonly Service[];
    readonly blind: readonly Blind[];
}

const built = new WeakMap<Graph, FailureModel>();

/** The model of a stack, from its components' facts and, where no component speaks, from raw resources. */
export function failureModelOf(graph: Graph): FailureModel {
    let model = built.get(graph);
    if (model === undefined) {
        model = build(graph);
        built.set(graph, model);
    }
    return model;
}

function build(graph: Graph): FailureModel {
    const domains = new Map<string, FailureDomain>();
    const services = new Map<string, Service>();
    const origin = new Map<string, string>();
    const blind: Blind[] = [];
    let declared = false;
    for (const resource of graph.resources) {
        const broken = brokenFacts(resource);
        if (broken !== undefined) {
            blind.push({ resource, path: broken });
        }
        const facts = factsOf(resource);
        declared ||= (facts?.domains?.length ?? 0) + (facts?.services?.length ?? 0) > 0;
        for (const domain of facts?.domains ?? []) {
            addDomain(domains, domain);
            origin.set(domain.name, resource.urn);
        }
        for (const service of facts?.services ?? []) {
            services.set(service.name, mergedService(services.get(service.name), service));
            origin.set(service.name, resource.urn);
        }
    }
    const raw = rawParts(graph, {
        domainsSpokenFor: (resource) => spokenFor(graph, resource, "domains"),
        servicesSpokenFor: (resource) => spokenFor(graph, resource, "services"),
        machines: () => machineNames(domains),
    });
    for (const { resource, parts } of raw) {
        for (const domain of parts.domains) {
            if (!domains.has(domain.name)) {
                origin.set(domain.name, resource.urn);
            }
            addDomain(domains, domain);
        }
        for (const service of parts.services) {
            if (!services.has(service.name)) {
                services.set(service.name, service);
                origin.set(service.name, resource.urn);
            }
        }
        blind.push(...parts.blind);
    }
    return { domains, services, declared, origin, blind, mistakes: complete(domains, services) };
}

/** Whether the resource or a component above it declares facts of a kind; it then speaks for what is below it. */
function spokenFor(graph: Graph, resource: Resource, what: "domains" | "services"): boolean {
    return lineage(graph, resource).some((each) => (factsOf(each)?.[what]?.length ?? 0) > 0);
}

function machineNames(domains: ReadonlyMap<string, FailureDomain>): string[] {
    return [...domains.values()].filter(({ kind }) => kind === "machine").map(({ name }) => name);
}

/** Two descriptions of one domain add up. */
function addDomain(domains: Map<string, FailureDomain>, domain: FailureDomain): void {
    const earlier = domains.get(domain.name);
    domains.set(
        domain.name,
        earlier === undefined
            ? domain
            : {
                  ...domain,
                  ...earlier,
                  partOf: [...new Set([...(earlier.partOf ?? []), ...(domain.partOf ?? [])])],
              },
    );
}

/** Two components may each bring members of one service. */
function mergedService(earlier: Service | undefined, service: Service): Service {
    return earlier === undefined ? service : { ...service, members: { ...earlier.members, ...service.members } };
}

/** Adds the domains that members and parents name without describing them, and lists what contradicts itself. */
function complete(domains: Map<string, FailureDomain>, services: ReadonlyMap<string, Service>): string[] {
    const mistakes: string[] = [];
    const named = [
        ...[...services.values()].flatMap((service) => Object.values(service.members)),
        ...[...domains.values()].flatMap((domain) => domain.partOf ?? []),
    ];
    for (const name of named) {
        if (!domains.has(name)) {
            domains.set(name, { name, kind: kindOf(name), title: name });
        }
    }
    for (const service of services.values()) {
        if (Object.keys(service.members).length === 0) {
            mistakes.push(`service ${service.name} declares no members; name each member with the domain it runs in.`);
        }
        for (const need of service.needs ?? []) {
            if (!services.has(need)) {
                mistakes.push(`service ${service.name} needs ${need}, which nothing in the stack declares.`);
            }
        }
        if (domains.has(service.name)) {
            mistakes.push(`${service.name} names both a failure domain and a service; rename one of them.`);
        }
    }
    return mistakes;
}

const kinds: readonly FailureDomainKind[] = [
    "hypervisor-node",
    "hypervisor-cluster",
    "disk",
    "availability-domain",
    "fault-domain",
    "load-balancer",
    "tunnel-replica",
    "dns-provider",
    "nat",
    "bastion",
    "management-plane",
    "secret-store",
    "state-store",
    "provider",
];

function kindOf(name: string): FailureDomainKind {
    return kinds.find((kind) => name.startsWith(`${kind}/`)) ?? "machine";
}
