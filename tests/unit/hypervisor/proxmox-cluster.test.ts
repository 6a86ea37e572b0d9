import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Step, script } from "../../../components/hypervisor/proxmox-cluster/script";

const commands = [
    ..."pvecm pveceph ceph pveum pvesh pveam pct ping ssh hostname hostnamectl sysctl partprobe".split(" "),
    ..."udevadm findmnt lsblk sgdisk vgs vgcreate lvs lvcreate ip ifreload iptables systemctl".split(" "),
];
const hosts = { "pve-0": "10.0.1.10", "pve-1": "10.0.1.11", "pve-2": "10.0.1.12" } as const;
type Host = keyof typeof hosts;
const names = Object.keys(hosts) as Host[];

let world: string;

beforeEach(() => {
    world = fs.mkdtempSync(path.join(os.tmpdir(), "strata-proxmox-"));
    fs.mkdirSync(path.join(world, "commands"));
    fs.mkdirSync(path.join(world, "cluster", "pve", "priv"), { recursive: true });
    for (const command of commands) {
        fs.symlinkSync(path.join(__dirname, "stand-ins", "proxmox"), path.join(world, "commands", command));
    }
    for (const host of names) {
        fs.mkdirSync(path.join(world, host, "etc", "sysctl.d"), { recursive: true });
        fs.mkdirSync(path.join(world, host, "var-lib", "ceph", "bootstrap-osd"), { recursive: true });
        for (const folder of ["bin", "root", "etc/systemd/system"]) {
            fs.mkdirSync(path.join(world, host, folder), { recursive: true });
        }
        // awk is found through Debian's alternatives, which the host's own /etc would hide.
        fs.cpSync("/etc/alternatives", path.join(world, host, "etc", "alternatives"), {
            recursive: true,
            verbatimSymlinks: true,
        });
        fs.writeFileSync(path.join(world, host, "etc", "hosts"), "127.0.0.1 localhost\n127.0.1.1 pve\n");
        fs.symlinkSync(path.join(world, "cluster", "pve"), path.join(world, host, "etc", "pve"));
    }
});

afterEach(() => fs.rmSync(world, { recursive: true, force: true }));

/** Runs a step's script under a real bash as root of the host, in a mount namespace where the host's files are its own. */
function run(host: Host, step: Step, variables: Record<string, string> = {}): Promise<{ code: number; out: string }> {
    const own = path.join(world, host);
    const folders = { etc: "/etc", "var-lib": "/var/lib", root: "/root" };
    const mounts = Object.entries(folders).map(([folder, at]) => `mount --bind ${own}/${folder} ${at}`);
    const inside = [...mounts, "exec bash --norc -s"].join(" && ");
    const child = spawn("unshare", ["--map-root-user", "--mount", "sh", "-c", inside], {
        env: {
            PATH: `${own}/bin:${world}/commands:/usr/sbin:/usr/bin:/sbin:/bin`,
            STAND_IN: world,
            STAND_IN_HOST: host,
            PAUSE_SECONDS: "0",
        },
    });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
        out += chunk.toString();
    });
    child.stdin.end(script(step, { NODE: host, ...variables }));
    return new Promise((resolve) => child.on("close", (code) => resolve({ code: code ?? -1, out })));
}

const table = Object.entries(hosts)
    .map(([name, address]) => `${address} ${name}`)
    .join("\n");
const first = "pve-0";
const member = (host: Host) => ({
    ADDRESS: hosts[host],
    CLUSTER: "oci-proxmox",
    FIRST_ADDRESS: hosts[first],
    PEERS: names
        .filter((other) => other !== host)
        .map((other) => hosts[other])
        .join(" "),
});
const trusted = { ROOT_KEY: "-----BEGIN OPENSSH PRIVATE KEY-----", ROOT_PUBLIC: "ssh-ed25519 AAAA strata" };
const prepared = (host: Host) => ({ ADDRESS: hosts[host], HOSTS: table, OSD_GIB: "20", ...trusted });
const way = { VNET: "talos", CIDR: "10.20.0.0/24", GATEWAY: "10.20.0.1" };
const ingress = { ADDRESS: "10.0.1.30", MACHINE_ADDRESS: "10.20.0.11", PORTS: "80:30080 443:30443" };
const mesh = {
    CONTAINER_ID: "100",
    CONTAINER_NAME: "tailscale",
    TEMPLATE: "",
    STORAGE: "machines",
    BRIDGE: "talos",
    CONTAINER_ADDRESS: "10.20.0.2/24",
    GATEWAY: "10.20.0.1",
    ROUTES: "10.20.0.0/24,10.0.1.0/24",
    AUTH_KEY: "tskey-auth-it's-secret",
};

