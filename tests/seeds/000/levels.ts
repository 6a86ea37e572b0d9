/** The document's levels, bullet by bullet. */
import { expect } from "vitest";
import { at, list } from "../../../rehearsal/world/value";
import type { Rehearsed } from "../../harness/rehearsed";
import { cluster, type Fact, machines, nodeAt, pods } from "./fact";

const workers = ["w0", "w1"] as const;

function addressOf(name: string): string {
    return machines.find((machine) => machine.name === name)?.address ?? "";
}

function types({ resources }: Rehearsed): string[] {
    return resources.map(({ type }) => type);
}

/** The levels, bullet by bullet. */
export const levels: readonly Fact[] = [
    {
        section: "Niveau 0",
        mentions: ["**Proxmox VE 8"],
        says: "the hypervisor is of major version 8",
        holds: ({ world }) =>
            expect(world.site.proxmox.map(({ version }) => version)).toEqual([expect.stringMatching(/^8\./)]),
    },
    {
        section: "Niveau 0",
        mentions: ["Virtualisation hardware"],
        says: "machines run on the host's processor, not on an emulated one",
        holds: (stack) => {
            for (const { name } of machines) {
                expect(stack.input(`machine-${name}`, "cpu.type")).toMatch(/^(host|x86-64-v\d.*)$/);
                expect(stack.input(`machine-${name}`, "kvmArguments")).toBeUndefined();
            }
        },
    },
    {
        section: "Niveau 0",
        mentions: ["API pour automation"],
        says: "the hypervisor is driven by its API",
        holds: (stack) => expect(stack.resource("proxmox-api").inputs?.endpoint).toBe("https://10.10.0.10:8006/"),
    },
    {
        section: "Niveau 1",
        mentions: ["**3 nodes"],
        says: "there are three Kubernetes nodes",
        holds: (stack) => expect(cluster(stack).readyNodes()).toHaveLength(3),
    },
    {
        section: "Niveau 1",
        mentions: ["1 controller", "c0"],
        says: "c0 is the one controller",
        holds: (stack) => {
            const controllers = cluster(stack)
                .nodes()
                .filter(({ role }) => role === "controlplane");
            expect(controllers.map(({ name }) => name)).toEqual(["c0"]);
        },
    },
    {
        section: "Niveau 1",
        mentions: ["2 workers", "w0", "w1"],
        says: "w0 and w1 are the workers, and workloads run nowhere else",
        holds: (stack) => {
            const open = cluster(stack)
                .nodes()
                .filter(({ schedulable }) => schedulable);
            expect(open.map(({ name, role }) => `${name} ${role}`)).toEqual(["w0 worker", "w1 worker"]);
        },
    },
    {
        section: "Niveau 1",
        mentions: ["6 vCPU", "12 GB"],
        says: "a worker has 6 vCPU and 12 GB",
        holds: (stack) => {
            for (const name of workers) {
                const { cpuCores, memoryGiB } = nodeAt(stack, addressOf(name)).machine;
                expect({ cpuCores, memoryGiB }).toEqual({ cpuCores: 6, memoryGiB: 12 });
            }
        },
    },
    {
        section: "Niveau 1",
        mentions: ["30 GB système", "40 GB storage"],
        says: "a worker has a system disk of 30 GB and a storage disk of 40 GB",
        holds: (stack) => {
            for (const name of workers) {
                const { disks } = nodeAt(stack, addressOf(name)).machine;
                const sizes = disks.map(({ content, sizeGiB }) => ({ content, sizeGiB }));
                expect(sizes).toEqual([
                    { content: "system", sizeGiB: 30 },
                    { content: "osd", sizeGiB: 40 },
                ]);
            }
        },
    },
    {
        section: "Niveau 2",
        mentions: ["**Talos Linux 1.10.5**"],
        says: "the image is Talos 1.10.5",
        holds: (stack) => expect(stack.input("talos-image-pve", "url")).toContain("/v1.10.5/nocloud-amd64"),
    },
    {
        section: "Niveau 2",
        mentions: ["immutable", "API"],
        says: "nodes are configured through the Talos API alone",
        holds: (stack) => {
            for (const { name } of machines) {
                expect(stack.resource(`talos-${name}`).type).toBe(
                    "talos:machine/configurationApply:ConfigurationApply",
                );
                expect(stack.input(`machine-${name}`, "initialization.userDataFileId")).toBeUndefined();
            }
        },
    },
    {
        section: "Niveau 2",
        mentions: ["Kubernetes 1.33.3"],
        says: "the cluster speaks Kubernetes 1.33.3",
        holds: (stack) => {
            const image = at(nodeAt(stack, "10.10.0.140").config, "cluster.apiServer.image");
            expect(image).toBe("registry.k8s.io/kube-apiserver:v1.33.3");
        },
    },
    {
        section: "Niveau 2",
        mentions: ["SSH", "déclarative"],
        says: "nothing goes over SSH",
        holds: (stack) => {
            expect(types(stack).filter((type) => /^command:|ssh/i.test(type))).toEqual([]);
            expect(stack.resource("proxmox-api").inputs).not.toHaveProperty("ssh");
            expect(nodeAt(stack, "10.10.0.140").listens(22)).toBe(false);
        },
    },
    {
        section: "Niveau 3",
        mentions: ["**Cilium CNI**"],
        says: "Cilium is the only pod network, and Talos brings none",
        holds: (stack) => {
            for (const { address } of machines) {
                expect(at(nodeAt(stack, address).config, "cluster.network.cni.name")).toBe("none");
                expect(at(nodeAt(stack, address).config, "cluster.proxy.disabled")).toBe(true);
            }
        },
    },
    {
        section: "Niveau 3",
        mentions: ["policies", "eBPF"],
        says: "network policies are Cilium's, with eBPF in kube-proxy's place, and deny what is not said",
        holds: (stack) => {
            expect(stack.input("cilium-chart", "values.kubeProxyReplacement")).toBe(true);
            expect(stack.input("flow-blockchain-deny-all", "kind")).toBe("CiliumNetworkPolicy");
            expect(stack.input("flow-messaging-deny-all", "kind")).toBe("CiliumNetworkPolicy");
        },
    },
    {
        section: "Niveau 3",
        mentions: ["LoadBalancer L2"],
        says: "load-balancer addresses are announced on layer 2",
        holds: (stack) => {
            expect(stack.input("cilium-chart", "values.l2announcements.enabled")).toBe(true);
            expect(stack.input("lan-announcement", "spec.loadBalancerIPs")).toBe(true);
            expect(list(stack.input("lan-pool", "spec"), "blocks")).toEqual([
                { start: "10.10.0.70", stop: "10.10.0.80" },
            ]);
        },
    },
    {
        section: "Niveau 3",
        mentions: ["Hubble"],
        says: "Hubble watches, and has a page in the network",
        holds: (stack) => {
            expect(stack.input("cilium-chart", "values.hubble.relay.enabled")).toBe(true);
            expect(stack.input("cilium-chart", "values.hubble.ui.enabled")).toBe(true);
            expect(stack.rehearsal.outputs.hubble?.value).toBe("http://10.10.0.70/");
        },
    },
    {
        section: "Niveau 4",
        mentions: ["**Rook-Ceph**"],
        says: "a Ceph cluster runs, and is healthy",
        holds: (stack) => {
            const ceph = cluster(stack).objects.find("ceph.rook.io/v1", "CephCluster", "rook-ceph", "rook-ceph");
            expect(at(ceph?.status, "ceph.health")).toBe("HEALTH_OK");
        },
    },
    {
        section: "Niveau 4",
        mentions: ["2 monitors", "mon-a", "mon-b"],
        says: "the monitors are a and b, on different workers",
        holds: (stack) => {
            const monitors = cluster(stack).pods.filter(({ name }) => name.startsWith("rook-ceph-mon-"));
            expect(monitors.map(({ name }) => name).sort()).toEqual(["rook-ceph-mon-a", "rook-ceph-mon-b"]);
            expect(monitors.map(({ node }) => node).sort()).toEqual(["w0", "w1"]);
        },
    },
    {
        section: "Niveau 4",
        mentions: ["2 OSDs", "/dev/sdb"],
        says: "there are two OSDs, and their disks are the second of each worker",
        holds: (stack) => {
            const disks = stack.world.proxmox.machines.flatMap(({ name, disks: all }) =>
                all.filter(({ content }) => content === "osd").map(({ device }) => `${name} ${device}`),
            );
            expect(disks).toEqual(["w0 /dev/sdb", "w1 /dev/sdb"]);
            expect(pods(stack, "rook-ceph-osd-")).toHaveLength(2);
        },
    },
    {
        section: "Niveau 4",
        mentions: ["ceph-block", "default"],
        says: "ceph-block is the default storage class",
        holds: (stack) => {
            expect(stack.input("ceph-storage-class", "metadata.name")).toBe("ceph-block");
            const annotations = stack.input("ceph-storage-class", "metadata.annotations");
            expect(annotations).toMatchObject({ "storageclass.kubernetes.io/is-default-class": "true" });
        },
    },
    {
        section: "Niveau 4",
        mentions: ["Réplication: 2x"],
        says: "everything is stored twice, on different hosts",
        holds: (stack) => {
            expect(stack.input("ceph-pool", "spec.replicated.size")).toBe(2);
            expect(stack.input("ceph-pool", "spec.failureDomain")).toBe("host");
        },
    },
    {
        section: "Niveau 5",
        mentions: ["**PostgreSQL et RabbitMQ**"],
        says: "both applications keep their data on ceph-block",
        holds: (stack) => {
            expect(stack.input("postgresql-cluster", "spec.storage.storageClass")).toBe("ceph-block");
            const [claim] = list(stack.input("rabbitmq-brokers", "spec"), "volumeClaimTemplates");
            expect(at(claim, "spec.storageClassName")).toBe("ceph-block");
        },
    },
    {
        section: "Niveau 5",
        mentions: ["PostgreSQL", "blockchain"],
        says: "PostgreSQL holds the blockchain's database",
        holds: (stack) => {
            expect(stack.input("postgresql-cluster", "spec.bootstrap.initdb.database")).toMatch(/^blockchain/);
            expect(stack.input("postgresql-cluster", "spec.bootstrap.initdb.owner")).toBe("blockchain");
        },
    },
    {
        section: "Niveau 5",
        mentions: ["RabbitMQ", "broker"],
        says: "RabbitMQ takes messages where its output says",
        holds: (stack) =>
            expect(stack.rehearsal.outputs.services?.value).toMatchObject({
                rabbitmq: "rabbitmq.messaging.svc.cluster.local:5672",
            }),
    },
];
