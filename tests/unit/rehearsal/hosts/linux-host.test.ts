import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { cloudConfig } from "../../../../components/cloud/cloud-init";
import { script } from "../../../../components/hypervisor/proxmox-cluster/script";
import { commandPackage } from "../../../../rehearsal/providers/command";
import { proxmoxClusterDurations } from "../../../../rehearsal/world/hosts/durations";
import type { BootedHost } from "../../../../rehearsal/world/oracle/hosts";
import type { Properties } from "../../../../rehearsal/world/value";
import { World } from "../../../../rehearsal/world/world";
import { first, prepared, privateKey, publicKey, spec, stage, steps } from "./stage";

const stranger = generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const own = generateKeyPairSync("rsa", { modulusLength: 2048 });

function world(more: Partial<BootedHost> = {}) {
    const made = new World({
        site: {
            proxmox: [],
            networks: {},
            talosVersions: [],
            kubernetesByTalos: {},
            tailnet: { name: "example.org", policy: '{"tagOwners":{"tag:strata":[]}}' },
        },
    });
    let open = true;
    made.network.addNetwork("subnet", { cidr: "10.0.1.0/24", reachable: () => made.tailnet.reaches("10.0.1.0/24") });
    made.network.attach("203.0.113.20", { name: "public", listens: (port) => port === 22, drops: () => !open });
    made.hosts.behind = (address) => (address === "203.0.113.20" ? "bastion" : undefined);
    for (const [name, address] of [
        ["ampere-1", "10.0.1.10"],
        ["ampere-2", "10.0.1.11"],
        ["ampere-3", "10.0.1.12"],
    ]) {
        made.hosts.boot(spec(name ?? "", address ?? "", more));
    }
    made.hosts.boot(spec("bastion", "10.0.1.20", { boots: "linux" }));
    const command = commandPackage(made).resource("command:remote:Command");
    const taken: string[] = [];
    const run = (name: string, address: string, stdin: string, other: Properties = {}, proxy: Properties = {}) => {
        const login = { user: "root", privateKey };
        const bastion = { host: "203.0.113.20", ...login, user: "ubuntu", ...proxy };
        const connection = { host: address, ...login, proxy: bastion, ...other };
        const takes = async (step: string) => void taken.push(step);
        const operation = { urn: name, type: "x", name, provider: { package: "command", config: {} }, takes };
        return command?.create({ connection, create: "bash -s", stdin }, operation);
    };
    const close = () => {
        open = false;
    };
    return { made, run, taken, close };
}

test("a script runs on the host behind the bastion, and what it prints comes back", async () => {
    const { run } = world();
    expect((await run("x", "10.0.1.10", "hostname"))?.outputs.stdout).toBe("ampere-1");
    expect((await run("x", "10.0.1.11", "hostname"))?.outputs.stdout).toBe("ampere-2");
    await expect(run("x", "10.0.1.10", "echo no >&2; exit 3")).rejects.toThrow(
        'Process exited with status 3: running "bash -s":\nno',
    );
});

test("each login needs a key that is authorised, and the bastion lets in by its own", async () => {
    const { run, close } = world();
    const words = "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]";
    await expect(run("x", "10.0.1.10", "hostname", { privateKey: stranger })).rejects.toThrow(words);
    await expect(run("x", "10.0.1.10", "hostname", {}, { privateKey: stranger })).rejects.toThrow(words);
    await expect(run("x", "10.0.1.10", "hostname", { privateKey: "no key" })).rejects.toThrow(words);
    await expect(run("x", "10.0.1.10", "hostname", {}, { user: "root" })).rejects.toThrow(words);
    await expect(run("x", "10.0.1.99", "hostname")).rejects.toThrow("10.0.1.99:22: connect: no route to host");
    close();
    await expect(run("x", "10.0.1.10", "hostname")).rejects.toThrow("dial tcp 203.0.113.20:22: i/o timeout");
});