/** Every step of a cluster of three, in the order the component gives them. */
async function form(): Promise<string[]> {
    const steps: [Host, Step, Record<string, string>][] = [
        ...names.map((host): [Host, Step, Record<string, string>] => [host, "prepare-host", prepared(host)]),
        [first, "create-cluster", member(first)],
        ["pve-1", "join-cluster", member("pve-1")],
        ["pve-2", "join-cluster", member("pve-2")],
        [first, "check-quorum", { NODES: "3" }],
        ...names.flatMap((host): [Host, Step, Record<string, string>][] => [
            [host, "install-ceph", { CEPH_RELEASE: "tentacle", CEPH_NETWORK: "10.0.1.0/24" }],
            [host, "create-monitor", {}],
            [host, "create-osd", { OSD_MEMORY_BYTES: "1610612736" }],
        ]),
        [first, "create-pool", { POOL: "machines", SIZE: "3", MIN_SIZE: "2" }],
        [first, "check-ceph", {}],
        [first, "create-token", { TOKEN_USER: "strata@pve", TOKEN_NAME: "deploy" }],
        [
            first,
            "create-network",
            {
                ZONE: "talos",
                VNET: "talos",
                CIDR: "10.20.0.0/24",
                GATEWAY: "10.20.0.1",
                PEERS: Object.values(hosts).join(","),
                TAG: "100",
            },
        ],
        ...names.map((host): [Host, Step, Record<string, string>] => [host, "route-machines", way]),
        [first, "forward-ingress", ingress],
        [first, "create-tailscale-container", mesh],
        [first, "test-migration", { CONTAINER_ID: "100", TARGET: "pve-1", CONTAINER_IP: "10.20.0.2" }],
    ];
    const outs: string[] = [];
    for (const [host, step, variables] of steps) {
        const { code, out } = await run(host, step, variables);
        expect(`${step} on ${host}: ${code} ${code === 0 ? "" : out}`).toBe(`${step} on ${host}: 0 `);
        outs.push(out);
    }
    return outs;
}

/** The state of the stand-ins' world, without its log of calls. */
function state(): Record<string, string> {
    const files = fs.readdirSync(world, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return Object.fromEntries(
        files
            .map((file) => path.join(file.parentPath, file.name))
            .filter((file) => !path.basename(file).startsWith("calls.") && !file.endsWith("ct.moves"))
            .sort()
            .map((file) => [path.relative(world, file), fs.readFileSync(file, "utf8")]),
    );
}

test("three hosts become one quorate cluster with a healthy Ceph, and a second run changes nothing", async () => {
    const outs = await form();
    expect(outs.join("")).toContain("quorate with 3 nodes");
    expect(outs.join("")).toContain("HEALTH_OK");
    expect(outs.join("")).toContain("moved to pve-1 and back");
    const before = state();
    const again = await form();
    expect(state()).toEqual(before);
    const token = (said: string[]) => said.find((out) => out.startsWith("strata@pve!deploy="));
    expect(token(again)).toBe(token(outs));
}, 60_000);

test("the mesh key reaches the container by standard input, never by a command line", async () => {
    await form();
    const calls = names.map((host) => fs.readFileSync(path.join(world, `calls.${host}`), "utf8")).join("");
    expect(calls).not.toContain("tskey");
    expect(fs.readFileSync(path.join(world, "cluster", "ct.key"), "utf8")).toBe(mesh.AUTH_KEY);
}, 60_000);

/** Three prepared hosts, the first of which is a cluster. */
async function founded(): Promise<void> {
    await Promise.all(names.map((host) => run(host, "prepare-host", prepared(host))));
    await run(first, "create-cluster", member(first));
}

test("two joins at once: the second is refused with the node and the command", async () => {
    await founded();
    const both = await Promise.all([
        run("pve-1", "join-cluster", member("pve-1")),
        run("pve-2", "join-cluster", member("pve-2")),
    ]);
    const refused = both.filter(({ code }) => code !== 0);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.out).toMatch(
        /^pve-\d: 'pvecm add 10\.0\.1\.10 --link0 10\.0\.1\.1\d --use_ssh' failed: .*pvecm\.lock/,
    );
});

