/** The homelab of the deployment document as facts of its components, and its mitigated form. */

import type { AcceptedRisk, Facts } from "../../../policy/facts";
import type { Declared } from "./stack";

/** A component that registers facts. Its own inputs are empty. */
export function component(name: string, facts: Facts, parent?: string): Declared {
    return {
        type: `strata:test:${name}`,
        name,
        outputs: { facts },
        ...(parent === undefined ? {} : { parent }),
    };
}

/** How large and how spread a homelab is. */
export interface Homelab {
    /** Machine name to Proxmox node. */
    readonly machines: Readonly<Record<string, string>>;
    readonly controllers: readonly string[];
    /** Machines with a monitor. */
    readonly monitors: readonly string[];
    /** Machines with a storage disk. */
    readonly disks: readonly string[];
    readonly size: number;
    readonly minSize: number;
    /** Machines of the database's instances, and of the broker's replicas. */
    readonly postgresql: readonly string[];
    readonly rabbitmq: readonly string[];
}

/** As the document draws it. */
export const drawn: Homelab = {
    machines: { c0: "pve", w0: "pve", w1: "pve" },
    controllers: ["c0"],
    monitors: ["w0", "w1"],
    disks: ["w0", "w1"],
    size: 2,
    minSize: 1,
    postgresql: ["w0"],
    rabbitmq: ["w0"],
};

/** With the document's own mitigations applied. */
export const mitigated: Homelab = {
    machines: { c0: "pve-0", c1: "pve-1", c2: "pve-2", w0: "pve-0", w1: "pve-1", w2: "pve-2" },
    controllers: ["c0", "c1", "c2"],
    monitors: ["w0", "w1", "w2"],
    disks: ["w0", "w1", "w2"],
    size: 3,
    minSize: 2,
    postgresql: ["w0", "w1", "w2"],
    rabbitmq: ["w0", "w1", "w2"],
};

const on = (prefix: string, machines: readonly string[]): Record<string, string> =>
    Object.fromEntries(machines.map((machine) => [`${prefix}-${machine}`, `machine/${machine}`]));

/** The resources of a homelab. */
export function homelab(lab: Homelab): Declared[] {
    const nodes = [...new Set(Object.values(lab.machines))];
    const workers = Object.keys(lab.machines).filter((name) => !lab.controllers.includes(name));
    return [
        component("hypervisor", {
            domains: nodes.map((node) => ({
                name: `hypervisor-node/${node}`,
                kind: "hypervisor-node",
                title: `Proxmox node ${node}`,
                mitigation: "Proxmox cluster (3+ nodes)",
            })),
        }),
        component("machines", {
            domains: Object.entries(lab.machines).map(([name, node]) => ({
                name: `machine/${name}`,
                kind: "machine",
                title: `Machine ${name}`,
                partOf: [`hypervisor-node/${node}`],
            })),
        }),
        component("talos", {
            services: [
                {
                    name: "etcd",
                    title: "etcd",
                    redundancy: { rule: "majority" },
                    members: on("etcd", lab.controllers),
                    storesData: true,
                },
                {
                    name: "kubernetes-api",
                    title: "Kubernetes API",
                    redundancy: { rule: "any-of" },
                    members: on("api", lab.controllers),
                    needs: ["etcd"],
                },
            ],
        }),
        component("cilium", {
            services: [
                {
                    name: "cilium",
                    title: "Cilium",
                    redundancy: { rule: "any-of" },
                    members: on("agent", Object.keys(lab.machines)),
                    mitigation: "A DaemonSet: every node runs its own agent.",
                },
                {
                    name: "load-balancer-addresses",
                    title: "LoadBalancer addresses",
                    redundancy: { rule: "any-of" },
                    members: on("announcer", workers),
                    needs: ["cilium", "kubernetes-api"],
                },
            ],
        }),
        component("ceph", {
            domains: lab.disks.map((machine) => ({
                name: `disk/${machine}-storage`,
                kind: "disk",
                title: `Storage disk of ${machine}`,
                partOf: [`machine/${machine}`],
            })),
            services: [
                {
                    name: "ceph-mon",
                    title: "Rook-Ceph monitors",
                    redundancy: { rule: "majority" },
                    members: on("mon", lab.monitors),
                },
                {
                    name: "ceph-data",
                    title: "Rook-Ceph",
                    redundancy: { rule: "replicated", size: lab.size, minSize: lab.minSize },
                    members: Object.fromEntries(lab.disks.map((each) => [`osd-${each}`, `disk/${each}-storage`])),
                    needs: ["ceph-mon"],
                    storesData: true,
                },
            ],
        }),
        component("postgresql", {
            services: [
                {
                    name: "postgresql",
                    title: "PostgreSQL",
                    redundancy: { rule: "any-of" },
                    members: on("postgresql", lab.postgresql),
                    needs: ["ceph-data"],
                },
            ],
        }),
        component("rabbitmq", {
            services: [
                {
                    name: "rabbitmq",
                    title: "RabbitMQ",
                    redundancy: { rule: "majority" },
                    members: on("rabbitmq", lab.rabbitmq),
                    needs: ["ceph-data"],
                },
            ],
        }),
    ];
}

/** An accepted risk that holds for long. */
export function accept(component: string, until = "2030-01-01"): AcceptedRisk {
    return { component, reason: "one house, one server", owner: "owner", until };
}