test("an RSA key in PEM is known by its public part", async () => {
    const pem = own.privateKey.export({ format: "pem", type: "pkcs1" }).toString();
    const other = world({ authorizedKeys: [publicKey] });
    await expect(other.run("x", "10.0.1.10", "hostname", { privateKey: pem })).rejects.toThrow(
        "unable to authenticate",
    );
});

test("a machine joins the mesh at its first boot, and keeps trying until it has a way out", () => {
    const { tailnet, hosts, key, network } = stage();
    let out = false;
    const userData = cloudConfig({ hostname: "bastion", meshKey: "" }, key().key);
    hosts.boot(spec("bastion", "10.0.1.20", { boots: "linux", userData, hasWayOut: () => out }));
    expect(tailnet.find("bastion")).toBeUndefined();
    out = true;
    expect(tailnet.find("bastion")?.hostname).toBe("bastion");
    expect(hosts.named("bastion")?.read("/var/lib/strata/mesh.key")).toBeUndefined();
    expect(network.unreachable("100.64.0.1", 22)).toBeUndefined();
    hosts.off("bastion");
    // Its device stays in the tailnet's list.
    expect(tailnet.find("bastion")?.live()).toBe(false);
});

test("a Proxmox VE host with the repository that asks for a subscription never gets Tailscale, and tries on", () => {
    const { tailnet, hosts, key } = stage();
    let out = false;
    const userData = cloudConfig({ hostname: "ampere-4", meshKey: "" }, key().key);
    hosts.boot(spec("ampere-4", "10.0.1.13", { userData, hasWayOut: () => out }));
    const host = hosts.named("ampere-4");
    const sources = "/etc/apt/sources.list.d/pve-enterprise.sources";
    const off = host?.read(sources) ?? "";
    host?.write(sources, off.replace("Enabled: false\n", ""));
    out = true;
    expect(tailnet.find("ampere-4")).toBeUndefined();
    expect(host && hosts.run(host, "sh /usr/local/sbin/strata-join-mesh").err).toContain("401  Unauthorized");
    host?.write(sources, off);
    expect(tailnet.find("ampere-4")?.hostname).toBe("ampere-4");
});

test("user data that is none joins nothing, and a used key joins no second machine", () => {
    const { tailnet, hosts, key } = stage();
    const meshKey = key().key;
    hosts.boot(spec("plain", "10.0.1.21", { boots: "linux", userData: "hostname: plain" }));
    expect(tailnet.find("plain")).toBeUndefined();
    hosts.boot(
        spec("a", "10.0.1.22", { boots: "linux", userData: cloudConfig({ hostname: "a", meshKey: "" }, meshKey) }),
    );
    hosts.boot(
        spec("b", "10.0.1.23", { boots: "linux", userData: cloudConfig({ hostname: "b", meshKey: "" }, meshKey) }),
    );
    expect(tailnet.find("a")).toBeDefined();
    expect(tailnet.find("b")).toBeUndefined();
});

test("a host without Proxmox VE knows none of its commands, and root does not log in to it", () => {
    const { hosts } = stage();
    hosts.boot(spec("plain", "10.0.1.21", { boots: "linux" }));
    const plain = hosts.named("plain");
    expect(plain && hosts.run(plain, "pvecm status").err).toBe("bash: pvecm: command not found\n");
    expect(plain && hosts.refuses(plain, "root", privateKey)).toContain("unable to authenticate");
    expect(plain && hosts.refuses(plain, "ubuntu", privateKey)).toBeUndefined();
});