test("a join before the cluster is there is refused", async () => {
    const { code, out } = await run("pve-1", "join-cluster", member("pve-1"));
    expect(code).toBe(1);
    expect(out).toContain("pve-1: 'pvecm status' on 10.0.1.10 failed: ssh: connect to host 10.0.1.10 port 22");
});

test("a node lost before the quorum check fails the check, and the same step passes once it is back", async () => {
    await founded();
    await run("pve-1", "join-cluster", member("pve-1"));
    await run("pve-2", "join-cluster", member("pve-2"));
    const down = path.join(world, "pve-2", "down");
    fs.writeFileSync(down, "");
    const lost = await run(first, "check-quorum", { NODES: "3" });
    expect(lost).toMatchObject({ code: 1 });
    expect(lost.out).toContain("pve-0: a quorate cluster of 3 nodes did not happen");
    fs.rmSync(down);
    expect(await run(first, "check-quorum", { NODES: "3" })).toMatchObject({ code: 0 });
});

test("a node lost in the middle of its join is joined by the next run, though the cluster has no quorum then", async () => {
    await founded();
    fs.appendFileSync(path.join(world, "cluster", "pve", "corosync.conf"), "  name: pve-1\n");
    expect(await run("pve-1", "join-cluster", member("pve-1"))).toMatchObject({ code: 0 });
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls).toContain("pvecm expected 1\n");
    // Nobody is told what to expect where nothing was cut off.
    await run("pve-2", "join-cluster", member("pve-2"));
    expect(fs.readFileSync(path.join(world, `calls.${first}`), "utf8").match(/pvecm expected/g)).toHaveLength(1);
    expect(await run(first, "check-quorum", { NODES: "3" })).toMatchObject({ code: 0 });
});

test("a first node that was made anew joins the others, and founds no second cluster", async () => {
    await founded();
    await run("pve-1", "join-cluster", member("pve-1"));
    await run("pve-2", "join-cluster", member("pve-2"));
    fs.rmSync(path.join(world, first, "joined"));
    expect(await run(first, "create-cluster", member(first))).toMatchObject({ code: 0 });
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls.match(/^pvecm (create|add) .*$/gm)).toEqual([
        "pvecm create oci-proxmox --link0 10.0.1.10",
        "pvecm add 10.0.1.12 --link0 10.0.1.10 --use_ssh",
    ]);
});

test("a first node that cannot ask the others founds no cluster", async () => {
    await run(first, "prepare-host", prepared(first));
    const { code, out } = await run(first, "create-cluster", member(first));
    expect(code).toBe(1);
    expect(out).toMatch(/^pve-0: 'ssh root@10\.0\.1\.11' failed: (.|\n)*Permission denied \(publickey\)/);
});

test("a partition that a run made before it was cut off is used, not made again", async () => {
    fs.writeFileSync(path.join(world, first, "whole"), "");
    fs.writeFileSync(path.join(world, first, "partition"), "");
    expect(await run(first, "prepare-host", prepared(first))).toMatchObject({ code: 0 });
});

test("Ceph with fewer OSDs than copies is not called healthy", async () => {
    fs.writeFileSync(path.join(world, "cluster", "pool"), "machines");
    fs.writeFileSync(path.join(world, "cluster", "pool.size"), "3 2");
    const { code, out } = await run(first, "check-ceph");
    expect(code).toBe(1);
    expect(out).toContain("HEALTH_WARN Degraded data redundancy");
});

