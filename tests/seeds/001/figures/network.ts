/** Figures of the network: addresses, instances, the budget's alert. */
import { expect } from "vitest";
import { at } from "../../../../rehearsal/world/value";
import type { Built } from "../built";
import { addresses, amperes, bootVolumes, type Figure, one, reserved } from "./figure";

const overview = "Architecture Overview";
const topology = "Physical + Logical";
const allocation = "IP Allocation";
const validation = "Free Tier Validation";

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
/** The only amount Oracle takes is a whole number: one dollar, and one percent of it. */
const alert = (stack: Built): void => {
    expect(stack.input("cost-guard-budget", "amount")).toBe(1);
    expect(stack.input("cost-guard-any-charge", "threshold")).toBe(1);
    expect(stack.input("cost-guard-any-charge", "thresholdType")).toBe("PERCENTAGE");
    expect(stack.input("cost-guard-any-charge", "type")).toBe("ACTUAL");
};

/** Every figure of the network. */
export const networkFigures: readonly Figure[] = [
    { sections: ["Phase 2", "Layer 1", topology], mentions: ["VCN", "10.0.0.0/16"], says: "the VCN", holds: vcn },
    { sections: ["Layer 1", topology], mentions: ["Subnet", "10.0.1.0/24"], says: "the subnet", holds: subnet },
    {
        sections: ["Phase 2", "Layer 1", overview],
        mentions: ["3× Ampere"],
        says: "three Amperes",
        holds: threeAmperes,
    },
    { sections: ["Phase 2", "Layer 1"], mentions: ["1× Micro"], says: "one Micro", holds: oneMicro },
    one(overview, ["1× Micro", "1GB RAM"], "the one Micro has its shape's 1 GB", (stack) => {
        oneMicro(stack);
        expect(stack.world.hosts.named("bastion")?.spec.memoryGiB).toBe(1);
    }),
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
