/** Machines of raw programs: Proxmox virtual machines, Oracle instances and node pools, and the groups they form. */

import type { FailureDomain, Service } from "../facts";
import { described, INSTANCE, NODE_POOL } from "../free-tier/compute";
import type { Blind } from "../free-tier/meters";
import type { Resource } from "../graph";
import { asRecord, known, read, readList, readText } from "../reading";
import type { Contribution } from "./contribution";

/** A machine that was found. */
export interface FoundMachine {
    readonly resource: Resource;
    readonly name: string;
    readonly domain: string;
    readonly bastion: boolean;
    readonly controlPlane: boolean;
    /** Proxmox node, where it is a virtual machine. */
    readonly host: string | undefined;
}

const PROXMOX_MACHINES: readonly string[] = [
    "proxmoxve:index/vmLegacy:VmLegacy",
    "proxmoxve:index/vm:Vm",
    "proxmoxve:index/vm2Legacy:Vm2Legacy",
    "proxmoxve:VM/virtualMachine:VirtualMachine",
    "proxmoxve:CT/container:Container",
    "proxmoxve:index/containerLegacy:ContainerLegacy",
    "proxmox:VM/virtualMachine:VirtualMachine",
];

/** Domains of the machines among some resources. */
export function machineParts(resources: readonly Resource[]): {
    readonly contributions: Contribution[];
    readonly found: FoundMachine[];
} {
    const contributions: Contribution[] = [];
    const found: FoundMachine[] = [];
    for (const resource of resources) {
        const parts = PROXMOX_MACHINES.includes(resource.type)
            ? proxmoxMachine(resource)
            : resource.type === INSTANCE
              ? oracleInstance(resource)
              : resource.type === NODE_POOL
                ? oracleNodePool(resource)
                : undefined;
        if (parts !== undefined) {
            found.push(...parts.found);
            contributions.push({ resource, parts: { domains: parts.domains, services: [], blind: parts.blind } });
        }
    }
    contributions.push(...hypervisorQuorum(found));
    return { contributions, found };
}

interface MachineParts {
    readonly found: FoundMachine[];
    readonly domains: FailureDomain[];
    readonly blind: Blind[];
}

function proxmoxMachine(resource: Resource): MachineParts {
    const name = known(readText(resource, "name")) ?? resource.name;
    const node = readText(resource, "nodeName");
    const host = known(node);
    const domain = `machine/${name}`;
    const partOf = host === undefined ? [] : [`hypervisor-node/${host}`];
    return {
        found: [machine(resource, name, domain, host)],
        domains: [
            { name: domain, kind: "machine", title: `Machine ${name}`, partOf },
            ...(host === undefined ? [] : [hypervisorNode(host)]),
        ],
        blind: node.state === "unknown" ? [{ resource, path: "nodeName" }] : [],
    };
}

function hypervisorNode(host: string): FailureDomain {
    return {
        name: `hypervisor-node/${host}`,
        kind: "hypervisor-node",
        title: `Proxmox node ${host}`,
        mitigation: "A Proxmox cluster of three or more nodes, with the machines spread over them",
    };
}

function oracleInstance(resource: Resource): MachineParts {
    const name = known(readText(resource, "displayName")) ?? resource.name;
    const found = machine(resource, name, `machine/${name}`, undefined);
    const { domains, partOf, blind } = oraclePlace(resource, "availabilityDomain", "faultDomain");
    const kind = found.bastion ? ("bastion" as const) : ("machine" as const);
    return {
        found: [found],
        domains: [...domains, { name: found.domain, kind, title: `Instance ${name}`, partOf }],
        blind,
    };
}

/** Nodes of a pool take turns over its placements. */
function oracleNodePool(resource: Resource): MachineParts {
    const name = known(readText(resource, "name")) ?? resource.name;
    const count = described(resource).count;
    const configs = readList(resource, "nodeConfigDetails.placementConfigs");
    const places = (known(configs) ?? []).map((config) => {
        const fields = asRecord(config);
        return typeof fields?.availabilityDomain === "string" ? fields.availabilityDomain : undefined;
    });
    const blind: Blind[] = [];
    if (count.state === "unknown") {
        blind.push({ resource, path: count.path });
    }
    if (configs.state === "unknown" || places.includes(undefined)) {
        blind.push({ resource, path: "nodeConfigDetails.placementConfigs" });
    }
    const known_ = places.flatMap((place) => (place === undefined ? [] : [place]));
    const nodes = Array.from({ length: known(count) ?? 0 }, (_, index) => `${name}-${index}`);
    return {
        found: nodes.map((node) => machine(resource, node, `machine/${node}`, undefined)),
        domains: [
            ...known_.map(availabilityDomain),
            ...nodes.map((node, index): FailureDomain => {
                const place = known_[index % Math.max(1, known_.length)];
                return {
                    name: `machine/${node}`,
                    kind: "machine",
                    title: `Node ${node}`,
                    partOf: place === undefined ? [] : [`availability-domain/${place}`],
                };
            }),
        ],
        blind,
    };
}

