/** Arrows of the network: packets from the internet to a pod, devices of the mesh, what each address is for. */
import { expect } from "vitest";
import { reachNodePort, reachOverMesh } from "../../../../rehearsal/world/kubernetes/reach";
import { at, list, type Value } from "../../../../rehearsal/world/value";
import type { Built } from "../built";
import { amperes } from "../figures/figure";
import { type Claim, claim, fan } from "./arrow";

const topology = "Physical + Logical Topology";
const allocation = "IP Allocation Strategy";
const stranger = "192.0.2.9";
const owner = "198.51.100.7";
const devices = [...amperes, "bastion"];

const device = (stack: Built, name: string) => {
    const found = stack.world.tailnet.find(name);
    if (found === undefined) {
        throw new Error(`${name} is not in the mesh.`);
    }
    return found;
};

/** Whether the policy that is in force lets a device reach another at any port. */
function granted(stack: Built, from: string, to: string): boolean {
    const policy = JSON.parse(stack.world.tailnet.policyText) as Value;
    const names = (side: Value | undefined, name: string) =>
        Array.isArray(side) && device(stack, name).tags.some((tag) => side.includes(tag));
    return list(policy, "grants").some(
        (grant) => names(at(grant, "src"), from) && names(at(grant, "dst"), to) && list(grant, "ip").includes("*"),
    );
}

const joined = (name: string, address: string) => (stack: Built) => {
    expect([...stack.waitsFor(`instance-${name}`)]).toContain(`mesh-${name}`);
    expect(device(stack, name)).toMatchObject({ hostname: name, address });
};

/** What a packet from outside passes until it is let in. */
const trace = ({ world, outputs }: Built, port: number, address = outputs.ingressAddress, from = stranger) =>
    world.oracle.trace(from, String(address), port);

const ports = [
    [80, 30080],
    [443, 30443],
] as const;

/** Arrows that are true of the world. */
export const networkFacts: readonly Claim[] = [
    claim(topology, ["Internet --> IGW"], "a packet from the internet passes the gateway first", (stack) => {
        expect(trace(stack, 443).hops[0]).toBe("internet gateway network");
        expect(trace(stack, 22, stack.outputs.bastionAddress, owner).hops[0]).toBe("internet gateway network");
    }),
    ...devices.map((name, index) =>
        claim(
            topology,
            [`${["A1", "A2", "A3", "BAS"][index]} -.-> TS${index + 1}`],
            `${name} is device ${index + 1} of the mesh`,
            joined(name, `100.64.0.${index + 1}`),
        ),
    ),
    claim(
        topology,
        fan(["TS1"], "-.mesh.->", ["TS2", "TS3", "TS4"]),
        "devices of the mesh reach each other",
        (stack) => {
            for (const name of devices.slice(1)) {
                expect([name, granted(stack, "ampere-1", name), granted(stack, name, "ampere-1")]).toEqual([
                    name,
                    true,
                    true,
                ]);
            }
        },
    ),
    ...amperes.map((host, index) =>
        claim(topology, [`A${index + 1} --> Pods`], `pods run on ${host}`, ({ kubernetes }) => {
            const own = kubernetes.nodes().filter(({ machine }) => machine.host === host);
            expect(own).toHaveLength(1);
            expect(kubernetes.pods.filter(({ node }) => node === own[0]?.name).length).toBeGreaterThan(3);
        }),
    ),
    claim(topology, ["Pods --> Svcs"], "pods answer for the ingress controller's service", ({ kubernetes }) => {
        for (const [, nodePort] of ports) {
            const reached = reachNodePort(kubernetes, nodePort);
            const running = kubernetes.pods.map(({ namespace, name }) => `${namespace}/${name}`);
            expect(reached).toMatchObject({ service: "ingress/traefik" });
            expect("pods" in reached && reached.pods.filter((pod) => running.includes(pod)).length).toBe(2);
        }
    }),
    claim(topology, ["Svcs --> Ingress"], "the ingress address leads to that service's node ports", ({ world }) => {
        for (const [port, nodePort] of ports) {
            const next = world.hosts.forward("ampere-1", "10.0.1.30", port);
            expect(next?.port).toBe(nodePort);
            expect(world.talos.find(next?.address ?? "")?.config).toBeDefined();
        }
    }),
    claim(
        topology,
        ["Ingress -.-> Internet"],
        "the ingress address is the internet's: 80 and 443, there and back",
        (stack) => {
            const { ingressAddress } = stack.outputs;
            expect(stack.resource("ingress-address-public").outputs).toMatchObject({
                ipAddress: ingressAddress,
                lifetime: "RESERVED",
            });
            // A packet is delivered only where a route of the subnet leads back to whoever sent it.
            for (const [port] of ports) {
                expect(trace(stack, port)).toMatchObject({ delivered: true, at: { address: "10.0.1.30" } });
            }
            expect(trace(stack, 6443).stopped).toMatch(/^no security rule lets/);
        },
    ),
    claim(
        allocation,
        ["R1 --> SSH"],
        "the first reserved address is where its owner logs in, and only they",
        (stack) => {
            const { bastionAddress } = stack.outputs;
            expect(stack.resource("bastion-address-public").outputs.ipAddress).toBe(bastionAddress);
            expect(trace(stack, 22, bastionAddress, owner)).toMatchObject({
                delivered: true,
                at: { instance: "bastion" },
            });
            expect(trace(stack, 22, bastionAddress).delivered).toBe(false);
            const proxy = at(stack.resource("proxmox-cluster-prepare-host-ampere-1").inputs, "connection.proxy.host");
            expect(proxy).toBe(bastionAddress);
        },
    ),
    claim(allocation, ["R2 --> NAT"], "the second is translated, port by port, to node ports", (stack) => {
        for (const [port, nodePort] of ports) {
            const { at: end } = trace(stack, port);
            expect(stack.world.hosts.forward(end?.instance ?? "", end?.address ?? "", port)?.port).toBe(nodePort);
        }
    }),
    ...amperes.map((name, index) =>
        claim(
            allocation,
            [`E${index + 1} --> Mesh`],
            `${name} joins the mesh through its ephemeral address`,
            (stack) => {
                const { publicIp } = stack.resource(`instance-${name}`).outputs;
                const kept = stack.world.oracle.all("publicip").find(({ computed }) => computed.ipAddress === publicIp);
                expect(kept?.inputs.lifetime ?? kept?.computed.lifetime).toBe("EPHEMERAL");
                expect(device(stack, name).live()).toBe(true);
            },
        ),
    ),
    claim(allocation, ["T --> Private"], "the private service answers over the mesh, at no public address", (stack) => {
        expect(reachOverMesh(stack.kubernetes, "whoami", 80)).toMatchObject({ service: "private/whoami" });
        const { manifest } = stack.kubernetes.objects.find("v1", "Service", "private", "whoami") ?? {};
        expect(at(manifest, "spec.type") ?? "ClusterIP").toBe("ClusterIP");
    }),
];
