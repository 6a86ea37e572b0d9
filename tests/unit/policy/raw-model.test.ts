import { describe, expect, test } from "vitest";
import { spof, spofAdvice } from "../../../policy/rules/spof/spof";
import { component } from "./homelab";
import { a1 } from "./oracle";
import { type Declared, judged, messages, UNKNOWN_NUMBER, UNKNOWN_TEXT } from "./stack";

const vm = (name: string, nodeName: unknown, more: Partial<Declared> = {}): Declared => ({
    type: "proxmoxve:index/vmLegacy:VmLegacy",
    name,
    inputs: { name, nodeName, disks: [{}] },
    ...more,
});
const kubernetes = (kind: string, name: string, spec: Record<string, unknown>): Declared => ({
    type: `kubernetes:${kind}`,
    name,
    inputs: { metadata: { name, namespace: "apps" }, spec },
    outputs: {},
});
const deployment = (name: string, replicas: unknown, image = "app:1.0"): Declared =>
    kubernetes("apps/v1:Deployment", name, { replicas, template: { spec: { containers: [{ image }] } } });
const ceph = (count: unknown): Declared => kubernetes("ceph.rook.io/v1:CephCluster", "rook", { mon: { count } });
const pool = (spec: Record<string, unknown>): Declared => kubernetes("ceph.rook.io/v1:CephBlockPool", "block", spec);
const spread = [vm("w-0", "n-0"), vm("w-1", "n-1"), vm("w-2", "n-2")];
const instance = (name: string, ad: unknown, fd?: unknown): Declared => ({
    ...a1(name, 1, 6),
    inputs: {
        ...a1(name, 1, 6).inputs,
        availabilityDomain: ad,
        ...(fd === undefined ? {} : { faultDomain: fd }),
    },
});

/** Components that are named, in order. */
async function named(stack: readonly Declared[]): Promise<string[]> {
    const said = await messages([spof], stack, { profile: "ha" });
    return said.map((message) => message.slice(0, message.indexOf(" ")));
}

describe("from raw resources alone", () => {
    test.each<[string, Declared[], string[]]>([
        ["three controllers on three Proxmox nodes", [vm("cp-0", "n-0"), vm("cp-1", "n-1"), vm("cp-2", "n-2")], []],
        [
            "three controllers on one Proxmox node",
            [vm("cp-0", "n-0"), vm("cp-1", "n-0"), vm("cp-2", "n-0")],
            ["hypervisor-node/n-0"],
        ],
        [
            "two controllers on two Proxmox nodes",
            [vm("master-0", "n-0"), vm("master-1", "n-1")],
            ["control-plane/master", "hypervisor-cluster"],
        ],
        ["workers on one node", [vm("w-0", "n-0"), vm("w-1", "n-0")], ["hypervisor-node/n-0"]],
        ["a single machine", [vm("box", "n-0")], ["machines/box"]],
        ["two monitors", [...spread, ceph(2)], ["ceph-mon/rook"]],
        ["three monitors", [...spread, ceph(3)], []],
        [
            "four monitors",
            [...spread, vm("w-3", "n-3"), vm("x-0", "n-4"), vm("x-1", "n-2"), ceph(4)],
            ["ceph-mon/rook"],
        ],
        ["a pool of two", [...spread, ceph(3), pool({ replicated: { size: 2 } })], ["ceph-data/block"]],
        [
            "a pool of two that needs both",
            [...spread, ceph(3), pool({ replicated: { size: 2 }, parameters: { min_size: "2" } })],
            ["ceph-data/block"],
        ],
        ["a pool of three", [...spread, ceph(3), pool({ replicated: { size: 3 } })], []],
        ["a pool wider than its hosts", [...spread, ceph(3), pool({ replicated: { size: 4 } })], ["ceph-data/block"]],
        [
            "Rook's cluster chart",
            [
                ...spread,
                {
                    type: "kubernetes:helm.sh/v3:Release",
                    name: "cluster",
                    inputs: {
                        chart: "rook-ceph-cluster",
                        values: {
                            cephClusterSpec: { mon: { count: 1 } },
                            cephBlockPools: [{ name: "b", spec: { replicated: { size: 3 } } }],
                        },
                    },
                },
            ],
            ["ceph-mon/cluster"],
        ],
        ["one replica", [deployment("web", 1)], ["deployment/apps/web"]],
        ["two replicas on two machines", [...spread, deployment("web", 2)], []],
        [
            "two replicas on one machine",
            [vm("lone", "n-0"), deployment("web", 2)],
            ["hypervisor-node/n-0", "machine/lone", "machines/lone"],
        ],
        ["a deployment that says nothing", [deployment("web", undefined)], ["deployment/apps/web"]],
        ["a deployment that is scaled to nothing", [deployment("web", 0)], []],
        ["one tunnel replica", [deployment("edge", 1, "cloudflare/cloudflared:2024.8.3")], ["tunnel/apps/edge"]],
        ["two tunnel replicas", [...spread, deployment("edge", 2, "cloudflare/cloudflared:2024.8.3")], []],
        [
            "a single PostgreSQL",
            [kubernetes("postgresql.cnpg.io/v1:Cluster", "db", { instances: 1 })],
            ["postgresql/apps/db"],
        ],
        ["two PostgreSQL", [...spread, kubernetes("postgresql.cnpg.io/v1:Cluster", "db", { instances: 2 })], []],
        ["a single RabbitMQ", [kubernetes("rabbitmq.com/v1beta1:RabbitmqCluster", "mq", {})], ["rabbitmq/apps/mq"]],
        [
            "two voters",
            [
                ...spread,
                kubernetes("apps/v1:StatefulSet", "vault", {
                    replicas: 2,
                    template: { spec: { containers: [{ image: "docker.io/hashicorp/vault:1.19.0" }] } },
                }),
            ],
            ["statefulset/apps/vault"],
        ],
        [
            "replicas in chart values",
            [
                {
                    type: "kubernetes:helm.sh/v3:Release",
                    name: "ingress",
                    inputs: {
                        name: "ingress",
                        values: {
                            controller: { replicaCount: 1, autoscaling: { minReplicas: 1 } },
                            extra: { enabled: false, replicas: 1 },
                        },
                    },
                },
            ],
            ["helm/ingress/controller"],
        ],
        [
            "everything behind one load balancer",
            [{ type: "oci:LoadBalancer/loadBalancer:LoadBalancer", name: "lb", inputs: { displayName: "lb" } }],
            ["way-in"],
        ],
        ["one way out", [{ type: "oci:Core/natGateway:NatGateway", name: "nat", inputs: {} }], ["way-out"]],
        ["a single DNS provider", [{ type: "cloudflare:index/dnsRecord:DnsRecord", name: "www", inputs: {} }], ["dns"]],
        [
            "two DNS providers",
            [
                { type: "cloudflare:index/dnsRecord:DnsRecord", name: "www", inputs: {} },
                { type: "oci:Dns/rrset:Rrset", name: "www2", inputs: {} },
            ],
            [],
        ],
        [
            "instances in one fault domain",
            [instance("a-0", "AD-1", "FD-1"), instance("a-1", "AD-1", "FD-1")],
            ["availability-domain/AD-1"],
        ],
        [
            "instances in one availability domain",
            [instance("a-0", "AD-1", "FD-1"), instance("a-1", "AD-1", "FD-2")],
            ["availability-domain/AD-1"],
        ],
        ["instances in two availability domains", [instance("a-0", "AD-1"), instance("a-1", "AD-2")], []],
        ["a bastion", [instance("bastion", "AD-1")], ["bastion/bastion"]],
        [
            "a node pool in one availability domain",
            [
                {
                    type: "oci:ContainerEngine/nodePool:NodePool",
                    name: "pool",
                    inputs: {
                        name: "pool",
                        nodeShape: "VM.Standard.A1.Flex",
                        nodeConfigDetails: { size: 2, placementConfigs: [{ availabilityDomain: "AD-1" }] },
                    },
                },
            ],
            ["availability-domain/AD-1"],
        ],
    ])("%s", async (_, stack, expected) => {
        expect(await named(stack)).toEqual(expected);
    });
});