/** Where Oracle puts a thing: availability domain, and fault domain where the program names one. */
function oraclePlace(resource: Resource, adPath: string, fdPath: string) {
    const ad = readText(resource, adPath);
    const fd = readText(resource, fdPath);
    const domains: FailureDomain[] = [];
    let partOf: string[] = [];
    if (ad.state === "known") {
        domains.push(availabilityDomain(ad.value));
        partOf = [`availability-domain/${ad.value}`];
        if (fd.state === "known") {
            const name = `fault-domain/${ad.value}/${fd.value}`;
            domains.push({ name, kind: "fault-domain", title: `Fault domain ${fd.value} of ${ad.value}`, partOf });
            partOf = [name];
        }
    }
    const blind = [ad, fd].flatMap((reading) =>
        reading.state === "unknown" ? [{ resource, path: reading.path }] : [],
    );
    return { domains, partOf, blind };
}

function availabilityDomain(name: string): FailureDomain {
    return {
        name: `availability-domain/${name}`,
        kind: "availability-domain",
        title: `Availability domain ${name}`,
        mitigation: "Spread over availability domains, or over regions where a region has only one",
    };
}

function machine(resource: Resource, name: string, domain: string, host: string | undefined): FoundMachine {
    const tags = read(resource, "tags");
    const text = [name, ...(tags.state === "known" && Array.isArray(tags.value) ? tags.value : [])].join(" ");
    return {
        resource,
        name,
        domain,
        host,
        bastion: /bastion|jump/i.test(text),
        controlPlane:
            /control-?plane|controller|master/i.test(text) ||
            /^(?:cp|c|ctrl)[-_]?\d*$/i.test(stem(name) + digits(name)),
    };
}

/** More than one Proxmox node makes a cluster, whose configuration needs a quorum of them. */
function hypervisorQuorum(found: readonly FoundMachine[]): Contribution[] {
    const hosts = [...new Set(found.flatMap(({ host }) => (host === undefined ? [] : [host])))].sort();
    const first = found.find(({ host }) => host !== undefined);
    if (hosts.length < 2 || first === undefined) {
        return [];
    }
    const service: Service = {
        name: "hypervisor-cluster",
        title: "Proxmox cluster quorum",
        redundancy: { rule: "majority" },
        members: Object.fromEntries(hosts.map((host) => [host, `hypervisor-node/${host}`])),
    };
    return [{ resource: first.resource, parts: { domains: [], services: [service], blind: [] } }];
}

/** Machines with one name and different numbers do one job; a control plane needs a majority of them. */
export function groupParts(found: readonly FoundMachine[]): Contribution[] {
    const groups = new Map<string, FoundMachine[]>();
    for (const each of found) {
        const key = each.bastion
            ? `bastion/${each.name}`
            : each.controlPlane
              ? `control-plane/${stem(each.name)}`
              : `machines/${stem(each.name)}`;
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [each]);
        } else {
            group.push(each);
        }
    }
    return [...groups].flatMap(([name, group]): Contribution[] => {
        const first = group[0];
        if (first === undefined) {
            return [];
        }
        const service: Service = {
            name,
            title: first.controlPlane
                ? `control plane ${group.map((each) => each.name).join(", ")}`
                : group.map((each) => each.name).join(", "),
            redundancy: first.controlPlane ? { rule: "majority" } : { rule: "any-of" },
            members: Object.fromEntries(group.map((each) => [each.name, each.domain])),
        };
        return [{ resource: first.resource, parts: { domains: [], services: [service], blind: [] } }];
    });
}

function stem(name: string): string {
    return name.replace(/[-_]?\d+$/, "") || name;
}

function digits(name: string): string {
    return /\d+$/.exec(name)?.[0] ?? "";
}
