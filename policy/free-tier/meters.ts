/** How much of each free-tier limit a stack uses, and by which resources. */

import type { Graph, Resource } from "../graph";
import { known, type Reading, readNumber, readText } from "../reading";
import type { Allowance } from "./allowances";
import { backupsOf } from "./backups";
import { type Machines, machinesOf } from "./compute";
import { loadBalancersOf } from "./load-balancers";
import { objectsOf } from "./objects";
import { A1_SHAPE, DEFAULT_BLOCK_VOLUME_GB, DEFAULT_BOOT_VOLUME_GB, MICRO_SHAPE } from "./shapes";

/** Name of a limit. */
export type MeterId =
    | "instances"
    | "a1-instances"
    | "micro-instances"
    | "a1-ocpus"
    | "a1-memory"
    | "storage"
    | "volume-backups"
    | "reserved-ips"
    | "object-storage"
    | "vcns"
    | "load-balancers"
    | "network-load-balancers"
    | "hsm-key-versions";

/** What one resource adds to a meter. */
export interface Use {
    readonly resource: Resource;
    readonly amount: number;
}

/** A property without which a meter cannot be read. */
export interface Blind {
    readonly resource: Resource;
    readonly path: string;
}

/** One limit and what is used of it. */
export interface Meter {
    readonly id: MeterId;
    /** How a report names it. */
    readonly limit: string;
    /** Unit of `used` and `max`; empty for plain counts. */
    readonly unit: string;
    readonly used: number;
    /** Undefined where the allowance has no such limit. */
    readonly max: number | undefined;
    readonly uses: readonly Use[];
    /** What could not be read; `used` is then only a lower bound. */
    readonly blind: readonly Blind[];
}

/** Every meter of the stack under an allowance. Depends neither on the order nor on the names of resources. */
export function metersOf(graph: Graph, allowance: Allowance, fileSize?: (path: string) => number | undefined): Meter[] {
    const machines = machinesOf(graph);
    const a1 = machines.map((group) => ofShape(group, A1_SHAPE));
    const micro = machines.map((group) => ofShape(group, MICRO_SHAPE));
    const balancers = loadBalancersOf(graph);
    return [
        meter("instances", "compute instances", "", allowance.instances, machines.map(counted)),
        meter("a1-instances", "Ampere A1 instances", "", allowance.a1Instances, a1.map(countedIf)),
        meter("micro-instances", "E2.1.Micro instances", "", allowance.microInstances, micro.map(countedIf)),
        meter(
            "a1-ocpus",
            "Ampere A1 OCPUs",
            "OCPU",
            allowance.a1Ocpus,
            a1.map((group) => each(group, "ocpus")),
        ),
        meter(
            "a1-memory",
            "Ampere A1 memory",
            "GB",
            allowance.a1MemoryGb,
            a1.map((group) => each(group, "memoryGb")),
        ),
        meter("storage", "boot and block volumes", "GB", allowance.storageGb, [
            ...machines.flatMap((group) => [each(present(group), "bootGb"), each(present(group), "extraGb")]),
            ...graph.resources.flatMap(volume),
        ]),
        meter("volume-backups", "volume backups", "", allowance.volumeBackups, backupsOf(graph)),
        meter("reserved-ips", "reserved public IPs", "", allowance.reservedIps, graph.resources.flatMap(reservedIp)),
        meter("object-storage", "object storage", "GB", allowance.objectStorageGb, objectsOf(graph, fileSize)),
        meter("vcns", "virtual cloud networks", "", allowance.vcns, countType(graph, "oci:Core/vcn:Vcn")),
        meter("load-balancers", "flexible load balancers", "", allowance.loadBalancers, balancers.flexible),
        meter(
            "network-load-balancers",
            "network load balancers",
            "",
            allowance.networkLoadBalancers,
            balancers.network,
        ),
        meter("hsm-key-versions", "HSM key versions", "", allowance.hsmKeyVersions, graph.resources.flatMap(hsmKey)),
    ];
}

/** What a resource adds, or what hides it. */
export type Entry = Use | Blind;

function meter(id: MeterId, limit: string, unit: string, max: number | undefined, entries: readonly Entry[]): Meter {
    const uses = entries.flatMap((entry) => ("amount" in entry && entry.amount !== 0 ? [entry] : []));
    return {
        id,
        limit,
        unit,
        used: uses.reduce((sum, use) => sum + use.amount, 0),
        max,
        uses,
        blind: entries.flatMap((entry) => ("path" in entry ? [entry] : [])),
    };
}

/** An entry from a reading; absent adds nothing. */
export function entry(resource: Resource, reading: Reading<number>): Entry {
    return reading.state === "unknown" ? { resource, path: reading.path } : { resource, amount: known(reading) ?? 0 };
}

interface Selected {
    readonly group: Machines;
    /** Whether the group is of the shape that is asked for. */
    readonly matches: Reading<boolean>;
}

function ofShape(group: Machines, shape: string): Selected {
    const { shape: found } = group;
    return {
        group,
        matches: found.state === "known" ? { state: "known", value: found.value === shape } : found,
    };
}

function present(group: Machines): Selected {
    return { group, matches: { state: "known", value: true } };
}

function counted(group: Machines): Entry {
    return entry(group.resource, group.count);
}

function countedIf({ group, matches }: Selected): Entry {
    if (matches.state === "unknown") {
        return { resource: group.resource, path: matches.path };
    }
    return known(matches) === true ? counted(group) : { resource: group.resource, amount: 0 };
}

function each({ group, matches }: Selected, what: "ocpus" | "memoryGb" | "bootGb" | "extraGb"): Entry {
    const { resource, count } = group;
    if (matches.state === "unknown") {
        return { resource, path: matches.path };
    }
    if (known(matches) !== true) {
        return { resource, amount: 0 };
    }
    const size = group[what];
    if (count.state === "unknown") {
        return { resource, path: count.path };
    }
    return size.state === "unknown"
        ? { resource: group.described, path: size.path }
        : { resource, amount: (known(count) ?? 0) * (known(size) ?? 0) };
}

function volume(resource: Resource): Entry[] {
    const fallback = {
        "oci:Core/volume:Volume": DEFAULT_BLOCK_VOLUME_GB,
        "oci:Core/bootVolume:BootVolume": DEFAULT_BOOT_VOLUME_GB,
    }[resource.type];
    if (fallback === undefined) {
        return [];
    }
    const size = readNumber(resource, "sizeInGbs");
    return [entry(resource, size.state === "absent" ? { state: "known", value: fallback } : size)];
}

function reservedIp(resource: Resource): Entry[] {
    if (resource.type !== "oci:Core/publicIp:PublicIp") {
        return [];
    }
    const lifetime = readText(resource, "lifetime");
    if (lifetime.state === "unknown") {
        return [{ resource, path: lifetime.path }];
    }
    return [{ resource, amount: known(lifetime) === "RESERVED" ? 1 : 0 }];
}

/** A key has one version when it is made; Oracle keeps it in an HSM where nothing is said (Create Key: protectionMode). */
function hsmKey(resource: Resource): Entry[] {
    if (resource.type !== "oci:Kms/key:Key") {
        return [];
    }
    const mode = readText(resource, "protectionMode");
    return mode.state === "unknown"
        ? [{ resource, path: mode.path }]
        : [{ resource, amount: (known(mode) ?? "HSM") === "HSM" ? 1 : 0 }];
}

function countType(graph: Graph, type: string): Entry[] {
    return graph.resources.filter((resource) => resource.type === type).map((resource) => ({ resource, amount: 1 }));
}
