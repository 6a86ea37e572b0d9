/** The document's graph: its nodes, its arrows, its levels. */
import { expect } from "vitest";
import { at } from "../../../rehearsal/world/value";
import type { Rehearsed } from "../../harness/rehearsed";
import { type Fact, machines, nodeAt, pods } from "./fact";

/** The document's names for things, and the resource that is each of them. */
const nodes = {
    PVE: "proxmox-api",
    C0: "machine-c0",
    W0: "machine-w0",
    W1: "machine-w1",
    TALOS_C0: "talos-c0",
    TALOS_W0: "talos-w0",
    TALOS_W1: "talos-w1",
    CILIUM: "cilium-chart",
    ROOK: "ceph-cluster",
    PG: "postgresql-cluster",
    RMQ: "rabbitmq-brokers",
} as const;

type Node = keyof typeof nodes;

const arrows: readonly (readonly [Node, Node])[] = [
    ["PVE", "C0"],
    ["PVE", "W0"],
    ["PVE", "W1"],
    ["C0", "TALOS_C0"],
    ["W0", "TALOS_W0"],
    ["W1", "TALOS_W1"],
    ["TALOS_C0", "CILIUM"],
    ["TALOS_W0", "CILIUM"],
    ["TALOS_W1", "CILIUM"],
    ["CILIUM", "ROOK"],
    ["ROOK", "PG"],
    ["ROOK", "RMQ"],
];

const graph = "Ordre";

/** True where all of these are there, and none is a component. */
const level = (stack: Rehearsed, names: readonly string[]): boolean =>
    names.every((name) => stack.resource(name).custom);

/** The graph: its nodes, its arrows, its levels. */
export const drawn: readonly Fact[] = [
    ...arrows.map(
        ([from, to]): Fact => ({
            section: graph,
            mentions: [`${from} --> ${to}`],
            says: `${nodes[to]} waits for ${nodes[from]}`,
            holds: (stack) => expect([...stack.waitsFor(nodes[to])]).toContain(nodes[from]),
        }),
    ),
    ...machines.map(
        ({ node, label, name, address }): Fact => ({
            section: graph,
            mentions: [`${node}[`, label, name, address],
            says: `${name} stands at ${address}`,
            holds: (stack) => {
                const { machine, hostname } = nodeAt(stack, address);
                expect(machine.name).toBe(name);
                expect(hostname).toBe(name);
                expect(stack.rehearsal.outputs.nodeAddresses?.value).toMatchObject({ [name]: address });
            },
        }),
    ),
    ...machines.map(
        ({ node, address }): Fact => ({
            section: graph,
            mentions: [`TALOS_${node}[`, "1.10.5", "1.33.3"],
            says: `${address} runs Talos 1.10.5 and Kubernetes 1.33.3`,
            holds: (stack) => {
                const talos = nodeAt(stack, address);
                expect(talos.version).toBe("v1.10.5");
                expect(at(talos.config, "machine.kubelet.image")).toBe("ghcr.io/siderolabs/kubelet:v1.33.3");
            },
        }),
    ),
    {
        section: graph,
        mentions: ["PVE["],
        says: "the hypervisor is a Proxmox VE",
        holds: (stack) => expect(stack.resource("proxmox-api").type).toBe("pulumi:providers:proxmoxve"),
    },
    {
        section: graph,
        mentions: ["CILIUM["],
        says: "the network is Cilium's",
        holds: (stack) => expect(stack.input("cilium-chart", "chart")).toBe("cilium"),
    },
    {
        section: graph,
        mentions: ["ROOK["],
        says: "the storage is Rook's",
        holds: (stack) => expect(stack.input("rook-chart", "chart")).toBe("rook-ceph"),
    },
    {
        section: graph,
        mentions: ["PG["],
        says: "PostgreSQL is there and running",
        holds: (stack) => expect(pods(stack, "postgresql-")).toEqual(["postgresql-1"]),
    },
    {
        section: graph,
        mentions: ["RMQ["],
        says: "RabbitMQ is there and running",
        holds: (stack) => expect(pods(stack, "rabbitmq-")).toEqual(["rabbitmq-0"]),
    },
    ...(
        [
            [0, ["proxmox-api"]],
            [1, ["machine-c0", "machine-w0", "machine-w1"]],
            [2, ["talos-c0", "talos-w0", "talos-w1", "talos-bootstrap"]],
            [3, ["cilium-chart", "lan-pool"]],
            [4, ["rook-chart", "ceph-cluster", "ceph-storage-class"]],
            [5, ["postgresql-cluster", "rabbitmq-brokers"]],
        ] as const
    ).flatMap(([number, names]): Fact[] => [
        {
            section: graph,
            mentions: [`%% Niveau ${number}:`],
            says: `level ${number} is drawn`,
            holds: (stack) => expect(level(stack, names)).toBe(true),
        },
        {
            section: `Niveau ${number}:`,
            mentions: [`Niveau ${number}:`],
            says: `level ${number} is deployed`,
            holds: (stack) => expect(level(stack, names)).toBe(true),
        },
    ]),
];
