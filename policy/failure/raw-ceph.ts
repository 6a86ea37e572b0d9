/** Rook-Ceph of raw programs: custom resources, and the values of Rook's cluster chart. */

import type { FailureDomainKind, Service } from "../facts";
import type { Blind } from "../free-tier/meters";
import { type Properties, type Resource, UNKNOWN } from "../graph";
import { asNumber, asRecord, known, read, readText } from "../reading";
import { type Contribution, placesFor } from "./contribution";

const CLUSTER = "kubernetes:ceph.rook.io/v1:CephCluster";
const POOL = "kubernetes:ceph.rook.io/v1:CephBlockPool";

/** Monitors Rook runs when nothing is said. Source: Rook, CephCluster CRD, "Mon Settings". */
const DEFAULT_MONITORS = 3;

/** What the Ceph resources contribute. */
export function cephParts(resources: readonly Resource[], machines: readonly string[]): Contribution[] {
    const contributions: Contribution[] = [];
    let hosts: readonly string[] = machines;
    const pools: { resource: Resource; name: string; spec: unknown }[] = [];
    for (const resource of resources) {
        const values = chartValues(resource);
        const spec = resource.type === CLUSTER ? valueIn(resource, "spec") : values?.cephClusterSpec;
        if (spec !== undefined) {
            const name = known(readText(resource, "metadata.name")) ?? resource.name;
            hosts = storageHosts(asRecord(spec), name, machines);
            contributions.push({ resource, parts: monitors(resource, name, spec, machines) });
        }
        if (resource.type === POOL) {
            const name = known(readText(resource, "metadata.name")) ?? resource.name;
            pools.push({ resource, name, spec: valueIn(resource, "spec") });
        }
        for (const pool of Array.isArray(values?.cephBlockPools) ? values.cephBlockPools : []) {
            const fields = asRecord(pool);
            pools.push({ resource, name: String(fields?.name ?? resource.name), spec: fields?.spec });
        }
    }
    const monitorNames = contributions.flatMap(({ parts }) => parts.services.map(({ name }) => name));
    for (const pool of pools) {
        contributions.push({
            resource: pool.resource,
            parts: copies(pool.resource, pool.name, pool.spec, hosts, monitorNames),
        });
    }
    return contributions;
}

function chartValues(resource: Resource): Properties | undefined {
    const chart = known(readText(resource, "chart")) ?? "";
    return resource.type.startsWith("kubernetes:helm.sh/") && /rook-ceph-cluster$/.test(chart)
        ? asRecord(valueIn(resource, "values"))
        : undefined;
}

function valueIn(resource: Resource, path: string): unknown {
    const reading = read(resource, path);
    return reading.state === "known" ? reading.value : reading.state === "unknown" ? UNKNOWN : undefined;
}

function monitors(resource: Resource, name: string, spec: unknown, machines: readonly string[]) {
    const mon = asRecord(asRecord(spec)?.mon);
    const count = asNumber(mon?.count) ?? DEFAULT_MONITORS;
    const blind: Blind[] =
        spec === UNKNOWN || asRecord(spec)?.mon === UNKNOWN || mon?.count === UNKNOWN
            ? [{ resource, path: "spec.mon.count" }]
            : [];
    const together = mon?.allowMultiplePerNode === true;
    const service = `ceph-mon/${name}`;
    const members = together
        ? Object.fromEntries(Array.from({ length: count }, (_, index) => [`mon-${index}`, `somewhere/${service}`]))
        : placesFor(service, count, machines);
    const found: Service = {
        name: service,
        title: `Ceph monitors of ${name}`,
        redundancy: { rule: "majority" },
        members,
    };
    return { domains: [], services: blind.length > 0 ? [] : [found], blind };
}

/** Hosts that carry OSDs: those the storage section names, else all machines. */
function storageHosts(spec: Properties | undefined, cluster: string, machines: readonly string[]): readonly string[] {
    const storage = asRecord(spec?.storage);
    const nodes = Array.isArray(storage?.nodes) ? storage.nodes : [];
    const names = nodes.flatMap((node) => {
        const name = asRecord(node)?.name;
        return typeof name === "string" ? [`machine/${name}`] : [];
    });
    if (names.length > 0) {
        return names.map((name) => (machines.includes(name) ? name : `somewhere/${cluster}-${name}`));
    }
    return machines;
}

function copies(
    resource: Resource,
    name: string,
    spec: unknown,
    hosts: readonly string[],
    monitorNames: readonly string[],
) {
    const fields = asRecord(spec);
    const replicated = asRecord(fields?.replicated);
    const size = asNumber(replicated?.size);
    if (spec === UNKNOWN || fields?.replicated === UNKNOWN || replicated?.size === UNKNOWN) {
        return { domains: [], services: [], blind: [{ resource, path: "spec.replicated.size" }] };
    }
    if (size === undefined) {
        return { domains: [], services: [], blind: [] };
    }
    const parameters = asRecord(fields?.parameters);
    const minSize = asNumber(parameters?.min_size) ?? size - Math.floor(size / 2);
    const apart = apartOf(fields?.failureDomain);
    const places =
        hosts.length > 0 ? hosts : Array.from({ length: size }, (_, index) => `somewhere/osd-${name}-${index}`);
    const service: Service = {
        name: `ceph-data/${name}`,
        title: `Ceph pool ${name}`,
        redundancy: { rule: "replicated", size, minSize, ...(apart === undefined ? {} : { apart }) },
        members: Object.fromEntries(places.map((place) => [`osd-${place.slice(place.lastIndexOf("/") + 1)}`, place])),
        needs: monitorNames,
        storesData: true,
    };
    return { domains: [], services: [service], blind: [] };
}

/** Ceph's failure domain in the words of the contract; undefined for its default, the host. */
function apartOf(failureDomain: unknown): FailureDomainKind | undefined {
    if (failureDomain === "osd") {
        return "disk";
    }
    return failureDomain === "zone" ? "availability-domain" : undefined;
}
