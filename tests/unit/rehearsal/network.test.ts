import { expect, test } from "vitest";
import { Network } from "../../../rehearsal/world/network";
import type { Site } from "../../../rehearsal/world/site";

const site: Site = {
    proxmox: [{ endpoint: "https://10.10.0.10:8006/", version: "8.4.1", nodes: {} }],
    networks: {
        lan: { cidr: "10.10.0.0/24", gateway: "10.10.0.1", taken: ["10.10.0.11"] },
        far: { cidr: "10.20.0.0/24", gateway: "10.20.0.1", reachable: false },
    },
    talosVersions: [],
    kubernetesByTalos: {},
};

const machine = (name: string, ...ports: number[]) => ({ name, listens: (port: number) => ports.includes(port) });

test("a port that a host listens on is answered", () => {
    const network = new Network(site);
    network.attach("10.10.0.140", machine("c0", 50000));
    expect(network.unreachable("10.10.0.140", 50000)).toBeUndefined();
    expect(network.unreachable("10.10.0.10", 8006)).toBeUndefined();
});

test.each([
    ["an address nobody has", "10.10.0.141", 50000, "dial tcp 10.10.0.141:50000: connect: no route to host"],
    ["a port nobody listens on", "10.10.0.140", 6443, "dial tcp 10.10.0.140:6443: connect: connection refused"],
    ["an address of no network", "192.0.2.1", 22, "dial tcp 192.0.2.1:22: connect: network is unreachable"],
    ["a network out of reach", "10.20.0.5", 22, "dial tcp 10.20.0.5:22: i/o timeout"],
    ["a name nobody has", "nowhere.lan", 22, "dial tcp: lookup nowhere.lan: no such host"],
])("a call to %s fails", (_, address, port, words) => {
    const network = new Network(site);
    network.attach("10.10.0.140", machine("c0", 50000));
    expect(network.unreachable(address, port)).toBe(words);
    expect(() => network.call(address, port)).toThrow(words);
});

test.each(["10.10.0.140", "10.10.0.11", "10.10.0.1", "10.10.0.10"])(
    "the taken address %s is refused to another",
    (address) => {
        const network = new Network(site);
        network.attach("10.10.0.140", machine("c0"));
        expect(() => network.attach(address, machine("w0"))).toThrow(`IPv4 address conflict: w0 cannot use ${address}`);
        expect(() => network.claim(address, "service ingress")).toThrow("IPv4 address conflict: service ingress");
    },
);

test("a released address is free again", () => {
    const network = new Network(site);
    network.claim("10.10.0.70", "service a");
    expect(network.takenBy("10.10.0.70")).toBe("service a");
    network.release("10.10.0.70");
    expect(network.takenBy("10.10.0.70")).toBeUndefined();
    network.claim("10.10.0.70", "service b");
    expect(network.unreachable("10.10.0.70", 5432)).toBeUndefined();
});

test("a site's network that is none is a mistake of the site", () => {
    const wrong: Site = { ...site, networks: { lan: { cidr: "10.10.0.0", gateway: "10.10.0.1" } } };
    expect(() => new Network(wrong)).toThrow("The site's network 'lan' must be an IPv4 network such as 10.10.0.0/24");
});

test("a network that is deployed is reached while there is a route to it", () => {
    const network = new Network(site);
    let approved = false;
    network.addNetwork("subnet", { cidr: "10.0.1.0/24", reachable: () => approved });
    network.attach("10.0.1.10", machine("ampere-1", 8006));
    expect(network.unreachable("10.0.1.10", 8006)).toBe("dial tcp 10.0.1.10:8006: i/o timeout");
    approved = true;
    expect(network.unreachable("10.0.1.10", 8006)).toBeUndefined();
    network.removeNetwork("subnet");
    expect(network.unreachable("10.0.1.10", 8006)).toBe("dial tcp 10.0.1.10:8006: connect: network is unreachable");
    expect(() => network.addNetwork("subnet", { cidr: "10.0.1.0", reachable: () => true })).toThrow(
        "The network 'subnet' must be an IPv4 network such as 10.0.1.0/24, got '10.0.1.0'.",
    );
});

test("a neighbour needs no route, and a stranger has none", () => {
    const network = new Network(site);
    network.addNetwork("subnet", { cidr: "10.0.1.0/24", reachable: () => false });
    network.attach("10.0.1.10", machine("ampere-1", 22));
    expect(network.unreachable("10.0.1.10", 22, "10.0.1.20")).toBeUndefined();
    expect(network.unreachable("10.0.1.10", 22, "10.20.0.2")).toBe("dial tcp 10.0.1.10:22: i/o timeout");
});

test("a firewall lets its callers in and throws the calls of others away", () => {
    const network = new Network(site);
    network.attach("192.0.2.20", { ...machine("bastion", 22), drops: (_, from) => from === undefined });
    expect(network.unreachable("192.0.2.20", 22)).toBe("dial tcp 192.0.2.20:22: i/o timeout");
    expect(network.unreachable("192.0.2.20", 22, "203.0.113.9")).toBeUndefined();
});
