import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { Applications } from "../../../../components/apps/applications";
import { Cilium } from "../../../../components/cni/cilium";
import { hubble } from "../../../../components/cni/hubble";
import { LoadBalancerAddresses } from "../../../../components/cni/load-balancer-addresses";
import type { Home } from "../../../../components/kubernetes/cluster";
import { RookCeph } from "../../../../components/storage/rook-ceph";
import { RookOperator } from "../../../../components/storage/rook-operator";
import { appsSection } from "../../../../config/apps";
import { InProcessStack } from "../../../../rehearsal/engine/in-process";
import { kubernetesPackage } from "../../../../rehearsal/providers/kubernetes";
import type { PackageBehaviour } from "../../../../rehearsal/world/behaviour";
import { kubeconfig, Stage } from "./stage";

/** Passwords, as far as these layers need them. */
const random: PackageBehaviour = {
    name: "random",
    resource: () => ({
        create: async (inputs) => ({ id: "none", outputs: { ...inputs, result: "generated-by-the-test" } }),
        read: async (id, outputs, inputs) => ({ id, outputs, inputs }),
        update: async (_id, _old, inputs) => ({ ...inputs, result: "generated-by-the-test" }),
        delete: async () => {},
    }),
    function: () => undefined,
};

/** The layers above Talos on the stage's cluster. */
function upperLayers(size: number): InProcessStack {
    const workers = size;
    const stage = new Stage({ workers });
    const nodes: Home["nodes"] = [
        { name: "c0", role: "controlplane", schedulable: false },
        ...Array.from({ length: workers }, (_, index) => ({
            name: `w${index}`,
            role: "worker" as const,
            schedulable: true,
        })),
    ];
    const workerNames = nodes.flatMap(({ name, role }) => (role === "worker" ? [name] : []));
    const stack = new InProcessStack({
        project: "strata",
        stack: "upper",
        config: {},
        site: {
            proxmox: [],
            networks: { lan: { cidr: "10.10.0.0/24", gateway: "10.10.0.1" } },
            talosVersions: [],
            kubernetesByTalos: {},
        },
        packages: (world) => [kubernetesPackage(world), random],
        program: async () => {
            const provider = new k8s.Provider("cluster", { kubeconfig: kubeconfig() });
            const home: Home = { provider, owner: provider, nodes };
            const cilium = new Cilium("cilium", { home, version: "1.18.14", kubePrismPort: 7445, addresses: 11 })
                .release;
            const addresses = new LoadBalancerAddresses("lan", {
                home,
                cilium,
                first: "10.10.0.70",
                last: "10.10.0.80",
            });
            const operator = new RookOperator("rook", { home, cilium, namespace: "rook-ceph", version: "v1.18.9" });
            const ceph = new RookCeph("ceph", {
                home,
                operator,
                image: "quay.io/ceph/ceph:v19.2.3",
                monitors: workerNames,
                managers: 1,
                disks: workerNames.map((node) => ({ node, serial: `${node}-storage` })),
                deviceLink: "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_{serial}",
                size,
                minSize: 1,
                storageClass: "ceph-block",
                toolbox: true,
                dashboard: { addresses, address: "10.10.0.72" },
            });
            hubble("hubble", { home, addresses, address: "10.10.0.71" });
            const apps = appsSection.parse({
                postgresql: { instances: size },
                rabbitmq: { replicas: size > 2 ? 3 : 1 },
            });
            new Applications("applications", { ...apps, home, cilium, storageClass: ceph.storageClass });
            await pulumi.output(ceph.storageClass);
            return {};
        },
    });
    for (const node of stage.nodes) {
        stack.world.network.attach(node.address, { name: node.name, listens: () => true });
    }
    stack.world.kubernetes.birth(stage.born);
    return stack;
}

test.each([2, 3])(
    "with %i workers the layers above Talos come up, and change nothing the second time",
    async (size) => {
        const stack = upperLayers(size);
        const first = await stack.up();
        expect(first.errors).toEqual([]);
        expect(stack.world.kubernetes.audit()).toEqual([]);
        const second = await stack.up();
        expect(second.errors).toEqual([]);
        expect({ ...second.changes, same: 0 }).toEqual({ create: 0, update: 0, replace: 0, delete: 0, same: 0 });
    },
);

test("without any one of the stack's network policies a named flow is denied", async () => {
    const stack = upperLayers(3);
    expect((await stack.up()).errors).toEqual([]);
    const [cluster] = stack.world.kubernetes.alive;
    const policies = cluster?.objects.list("cilium.io/v2", "CiliumNetworkPolicy") ?? [];
    const allowing = policies.filter(({ name }) => name !== "deny-all");
    expect(allowing.length).toBeGreaterThan(8);
    for (const policy of allowing) {
        cluster?.objects.drop(policy);
        expect(stack.world.kubernetes.audit().join("\n"), policy.name).toMatch(/flow ".+" is denied by (e|in)gress of/);
        cluster?.objects.add(policy);
    }
    expect(stack.world.kubernetes.audit()).toEqual([]);
});
