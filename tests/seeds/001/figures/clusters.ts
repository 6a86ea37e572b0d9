/** Figures of the two clusters: nodes, machines, storage, and the phases that make them. */
import { expect } from "vitest";
import type { Built } from "../built";
import { amount, amperes, bootVolumes, type Figure, one } from "./figure";

const overview = "Architecture Overview";

const threeMachines = (stack: Built): void => {
    const nodes = stack.kubernetes.nodes();
    expect(nodes.map(({ name, role, machine }) => `${name} ${role} ${machine.host}`).sort()).toEqual(
        amperes.map((host, index) => `cp-${index + 1} controlplane ${host}`),
    );
};

/** Every figure of the clusters. */
export const clusterFigures: readonly Figure[] = [
    one("Phase 3", ["pvecm add", "nodes 2-3"], "nodes 2 and 3 join the first", (stack) => {
        expect(stack.proxmox.members.map(({ spec }) => spec.name)).toEqual([...amperes]);
        expect(stack.proxmox.quorate).toBe(true);
    }),
    { sections: ["Phase 4"], mentions: ["Create 3×"], says: "three machines are made", holds: threeMachines },
    one("Bootstrap Sequence", ["Create 3 VMs"], "three machines", threeMachines),
    one("Layer 3", ["3 VMs"], "three virtual machines", threeMachines),
    one(overview, ["3× Ampere A1", "1.33 OCPU", "8GB"], "3 x 1.33 OCPUs are 2 + 1 + 1, with 8 GB each", (stack) => {
        expect(amperes.map((name) => stack.input(`instance-${name}`, "shapeConfig"))).toEqual([
            { ocpus: 2, memoryInGbs: 8 },
            { ocpus: 1, memoryInGbs: 8 },
            { ocpus: 1, memoryInGbs: 8 },
        ]);
        expect(Math.round(3 * 1.33)).toBe(amount(stack, "shapeConfig.ocpus"));
    }),
    ...amperes.map((name, index) =>
        one(overview, [`"Node ${index + 1}"`], `node ${index + 1} is ${name}`, (stack) => {
            expect(stack.proxmox.members[index]?.spec.name).toBe(name);
        }),
    ),
    ...amperes.map((name, index) =>
        one(overview, [`Control Plane ${index + 1}`], `control plane ${index + 1} is on ${name}`, (stack) => {
            const node = stack.kubernetes.nodes().find((each) => each.name === `cp-${index + 1}`);
            expect(node?.machine.host).toBe(name);
        }),
    ),
    one(
        overview,
        ["Ceph Storage", "150GB"],
        "the 150 GB are boot volumes: Ceph has 30 of each 50, in two copies",
        (stack) => {
            bootVolumes(stack);
            expect(stack.proxmox.osds.map(({ node }) => node.partitionGiB)).toEqual([30, 30, 30]);
            expect(stack.proxmox.usableGiB).toBe(45);
            expect(stack.proxmox.health).toBe("HEALTH_OK");
        },
    ),
    ...(
        [
            ["Provision", "machine-cp-1", "talos-image-ampere-1"],
            ["Bootstrap", "talos-bootstrap", "machine-cp-1"],
            ["Configure", "sops-key-secret", "talos-bootstrap"],
            ["Reconcile", "flux-system-kustomization", "sops-key-secret"],
        ] as const
    ).map(([name, resource, earlier], index) =>
        one("Bootstrap Sequence", [`Phase ${index + 1}: ${name}`], `phase ${index + 1} comes in its place`, (stack) =>
            expect([...stack.waitsFor(resource)]).toContain(earlier),
        ),
    ),
    one("Bootstrap Sequence", ["Every 1 minute"], "Flux looks every minute", (stack) => {
        expect(stack.input("flux-system-source", "spec.interval")).toBe("60s");
    }),
    ...["OCI", "Proxmox", "Talos"].map((name, index) =>
        one("Three-Layer", [`Layer ${index + 1}: ${name}`], `layer ${index + 1} is there`, (stack) => {
            const type = ["strata:cloud:Instances", "strata:hypervisor:ProxmoxCluster", "strata:talos:TalosCluster"];
            expect(stack.resources.map((each) => each.type)).toContain(type[index]);
        }),
    ),
];
