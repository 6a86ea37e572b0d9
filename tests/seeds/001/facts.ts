/** The architecture document's figures, as a table of our own: each with what must be true of the stack `oci-free`. */
import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "vitest";
import { documentDeployMinutes, documentMinutes, pipelineOf } from "../../../operations/pipeline";
import { at } from "../../../rehearsal/world/value";
import { projectFolder } from "../../harness/stack-config";
import type { Built } from "./built";

/** One thing the document says with a figure in it. */
export interface Figure {
    /** Starts of the headings it stands under. */
    readonly sections: readonly string[];
    /** What the line says in the document's own letters; together they hold each of its figures. */
    readonly mentions: readonly string[];
    readonly says: string;
    /** Fails where it is not so. */
    readonly holds: (stack: Built) => void;
}

const amperes = ["ampere-1", "ampere-2", "ampere-3"] as const;
const addresses = ["10.0.1.10", "10.0.1.11", "10.0.1.12"] as const;

const one = (section: string, mentions: readonly string[], says: string, holds: Figure["holds"]): Figure => ({
    sections: [section],
    mentions,
    says,
    holds,
});

const amount = (stack: Built, path: string): number =>
    amperes.reduce((sum, name) => sum + Number(stack.input(`instance-${name}`, path)), 0);

const meter = (stack: Built, id: string) => stack.meters.find((each) => each.id === id);

/** The world's one Proxmox cluster. */
export function proxmox({ world }: Built) {
    const [cluster, second] = world.hosts.clusters;
    if (cluster === undefined || second !== undefined) {
        throw new Error("Expected one Proxmox cluster.");
    }
    return cluster;
}

/** The world's one Kubernetes cluster. */
export function kubernetes({ world }: Built) {
    const [cluster, second] = world.kubernetes.alive;
    if (cluster === undefined || second !== undefined) {
        throw new Error("Expected one Kubernetes cluster.");
    }
    return cluster;
}

const instances = (stack: Built, shape: string) =>
    stack.resources.filter(({ type, inputs }) => type === "oci:Core/instance:Instance" && inputs.shape === shape);

const threeAmperes = (stack: Built): void => {
    expect(
        instances(stack, "VM.Standard.A1.Flex")
            .map(({ name }) => name.slice(9))
            .sort(),
    ).toEqual([...amperes]);
};
const oneMicro = (stack: Built): void => {
    expect(instances(stack, "VM.Standard.E2.1.Micro").map(({ name }) => name)).toEqual(["instance-bastion"]);
};
const vcn = (stack: Built): void => expect(stack.input("network-vcn", "cidrBlocks")).toEqual(["10.0.0.0/16"]);
const subnet = (stack: Built): void => expect(stack.input("network-subnet", "cidrBlock")).toBe("10.0.1.0/24");
const bootVolumes = (stack: Built): void => expect(amount(stack, "sourceDetails.bootVolumeSizeInGbs")).toBe(150);
const threeMachines = (stack: Built): void => {
    const nodes = kubernetes(stack).nodes();
    expect(nodes.map(({ name, role, machine }) => `${name} ${role} ${machine.host}`).sort()).toEqual(
        amperes.map((host, index) => `cp-${index + 1} controlplane ${host}`),
    );
};
/** The only amount Oracle takes is a whole number: one dollar, and one percent of it. */
const alert = (stack: Built): void => {
    expect(stack.input("cost-guard-budget", "amount")).toBe(1);
    expect(stack.input("cost-guard-any-charge", "threshold")).toBe(1);
    expect(stack.input("cost-guard-any-charge", "thresholdType")).toBe("PERCENTAGE");
    expect(stack.input("cost-guard-any-charge", "type")).toBe("ACTUAL");
};
const reserved = (stack: Built): void => {
    const lasting = stack.resources.filter(({ inputs }) => inputs.lifetime === "RESERVED").map(({ name }) => name);
    expect(lasting.sort()).toEqual(["bastion-address-public", "ingress-address-public"]);
    expect(meter(stack, "reserved-ips")).toMatchObject({ used: 2, max: 2 });
};
const limit = (id: string, used: number, max: number) => (stack: Built) =>
    expect(meter(stack, id)).toMatchObject({ used, max, unknown: [] });
const objects = (stack: Built): void => {
    expect(meter(stack, "object-storage")?.max).toBe(20);
    expect(meter(stack, "object-storage")?.used).toBeLessThanOrEqual(20);
};
const free = (stack: Built): void => expect(stack.cost().monthlyUsd).toBe(0);
const phase = (name: string, minutes: number) => (stack: Built) =>
    expect(stack.timeline.phases[name]?.minutes).toBe(minutes);

const pipeline = (stack: Built) => {
    const { criticalMinutes } = stack.timeline;
    return pipelineOf("oracle-proxmox", { withUpload: criticalMinutes, preBuilt: criticalMinutes, uploads: false });
};
const row = (name: string, minutes: number) => (stack: Built) =>
    expect(pipeline(stack).steps.find((each) => each.name === name)?.minutes).toBe(minutes);

