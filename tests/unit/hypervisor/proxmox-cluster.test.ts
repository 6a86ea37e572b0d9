import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Step, script } from "../../../components/hypervisor/proxmox-cluster/script";

const commands = [
    ..."pvecm pveceph ceph ceph-volume pveum pvesh pveam pct ping ssh hostname hostnamectl sysctl partprobe".split(" "),
    ..."udevadm findmnt lsblk sgdisk vgs vgcreate lvs lvcreate".split(" "),
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
        fs.mkdirSync(path.join(world, host, "bin"));
        // awk is found through Debian's alternatives, which the host's own /etc would hide.
        fs.cpSync("/etc/alternatives", path.join(world, host, "etc", "alternatives"), {
            recursive: true,
            verbatimSymlinks: true,
        });
        fs.writeFileSync(path.join(world, host, "etc", "hosts"), "127.0.0.1 localhost\n");
        fs.symlinkSync(path.join(world, "cluster", "pve"), path.join(world, host, "etc", "pve"));
    }
});

afterEach(() => fs.rmSync(world, { recursive: true, force: true }));

/** Runs a step's script under a real bash as root of the host, in a mount namespace where the host's files are its own. */
function run(host: Host, step: Step, variables: Record<string, string> = {}): Promise<{ code: number; out: string }> {
    const own = path.join(world, host);
    const inside = `mount --bind ${own}/etc /etc && mount --bind ${own}/var-lib /var/lib && exec bash --norc -s`;
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
const member = (host: Host) => ({ ADDRESS: hosts[host], CLUSTER: "oci-proxmox", FIRST_ADDRESS: hosts[first] });
const mesh = {
    CONTAINER_ID: "100",
    TEMPLATE: "debian-12-standard_12.7-1_arm64.tar.zst",
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
        ...names.map((host): [Host, Step, Record<string, string>] => [
            host,
            "prepare-host",
            { ADDRESS: hosts[host], HOSTS: table, OSD_GIB: "20" },
        ]),
        [first, "create-cluster", member(first)],
        ["pve-1", "join-cluster", member("pve-1")],
        ["pve-2", "join-cluster", member("pve-2")],
        [first, "check-quorum", { NODES: "3" }],
        ...names.flatMap((host): [Host, Step, Record<string, string>][] => [
            [host, "install-ceph", { CEPH_RELEASE: "squid", CEPH_NETWORK: "10.0.1.0/24" }],
            [host, "create-monitor", {}],
            [host, "create-osd", {}],
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

test("two joins at once: the second is refused with the node and the command", async () => {
    await run(first, "create-cluster", member(first));
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
    expect(out).toContain("pve-1: 'pvecm add 10.0.1.10");
    expect(out).toContain("Can't connect to 10.0.1.10:8006");
});

test("a node lost before the quorum check fails the check, and the same step passes once it is back", async () => {
    await run(first, "create-cluster", member(first));
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
    await run(first, "create-cluster", member(first));
    const { code, out } = await run(first, "create-cluster", { ...member(first), CLUSTER: "mine" });
    expect(code).toBe(1);
    expect(out).toContain("pve-0: belongs to another cluster already: Name:             oci-proxmox");
});