test("a cluster formed over SSH is reached over the mesh, with its nodes, storage, bridge and token", async () => {
    const { made, run, taken } = world();
    const key = made.tailnet.makeKey({
        reusable: false,
        preauthorized: true,
        tags: ["tag:strata"],
        description: "test",
    });
    const address = (name: string) => made.hosts.named(name)?.spec.addresses[0] ?? "";
    const token: string[] = [];
    for (const [name, step, variables] of steps(key.key)) {
        const state = await run(`${step}-${name}`, address(name), script(step, { NODE: name, ...variables }));
        if (step === "create-token") {
            token.push(String(state?.outputs.stdout));
        }
    }
    const endpoint = "https://10.0.1.10:8006/";
    const connection = { endpoint, apiToken: token[0] ?? "" };
    expect(() => made.proxmox.connect(connection)).toThrow("dial tcp 10.0.1.10:8006: i/o timeout");
    made.network.attach("10.20.0.11", { name: "machine c1", listens: (port) => port === 50000 });
    expect(made.network.unreachable("10.20.0.11", 50000)).toBe("dial tcp 10.20.0.11:50000: i/o timeout");
    made.tailnet.approve(made.tailnet.find("tailscale")?.id ?? "", ["10.0.1.0/24", "10.20.0.0/24"]);
    const { site } = made.proxmox.connect(connection);
    expect(Object.keys(site.nodes)).toEqual(["ampere-1", "ampere-2", "ampere-3"]);
    expect(site.nodes["ampere-2"]).toMatchObject({
        bridges: { talos: "vnet talos" },
        datastores: { local: { sizeGiB: 9 }, machines: { shared: true, sizeGiB: 16 } },
        virtualisation: false,
    });
    expect(() => made.proxmox.connect({ ...connection, apiToken: "strata@pve!deploy=guess" })).toThrow(
        "invalid token value!",
    );
    expect(made.network.unreachable("10.20.0.11", 50000)).toBeUndefined();
    expect(made.network.networkOf("10.20.0.11")).toBe("vnet talos");
    expect(taken).toContain("proxmox-cluster/pvecm-add");
    for (const name of ["ampere-1", "ampere-2", "ampere-3"]) {
        made.hosts.off(name);
    }
    expect(made.proxmox.installations).toEqual([]);
    expect(made.network.hasNetwork("vnet talos")).toBe(false);
});

test("host preparation needs no more than a login", async () => {
    const { run, taken } = world();
    await run("x", "10.0.1.10", script("prepare-host", { NODE: first, ...prepared(first) }));
    expect(taken).toEqual(["proxmox-cluster/vgcreate"]);
});

test("an installed client joins nothing without a way out", () => {
    const { hosts, key } = stage({ hasWayOut: () => false });
    const host = hosts.named(first);
    host?.installed.add("tailscale");
    const said = (limit: string) => host && hosts.run(host, `tailscale up ${limit} --auth-key=${key().key}`).err;
    expect(said("--timeout=60s")).toContain("timeout waiting for Tailscale service to enter a Running state");
    expect(said("")).toContain("'tailscale up' would wait for ever here");
    expect(host && hosts.run(host, `timeout 60 tailscale up --auth-key=${key().key} || echo $?`).out).toBe("124\n");
});

test("the longest chain of the steps takes the document's 30 minutes", () => {
    const world = stage();
    const minutes = new Map<string, number>();
    for (const [name, step, variables] of steps(world.key().key)) {
        const host = world.hosts.named(name);
        const taken = host === undefined ? [] : world.hosts.run(host, script(step, { NODE: name, ...variables })).steps;
        minutes.set(
            `${step}-${name}`,
            taken.reduce((sum, each) => sum + (proxmoxClusterDurations[each]?.minutes ?? 0), 0),
        );
    }
    const chain = [
        ...["prepare-host-ampere-1", "create-cluster-ampere-1", "join-cluster-ampere-2", "join-cluster-ampere-3"],
        ...["install-ceph-ampere-1", "install-ceph-ampere-2", "create-monitor-ampere-2", "create-monitor-ampere-3"],
        ...["create-osd-ampere-3", "create-pool-ampere-1", "create-tailscale-container-ampere-1"],
        "test-migration-ampere-1",
    ];
    expect(chain.reduce((sum, each) => sum + (minutes.get(each) ?? Number.NaN), 0)).toBe(30);
});