const overview = "Architecture Overview";
const topology = "Physical + Logical";
const allocation = "IP Allocation";
const validation = "Free Tier Validation";
const timeline = "Deployment Timeline";

const network: readonly Figure[] = [
    { sections: ["Phase 2", "Layer 1", topology], mentions: ["VCN", "10.0.0.0/16"], says: "the VCN", holds: vcn },
    { sections: ["Layer 1", topology], mentions: ["Subnet", "10.0.1.0/24"], says: "the subnet", holds: subnet },
    {
        sections: ["Phase 2", "Layer 1", overview],
        mentions: ["3× Ampere"],
        says: "three Amperes",
        holds: threeAmperes,
    },
    { sections: ["Phase 2", "Layer 1", overview], mentions: ["1× Micro"], says: "one Micro", holds: oneMicro },
    one("Layer 1", ["Boot Volumes", "150GB"], "boot volumes of 150 GB", bootVolumes),
    { sections: ["Layer 1", validation], mentions: ["Budget Alert", "$0.01"], says: "an alert at $0.01", holds: alert },
    ...amperes.map((name, index) =>
        one(topology, [`Ampere ${index + 1}`, addresses[index] ?? ""], `${name} is at its address`, (stack) => {
            expect(stack.input(`instance-${name}`, "createVnicDetails.privateIp")).toBe(addresses[index]);
        }),
    ),
    one(topology, ["Bastion", "10.0.1.20", "Reserved IP"], "the bastion is at 10.0.1.20", (stack) => {
        expect(stack.input("instance-bastion", "createVnicDetails.privateIp")).toBe("10.0.1.20");
    }),
    ...[...amperes, "bastion"].map((name, index) =>
        one(topology, [`100.64.0.${index + 1}`], `${name} has its mesh address`, (stack) => {
            expect(stack.world.tailnet.find(name)?.address).toBe(`100.64.0.${index + 1}`);
            expect(stack.world.tailnet.find(name)?.live()).toBe(true);
        }),
    ),
    {
        sections: [topology, allocation],
        mentions: ["100.x.x.x"],
        says: "every device of the mesh is in 100.64.0.0/10",
        holds: ({ world }) => {
            const all = [...world.tailnet.devices.values()].map(({ address }) => address);
            expect(all.length).toBeGreaterThan(3);
            expect(all.filter((address) => !/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./.test(address))).toEqual([]);
        },
    },
    ...(
        [
            ["Pods", "10.244.0.0/16", "podSubnets"],
            ["Services", "10.96.0.0/12", "serviceSubnets"],
        ] as const
    ).map(([what, cidr, key]) =>
        one(topology, [what, cidr], `${what} are in ${cidr}`, ({ world }) => {
            expect(at(world.talos.find("10.20.0.11")?.config ?? {}, `cluster.network.${key}`)).toEqual([cidr]);
        }),
    ),
    {
        sections: [topology, allocation],
        mentions: ["Reserved IP", "#2"],
        says: "a second reserved address",
        holds: reserved,
    },
    one(allocation, ["2 Reserved IPs"], "two reserved addresses", reserved),
    one(allocation, ["Reserved IP #1"], "the first is the bastion's", ({ outputs, world }) => {
        const { at: end } = world.oracle.trace("198.51.100.7", String(outputs.bastionAddress), 22);
        expect(end).toEqual({ instance: "bastion", address: "10.0.1.20", port: 22 });
    }),
    ...amperes.map((name, index) =>
        one(allocation, [`Ampere ${index + 1}`], `${name} has an ephemeral address`, (stack) => {
            expect(stack.input(`instance-${name}`, "createVnicDetails.assignPublicIp")).toBe("true");
        }),
    ),
    one(allocation, ["1:1 NAT", "NodePort"], "ports go to node ports one to one", ({ world }) => {
        const to = (port: number) => world.hosts.forward("ampere-1", "10.0.1.30", port);
        expect([80, 443, 22].map(to)).toEqual([
            { address: "10.20.0.11", port: 30080 },
            { address: "10.20.0.11", port: 30443 },
            undefined,
        ]);
    }),
];

