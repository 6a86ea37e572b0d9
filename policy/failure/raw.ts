/** Failure domains and services from raw resources, for whatever no component declares facts about. */

import type { Graph, Resource } from "../graph";
import type { Contribution } from "./contribution";
import { cephParts } from "./raw-ceph";
import { kubernetesParts } from "./raw-kubernetes";
import { groupParts, machineParts } from "./raw-machines";
import { networkParts } from "./raw-network";

/** What the extraction asks of the model that is being built. */
export interface Surroundings {
    /** Whether a component above declares the failure domains of this resource. */
    readonly domainsSpokenFor: (resource: Resource) => boolean;
    /** Whether a component above declares the services of this resource. */
    readonly servicesSpokenFor: (resource: Resource) => boolean;
    /** Names of the machine domains that components declare. */
    readonly machines: () => readonly string[];
}

/** All contributions of raw resources. */
export function rawParts(graph: Graph, around: Surroundings): Contribution[] {
    const own = graph.resources.filter((resource) => !around.domainsSpokenFor(resource));
    const machines = machineParts(own);
    const contributions: Contribution[] = [...machines.contributions];
    contributions.push(...groupParts(machines.found));
    const nodes = [
        ...around.machines(),
        ...machines.found.filter(({ bastion }) => !bastion).map(({ domain }) => domain),
    ];
    const places = nodes.sort();
    const silent = graph.resources.filter((resource) => !around.servicesSpokenFor(resource));
    contributions.push(...networkParts(silent), ...cephParts(silent, places), ...kubernetesParts(silent, places));
    return contributions;
}