test("an option the real command does not know fails the step", async () => {
    const child = spawn(path.join(world, "commands", "pvecm"), ["create", "x", "--link9", "10.0.1.10"], {
        env: { PATH: process.env.PATH, STAND_IN: world, STAND_IN_HOST: first },
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(255);
});

test("a host of another cluster is left alone", async () => {
    await founded();
    const { code, out } = await run(first, "create-cluster", { ...member(first), CLUSTER: "mine" });
    expect(code).toBe(1);
    expect(out).toContain("pve-0: belongs to another cluster already: Name:             oci-proxmox");
});

test("a node whose root the first does not trust is refused with the node and the command", async () => {
    await founded();
    fs.rmSync(path.join(world, "pve-0", "root", ".ssh", "authorized_keys"));
    fs.writeFileSync(path.join(world, "pve-0", "root", ".ssh", "authorized_keys"), "");
    const { code, out } = await run("pve-1", "join-cluster", member("pve-1"));
    expect(code).toBe(1);
    expect(out).toContain("pve-1: 'pvecm status' on 10.0.1.10 failed: root@10.0.1.10: Permission denied (publickey)");
});

test("the nodes' root key lies where only root reads it, and is on no command line", async () => {
    await run(first, "prepare-host", prepared(first));
    const key = path.join(world, first, "root", ".ssh", "strata");
    expect(fs.statSync(key).mode & 0o777).toBe(0o600);
    expect(fs.readFileSync(key, "utf8")).toContain("PRIVATE KEY");
    expect(fs.readFileSync(path.join(world, `calls.${first}`), "utf8")).not.toContain("PRIVATE KEY");
});

/** The translation rules of a host. */
const nat = (host: Host) =>
    fs
        .readFileSync(path.join(world, host, "nat"), "utf8")
        .trim()
        .split("\n");

test("every node translates the machines' way out, and is the same gateway to them", async () => {
    fs.writeFileSync(path.join(world, "cluster", "_cluster_sdn_vnets"), '[{"vnet":"talos"}]');
    for (const host of names) {
        expect(await run(host, "route-machines", way)).toMatchObject({ code: 0 });
        expect(nat(host)).toEqual(["POSTROUTING --source 10.20.0.0/24 ! --destination 10.20.0.0/24 --jump MASQUERADE"]);
    }
    const files = names.map((host) =>
        fs.readFileSync(path.join(world, host, "etc", "network", "interfaces.d", "strata-talos"), "utf8"),
    );
    expect(new Set(files).size).toBe(1);
    expect(files[0]).toContain("    address 10.20.0.1/24\n    hwaddress 02:");
    await run(first, "route-machines", way);
    expect(fs.readFileSync(path.join(world, first, "reloads"), "utf8")).toBe("reloaded\n");
});

test("a node whose reload failed, or that joined later, asks for its own bridge, and one that has it asks for nothing", async () => {
    fs.writeFileSync(path.join(world, "pve-2", "no-reload"), "");
    const network = { ...way, ZONE: "talos", PEERS: Object.values(hosts).join(","), TAG: "100" };
    expect(await run(first, "create-network", network)).toMatchObject({ code: 0 });
    fs.rmSync(path.join(world, "pve-2", "no-reload"));
    for (const host of names) {
        expect(await run(host, "route-machines", way)).toMatchObject({ code: 0 });
    }
    const reloads = names.map(
        (host) => fs.readFileSync(path.join(world, `calls.${host}`), "utf8").match(/^pvesh set \/nodes\/.*$/gm)?.length,
    );
    expect(reloads).toEqual([1, 1, 2]);
});

test("a gateway waits for the bridge Proxmox makes, and says so when it does not come", async () => {
    const { code, out } = await run(first, "route-machines", way);
    expect(code).toBe(1);
    expect(out).toContain(
        "pve-0: the bridge talos, which 'pvesh set /nodes/pve-0/network' makes, did not happen within 12 tries of 'bridged'",
    );
});

test("the reserved address goes on to the machine's NodePorts, once, and follows the machine when it changes", async () => {
    await run(first, "forward-ingress", ingress);
    const once = [
        "chain STRATA-INGRESS",
        "STRATA-INGRESS --protocol tcp --dport 80 --jump DNAT --to-destination 10.20.0.11:30080",
        "STRATA-INGRESS --protocol tcp --dport 443 --jump DNAT --to-destination 10.20.0.11:30443",
        "PREROUTING --destination 10.0.1.30 --jump STRATA-INGRESS",
    ];
    expect(nat(first)).toEqual(once);
    await run(first, "forward-ingress", ingress);
    expect(nat(first)).toEqual(once);
    await run(first, "forward-ingress", { ...ingress, MACHINE_ADDRESS: "10.20.0.12" });
    expect(nat(first).filter((rule) => rule.includes("10.20.0.11"))).toEqual([]);
    expect(nat(first).filter((rule) => rule.includes("10.20.0.12"))).toHaveLength(2);
    const unit = path.join(world, first, "etc", "systemd", "system", "strata-ingress.service");
    expect(fs.readFileSync(unit, "utf8")).toContain("ExecStart=/bin/sh /etc/strata/ingress.sh");
});

test("a translation the kernel refuses fails the step with the node and the command", async () => {
    fs.writeFileSync(path.join(world, `broken.${first}.iptables`), "iptables: Permission denied (you must be root)");
    const { code, out } = await run(first, "forward-ingress", ingress);
    expect(code).toBe(1);
    expect(out).toContain("pve-0: 'sh /etc/strata/ingress.sh' failed: iptables: Permission denied");
});

test("a migration test that was cut off leaves nothing to mend by hand: the next brings the container home first", async () => {
    await form();
    fs.writeFileSync(path.join(world, "cluster", "ct.node"), "pve-1");
    const last = { CONTAINER_ID: "100", TARGET: "pve-1", CONTAINER_IP: "10.20.0.2" };
    expect(await run(first, "test-migration", last)).toEqual({ code: 0, out: "moved to pve-1 and back\n" });
    expect(fs.readFileSync(path.join(world, "cluster", "ct.node"), "utf8")).toBe(first);
}, 60_000);

test("a container that does not move fails the test with the node and the command", async () => {
    await form();
    fs.writeFileSync(path.join(world, "pve-1", "down"), "");
    const { code, out } = await run(first, "test-migration", {
        CONTAINER_ID: "100",
        TARGET: "pve-1",
        CONTAINER_IP: "10.20.0.2",
    });
    expect(code).toBe(1);
    expect(out).toContain("pve-0: 'pct migrate 100 pve-1 --restart 1' failed: target node 'pve-1' is offline");
}, 60_000);

/** The steps before the container, on the first host alone, as far as it needs them. */
function readyForTheContainer(): void {
    fs.writeFileSync(path.join(world, "cluster", "pool"), mesh.STORAGE);
}

test("the container is made of the newest Debian 13 for arm64 the vendor lists, once the list is up to date", async () => {
    readyForTheContainer();
    expect(await run(first, "create-tailscale-container", mesh)).toMatchObject({ code: 0 });
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls).toContain("pveam download local debian-13-standard_13.10-1_arm64.tar.zst\n");
});

test("a template that is named is taken, and one the vendor does not list is refused in his words", async () => {
    readyForTheContainer();
    const named = (template: string) =>
        run(first, "create-tailscale-container", { ...mesh, TEMPLATE: `debian-${template}_arm64.tar.zst` });
    expect((await named("12-standard_12.12-1")).out).toContain(
        "pve-0: 'pveam download local debian-12-standard_12.12-1_arm64.tar.zst' failed: 400 Parameter verification failed. template: no such template",
    );
    expect(await named("13-standard_13.6-1")).toMatchObject({ code: 0 });
});

test("a container without a way out, and one that Tailscale does not answer, are told of in a sentence", async () => {
    readyForTheContainer();
    const wayOut = path.join(world, "no-way-out");
    fs.writeFileSync(wayOut, "");
    expect((await run(first, "create-tailscale-container", mesh)).out).toContain(
        "pve-0: a way out of container 100 did not happen within 12 tries of 'pct exec 100 -- getent hosts pkgs.tailscale.com'",
    );
    fs.rmSync(wayOut);
    fs.writeFileSync(path.join(world, "tailscale-away"), "");
    expect((await run(first, "create-tailscale-container", mesh)).out).toContain(
        "--timeout=60s' failed: timeout waiting for Tailscale service to enter a Running state",
    );
});

test("routes that change after the container has joined are the ones it advertises", async () => {
    readyForTheContainer();
    await run(first, "create-tailscale-container", mesh);
    const advertised = () => fs.readFileSync(path.join(world, "cluster", "ct.routes"), "utf8");
    expect(advertised()).toBe("10.20.0.0/24,10.0.1.0/24");
    await run(first, "create-tailscale-container", { ...mesh, ROUTES: "10.20.0.0/24" });
    expect(advertised()).toBe("10.20.0.0/24");
});

test("a list without a Debian for arm64 is told with what the update said", async () => {
    readyForTheContainer();
    fs.writeFileSync(path.join(world, first, "offline"), "");
    const { code, out } = await run(first, "create-tailscale-container", mesh);
    expect([code, out]).toEqual([
        1,
        "pve-0: 'pveam available --section system' lists no debian-13-standard for arm64 ('pveam update' said: update failed - see /var/log/pveam.log for details)\n",
    ]);
});

test("the container forwards what it is sent for others", async () => {
    await form();
    expect(fs.existsSync(path.join(world, "cluster", "ct.forwards"))).toBe(true);
}, 60_000);

test("a host's name leads to its address on the network, not to itself, before Proxmox VE is started anew under it", async () => {
    expect(await run(first, "prepare-host", prepared(first))).toMatchObject({ code: 0 });
    const hostsFile = fs.readFileSync(path.join(world, first, "etc", "hosts"), "utf8");
    expect(hostsFile).not.toContain("127.0.1.1");
    expect(hostsFile).toContain("10.0.1.10 pve-0\n");
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls.match(/^systemctl restart pve-cluster$/gm)).toHaveLength(1);
});