const clusters: readonly Figure[] = [
    one("Phase 3", ["pvecm add", "nodes 2-3"], "nodes 2 and 3 join the first", (stack) => {
        expect(proxmox(stack).members.map(({ spec }) => spec.name)).toEqual([...amperes]);
        expect(proxmox(stack).quorate).toBe(true);
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
    one(overview, ["1× Micro", "1GB RAM"], "the Micro has its shape's 1 GB", (stack) => {
        expect(stack.world.hosts.named("bastion")?.spec.memoryGiB).toBe(1);
    }),
    ...amperes.map((name, index) =>
        one(overview, [`"Node ${index + 1}"`], `node ${index + 1} is ${name}`, (stack) => {
            expect(proxmox(stack).members[index]?.spec.name).toBe(name);
        }),
    ),
    ...amperes.map((name, index) =>
        one(overview, [`Control Plane ${index + 1}`], `control plane ${index + 1} is on ${name}`, (stack) => {
            const node = kubernetes(stack)
                .nodes()
                .find((each) => each.name === `cp-${index + 1}`);
            expect(node?.machine.host).toBe(name);
        }),
    ),
    one(
        overview,
        ["Ceph Storage", "150GB"],
        "the 150 GB are boot volumes: Ceph has 30 of each 50, in two copies",
        (stack) => {
            bootVolumes(stack);
            expect(proxmox(stack).osds.map(({ node }) => node.partitionGiB)).toEqual([30, 30, 30]);
            expect(proxmox(stack).usableGiB).toBe(45);
            expect(proxmox(stack).health).toBe("HEALTH_OK");
        },
    ),
    ...["Provision", "Bootstrap", "Configure", "Reconcile"].map((name, index) =>
        one("Bootstrap Sequence", [`Phase ${index + 1}: ${name}`], `phase ${index + 1} comes in its place`, (stack) => {
            const order = ["machine-cp-1", "talos-bootstrap", "sops-key-secret", "flux-system-kustomization"];
            const later = order[index + 1];
            if (later !== undefined) {
                expect([...stack.waitsFor(later)]).toContain(order[index]);
            }
            expect(stack.resource(order[index] ?? "").custom).toBe(true);
        }),
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

const limits: readonly Figure[] = [
    one("Phase 1", ["Base Image", "Debian 12"], "the base image's recipe is for Debian 12, bookworm", () => {
        const recipe = fs.readFileSync(path.join(projectFolder, "images/recipe/debian-base.sh"), "utf8");
        expect(recipe).toMatch(/^\s+bookworm "/m);
    }),
    one(validation, ["4 OCPU", "24GB"], "4 OCPUs and 24 GB are free", (stack) => {
        limit("a1-ocpus", 4, 4)(stack);
        limit("a1-memory", 24, 24)(stack);
    }),
    one(validation, ["Storage", "200GB"], "200 GB are free", limit("storage", 200, 200)),
    one(validation, ["2 Reserved IPs"], "two reserved addresses are free", reserved),
    one(validation, ["Objects", "20GB"], "20 GB of objects are free", objects),
    one(validation, ["count ≤ 4"], "there are at most four instances", (stack) => {
        expect(stack.resources.filter(({ type }) => type === "oci:Core/instance:Instance")).toHaveLength(4);
    }),
    one(validation, ["ocpus ≤ 4"], "the quota has 4 OCPUs", (stack) => {
        const statements = stack.input("cost-guard-quota", "statements");
        expect(statements).toContain("set compute-core quota standard-a1-core-count to 4 in tenancy");
    }),
    one(validation, ["ram ≤ 24GB"], "the quota has 24 GB", (stack) => {
        const statements = stack.input("cost-guard-quota", "statements");
        expect(statements).toContain("set compute-memory quota standard-a1-memory-count to 24 in tenancy");
    }),
    one(validation, ["storage ≤ 200GB"], "the quota has 200 GB", (stack) => {
        const statements = stack.input("cost-guard-quota", "statements");
        expect(statements).toContain("set block-storage quota total-storage-gb to 200 in tenancy");
    }),
    { sections: [validation, "Phase 1", "Validation Matrix"], mentions: ["20GB"], says: "images", holds: objects },
    { sections: [validation, "Validation Matrix"], mentions: ["$0.00"], says: "the bill is $0.00", holds: free },
];

const times: readonly Figure[] = [
    ...(
        [
            ["OCI CLI + SSH", ["00:00", "10m"], 10],
            ["Flux + SOPS", ["00:10", "10m"], 10],
            ["Dagger Pipeline", ["00:20", "5m"], 5],
            ["Base Image", ["00:25", "25m"], 25],
            ["Proxmox Image", ["00:50", "30m"], 30],
            ["Upload to OCI", ["01:20", "15m"], 15],
            ["All Checks", ["02:50", "10m"], 10],
        ] as const
    ).map(([name, mentions, minutes]) =>
        one(timeline, [name, ...mentions], `${name} takes ${minutes} minutes`, row(name, minutes)),
    ),
    ...(
        [
            ["OCI Infrastructure", ["01:35", "15m"], 15],
            ["Proxmox Cluster", ["01:50", "30m"], 30],
            ["Talos K8s", ["02:20", "20m"], 20],
            ["Flux Reconcile", ["02:40", "10m"], 10],
        ] as const
    ).map(([name, mentions, minutes]) =>
        one(timeline, [name, ...mentions], `the longest path of ${name} is ${minutes} minutes`, phase(name, minutes)),
    ),
    one(
        timeline,
        ["~3 hours", "~1 hour"],
        "three hours with images; the rows of the deployment alone are 75 minutes",
        (stack) => {
            expect(documentMinutes).toEqual({ withImages: 180, preBuilt: 60 });
            expect(documentDeployMinutes).toBe(75);
            expect(pipeline(stack).withImages.minutes).toBeLessThanOrEqual(180);
            // 15 + 30 + 20 + 10 is more than the document's own hour: what is held is the sum of its rows.
            expect(stack.timeline.makespanMinutes).toBeLessThanOrEqual(75);
        },
    ),
];

/** Every figure of the document. */
export const figuresOfDocument: readonly Figure[] = [...network, ...clusters, ...limits, ...times];
