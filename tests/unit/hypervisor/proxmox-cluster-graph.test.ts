import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import {
    ProxmoxCluster,
    type ProxmoxClusterArgs,
} from "../../../components/hypervisor/proxmox-cluster/proxmox-cluster";
import { type Graph, named, synth } from "../../harness/synth";

const names = ["ampere-1", "ampere-2", "ampere-3"] as const;
const first = "ampere-1";
const args: ProxmoxClusterArgs = {
    hosts: Object.fromEntries(
        names.map((name, turn) => [
            name,
            { address: `10.0.1.1${turn}`, connection: { host: `10.0.1.1${turn}` }, livesOn: `machine/${name}` },
        ]),
    ),
    clusterName: "strata",
    ceph: { release: "tentacle", network: "10.0.1.0/24", osdGiB: 30, pool: "vms", size: 2, minSize: 1 },
    network: { zone: "strata", vnet: "machines", cidr: "10.20.0.0/24", gateway: "10.20.0.1", tag: 100 },
    tailscale: {
        id: 100,
        hostname: "strata-router",
        address: "10.20.0.2",
        routes: ["10.0.1.0/24", "10.20.0.0/24"],
        authKey: "tskey-auth-plain",
    },
    ingress: {
        node: first,
        address: "10.0.1.30",
        machineAddress: "10.20.0.11",
        ports: [
            { port: 80, nodePort: 30080 },
            { port: 443, nodePort: 30443 },
        ],
    },
    token: { user: "strata@pve", name: "deploy" },
};

const cluster = (rest: Partial<ProxmoxClusterArgs> = {}) =>
    synth(() => void new ProxmoxCluster("pve", { ...args, ...rest }), {
        preview: false,
        computed: (type) =>
            type === "tls:index/privateKey:PrivateKey"
                ? { privateKeyOpenssh: "PRIVATE\n", publicKeyOpenssh: "ssh-ed25519 AAAA\n" }
                : { stdout: "" },
    });
const waitsFor = (graph: Graph, step: string, node: string = first) => named(graph, `pve-${step}-${node}`).dependencies;
const stdin = (graph: Graph, step: string, node: string = first) => {
    const { inputs } = named(graph, `pve-${step}-${node}`);
    return JSON.stringify((inputs as { readonly stdin?: unknown }).stdin);
};

test("joins run one after the other, and the container waits for the pool and for its node's gateway, its move for every one", async () => {
    const graph = await cluster();
    expect(waitsFor(graph, "join-cluster", "ampere-2")).toEqual([`pve-create-cluster-${first}`]);
    expect(waitsFor(graph, "join-cluster", "ampere-3")).toEqual(["pve-join-cluster-ampere-2"]);
    expect(waitsFor(graph, "create-cluster")).toEqual(names.map((name) => `pve-prepare-host-${name}`));
    expect(waitsFor(graph, "create-tailscale-container")).toEqual(
        [`pve-check-ceph-${first}`, `pve-route-machines-${first}`].sort(),
    );
    expect(waitsFor(graph, "test-migration")).toEqual(
        expect.arrayContaining(["pve-route-machines-ampere-2", "pve-route-machines-ampere-3"]),
    );
    for (const name of names) {
        expect(waitsFor(graph, "route-machines", name)).toEqual([`pve-create-network-${first}`]);
    }
});

test("the mesh key and the nodes' root key are secret wherever they are written down, on no command line at all", async () => {
    const graph = await cluster();
    expect(stdin(graph, "create-tailscale-container")).toMatch(/^\{"secret":/);
    expect(stdin(graph, "prepare-host")).toMatch(/^\{"secret":/);
    expect(stdin(graph, "create-tailscale-container")).toContain("AUTH_KEY='tskey-auth-plain'");
    for (const { type, inputs } of graph.resources) {
        if (type === "command:remote:Command") {
            expect(inputs).toMatchObject({ create: "bash -s", logging: "none", addPreviousOutputInEnv: false });
        }
    }
});

test("the reserved address is handed on by the node that has it, to the machine's NodePorts", async () => {
    const graph = await cluster();
    const words = stdin(graph, "forward-ingress");
    for (const said of ["ADDRESS='10.0.1.30'", "MACHINE_ADDRESS='10.20.0.11'", "PORTS='80:30080 443:30443'"]) {
        expect(words).toContain(said);
    }
});

test("an address on no node is refused where it is written", async () => {
    const ingress = { node: "ampere-9", address: "10.0.1.30", machineAddress: "10.20.0.11", ports: [] };
    await expect(cluster({ ingress })).rejects.toThrow(
        'ingress.node must be one of ampere-1, ampere-2, ampere-3, got "ampere-9"',
    );
});

test("a node fails with its instance, and Ceph with its nodes", async () => {
    const { outputs } = named(await cluster(), "pve") as {
        readonly outputs: { readonly facts?: { readonly domains: unknown[]; readonly services: unknown[] } };
    };
    expect(outputs.facts?.domains).toContainEqual(
        expect.objectContaining({ name: "hypervisor-node/ampere-2", partOf: ["machine/ampere-2"] }),
    );
    expect(outputs.facts?.services).toContainEqual(
        expect.objectContaining({
            name: "ceph-data",
            redundancy: { rule: "replicated", size: 2, minSize: 1, apart: "hypervisor-node" },
        }),
    );
});

test("one host forms no cluster", async () => {
    const hosts = { [first]: { address: "10.0.1.10", connection: pulumi.output({ host: "10.0.1.10" }) } };
    await expect(cluster({ hosts })).rejects.toThrow("hosts must name at least 2 nodes to form a cluster, got 1");
});
