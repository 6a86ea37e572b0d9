/** Replicated workloads of raw programs: Kubernetes objects, operators' custom resources, replicas in chart values. */

import type { FailureDomain, Redundancy, Service } from "../facts";
import { type Properties, type Resource, UNKNOWN } from "../graph";
import { asRecord, known, type Reading, read, readNumber, readText } from "../reading";
import { type Contribution, placesFor } from "./contribution";

interface Kind {
    /** First part of the service's name. */
    readonly prefix: string;
    readonly title: string;
    /** Where the number of replicas stands, and what it is where nothing is said. */
    readonly path: string;
    readonly fallback: number;
    readonly redundancy: Redundancy;
    readonly storesData?: boolean;
}

const anyOf: Redundancy = { rule: "any-of" };
const majority: Redundancy = { rule: "majority" };

const kinds: Readonly<Record<string, Kind>> = {
    "kubernetes:apps/v1:Deployment": {
        prefix: "deployment",
        title: "Deployment",
        path: "spec.replicas",
        fallback: 1,
        redundancy: anyOf,
    },
    "kubernetes:apps/v1:StatefulSet": {
        prefix: "statefulset",
        title: "StatefulSet",
        path: "spec.replicas",
        fallback: 1,
        redundancy: anyOf,
    },
    "kubernetes:postgresql.cnpg.io/v1:Cluster": {
        prefix: "postgresql",
        title: "PostgreSQL",
        path: "spec.instances",
        fallback: 1,
        redundancy: anyOf,
        storesData: true,
    },
    "kubernetes:rabbitmq.com/v1beta1:RabbitmqCluster": {
        prefix: "rabbitmq",
        title: "RabbitMQ",
        path: "spec.replicas",
        fallback: 1,
        redundancy: majority,
        storesData: true,
    },
};

/** Images whose replicas vote: half of them is not enough. */
const voters = /(?:^|\/)(?:rabbitmq|etcd|consul|vault|openbao|zookeeper|nats)(?:[:@-]|$)/;

/** Images that carry a tunnel's connection to the outside. */
const tunnels = /cloudflared/;

/** What Kubernetes resources contribute. */
export function kubernetesParts(resources: readonly Resource[], machines: readonly string[]): Contribution[] {
    return resources.flatMap((resource): Contribution[] => {
        const kind = kinds[resource.type];
        if (kind !== undefined) {
            return [workload(resource, kind, machines)];
        }
        return /^kubernetes:helm\.sh\/v[34]:(?:Release|Chart)$/.test(resource.type) ? chart(resource, machines) : [];
    });
}

function workload(resource: Resource, kind: Kind, machines: readonly string[]): Contribution {
    const count = readNumber(resource, kind.path);
    if (count.state === "unknown" || emptied(resource)) {
        return { resource, parts: { domains: [], services: [], blind: [{ resource, path: kind.path }] } };
    }
    const replicas = known(count) ?? kind.fallback;
    const images = imagesOf(resource);
    const tunnel = images.some((image) => tunnels.test(image));
    const name = `${tunnel ? "tunnel" : kind.prefix}/${qualified(resource)}`;
    const parts = replicated(name, tunnel ? "Tunnel" : kind.title, replicas, machines, {
        redundancy: images.some((image) => voters.test(image)) ? majority : kind.redundancy,
        storesData: kind.storesData ?? hasVolumeClaims(resource),
    });
    return { resource, parts: { ...parts, blind: [] } };
}

/** At a first preview, properties under an unconfigured provider are empty and inputs may not have been seen. */
function emptied(resource: Resource): boolean {
    return Object.keys(resource.inputs).length === 0 && Object.keys(resource.outputs).length === 0;
}

function replicated(
    name: string,
    title: string,
    replicas: number,
    machines: readonly string[],
    rest: Pick<Service, "redundancy" | "storesData">,
): { domains: FailureDomain[]; services: Service[] } {
    if (replicas === 0) {
        return { domains: [], services: [] };
    }
    const service: Service = {
        name,
        title: `${title} ${name.slice(name.indexOf("/") + 1)}`,
        members: placesFor(name, replicas, machines),
        ...rest,
    };
    return { domains: [], services: [service] };
}

/** Every number of replicas in a chart's values, by its place. */
function chart(resource: Resource, machines: readonly string[]): Contribution[] {
    const values = read(resource, "values");
    if (values.state === "absent") {
        return [];
    }
    const release = qualified(resource);
    if (values.state === "unknown") {
        return [{ resource, parts: { domains: [], services: [], blind: [{ resource, path: "values" }] } }];
    }
    const found: { path: string; count: Reading<number> }[] = [];
    collectReplicas(asRecord(values.value) ?? {}, "", found);
    return found.map(({ path, count }) => {
        const name = `helm/${release}${path === "" ? "" : `/${path}`}`;
        const parts =
            count.state === "known"
                ? replicated(name, "Chart", count.value, machines, { redundancy: anyOf, storesData: false })
                : { domains: [], services: [] };
        const blind = count.state === "unknown" ? [{ resource, path: `values.${count.path}` }] : [];
        return { resource, parts: { ...parts, blind } };
    });
}

function collectReplicas(values: Properties, path: string, found: { path: string; count: Reading<number> }[]): void {
    if (values.enabled === false) {
        return;
    }
    for (const [key, value] of Object.entries(values)) {
        const here = path === "" ? key : `${path}.${key}`;
        if (key === "replicas" || key === "replicaCount") {
            if (value === UNKNOWN) {
                found.push({ path, count: { state: "unknown", path: here } });
            } else if (typeof value === "number") {
                found.push({ path, count: { state: "known", value } });
            }
        }
        const inner = asRecord(value);
        if (inner !== undefined && !/autoscal/i.test(key)) {
            collectReplicas(inner, here, found);
        }
    }
}

function qualified(resource: Resource): string {
    const release = resource.type.startsWith("kubernetes:helm.sh/");
    const name = known(readText(resource, release ? "name" : "metadata.name")) ?? resource.name;
    const namespace = known(readText(resource, release ? "namespace" : "metadata.namespace"));
    return namespace === undefined || release ? name : `${namespace}/${name}`;
}

function imagesOf(resource: Resource): string[] {
    const containers = read(resource, "spec.template.spec.containers");
    if (containers.state !== "known" || !Array.isArray(containers.value)) {
        return [];
    }
    return containers.value.flatMap((container: unknown) => {
        const image = asRecord(container)?.image;
        return typeof image === "string" ? [image] : [];
    });
}

function hasVolumeClaims(resource: Resource): boolean {
    const claims = read(resource, "spec.volumeClaimTemplates");
    return claims.state === "known" && Array.isArray(claims.value) && claims.value.length > 0;
}