describe("what cannot be known of raw resources", () => {
    test.each<[string, Declared, string]>([
        ["a node", vm("w-0", UNKNOWN_TEXT), "nodeName"],
        ["replicas", deployment("web", UNKNOWN_NUMBER), "spec.replicas"],
        ["monitors", ceph(UNKNOWN_NUMBER), "spec.mon.count"],
        ["copies", pool({ replicated: { size: UNKNOWN_NUMBER } }), "spec.replicated.size"],
        ["a place", instance("a", UNKNOWN_TEXT), "availabilityDomain"],
        [
            "chart values",
            { type: "kubernetes:helm.sh/v3:Release", name: "r", inputs: { values: { replicas: UNKNOWN_NUMBER } } },
            "values.replicas",
        ],
    ])("%s is told at the level of the rule", async (_, resource, path) => {
        const said = await judged([spof], [resource], { profile: "ha" });
        const doubts = said.filter(({ message }) => message.includes("cannot know"));
        expect(doubts.map(({ level, resource: about }) => [level, about])).toEqual([["mandatory", resource.name]]);
        expect(doubts[0]?.message).toContain(path);
    });

    test("properties that an unconfigured provider hides are not taken for absent", async () => {
        const hidden: Declared = { type: "kubernetes:apps/v1:Deployment", name: "web", inputs: {}, outputs: {} };
        expect((await messages([spof], [hidden], { profile: "ha" }))[0]).toContain("cannot know spec.replicas");
    });
});

test("a program that takes no stand is advised, and one that does is judged", async () => {
    const stack = [vm("w-0", "n-0"), vm("w-1", "n-0")];
    const levels = async (circumstances = {}) =>
        (await judged([spof, spofAdvice], stack, circumstances)).map(({ rule, level }) => [rule, level]);
    expect(await levels()).toEqual([["spof-advice", "advisory"]]);
    expect(await levels({ profile: "ha" })).toEqual([["spof", "mandatory"]]);
});

test("a component that declares facts speaks for what is below it", async () => {
    const speaking = component("machines", {
        domains: [{ name: "machine/w-0", kind: "machine", title: "w-0", partOf: ["hypervisor-node/n-0"] }],
        services: [
            {
                name: "pair",
                title: "Pair",
                redundancy: { rule: "any-of" },
                members: { a: "machine/w-0", b: "machine/w-1" },
            },
        ],
    });
    const stack = [speaking, vm("w-0", "n-0", { parent: "machines" }), { ...deployment("web", 1), parent: "machines" }];
    expect(await named(stack)).toEqual([]);
    expect(await named([speaking, deployment("web", 1)])).toEqual(["deployment/apps/web"]);
});