test("an OSD keeps to the memory that is counted for it", async () => {
    await founded();
    for (const step of ["install-ceph", "create-monitor", "create-osd"] as const) {
        const variables = { CEPH_RELEASE: "tentacle", CEPH_NETWORK: "10.0.1.0/24", OSD_MEMORY_BYTES: "1610612736" };
        expect(await run(first, step, variables)).toMatchObject({ code: 0 });
    }
    expect(fs.readFileSync(path.join(world, "cluster", "osd-memory"), "utf8")).toBe("1610612736");
});

const installCeph = (release = "tentacle") =>
    run(first, "install-ceph", { CEPH_RELEASE: release, CEPH_NETWORK: "10.0.1.0/24" });

/** Daemons of a Ceph release and nothing else, as an image may bring them. */
const imageWithCeph = (release: string) =>
    fs.writeFileSync(
        path.join(world, first, "bin", "ceph-mon"),
        `#!/bin/sh\necho "ceph version 1.2.3 (abc) ${release} (stable)"\n`,
        { mode: 0o755 },
    );

test("another Ceph than the one asked for is not taken for it", async () => {
    await founded();
    imageWithCeph("squid");
    await installCeph();
    await installCeph();
    const calls = fs.readFileSync(path.join(world, `calls.${first}`), "utf8");
    expect(calls.match(/^pveceph install .*$/gm)).toEqual([
        "pveceph install --repository no-subscription --version tentacle",
    ]);
});

test("Ceph without ceph-volume is completed: the package is its own, and no other brings it", async () => {
    await founded();
    imageWithCeph("tentacle");
    expect(await installCeph()).toMatchObject({ code: 0 });
    expect(fs.existsSync(path.join(world, first, "bin", "ceph-volume"))).toBe(true);
});

test("a Ceph that Proxmox has no packages of is refused with the node and the command", async () => {
    await founded();
    const { code, out } = await installCeph("squid");
    expect(code).toBe(1);
    expect(out).toContain("pve-0: 'pveceph install --repository no-subscription --version squid' failed: 400");
});

test.each([
    [
        "test-migration",
        { CONTAINER_ID: "100", TARGET: "pve-1", CONTAINER_IP: "10.20.0.2" },
        "container 100 is on no node",
    ],
    [
        "create-token",
        { TOKEN_USER: "strata@pve", TOKEN_NAME: "deploy" },
        "'pveum user token add strata@pve deploy' gave no value",
    ],
] as const)("%s names the node and the command where that says nothing", async (step, variables, words) => {
    fs.writeFileSync(path.join(world, first, "bin", "pveum"), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    const { code, out } = await run(first, step, variables);
    expect(code).toBe(1);
    expect(out).toContain(`pve-0: ${words}`);
});
