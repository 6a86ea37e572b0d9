/** Three hosts under a real bash, with stand-ins for the commands of Proxmox VE, and the steps that make them a cluster. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import { type Step, script } from "../../../components/hypervisor/proxmox-cluster/script";

const commands = [
    ..."pvecm pveceph ceph pveum pvesh pveam pct ping ssh hostname hostnamectl sysctl partprobe".split(" "),
    ..."udevadm findmnt lsblk sgdisk vgs vgcreate lvs lvcreate ip ifreload iptables systemctl".split(" "),
];
export const hosts = { "pve-0": "10.0.1.10", "pve-1": "10.0.1.11", "pve-2": "10.0.1.12" } as const;
export type Host = keyof typeof hosts;
export const names = Object.keys(hosts) as Host[];

/** Folder of the hosts of the running test. */
export let world: string;

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
export function run(
    host: Host,
    step: Step,
    variables: Record<string, string> = {},
): Promise<{ code: number; out: string }> {
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
export const first = "pve-0";
export const member = (host: Host) => ({
    ADDRESS: hosts[host],
    CLUSTER: "oci-proxmox",
    FIRST_ADDRESS: hosts[first],
    PEERS: names
        .filter((other) => other !== host)
        .map((other) => hosts[other])
        .join(" "),
});
const trusted = { ROOT_KEY: "-----BEGIN OPENSSH PRIVATE KEY-----", ROOT_PUBLIC: "ssh-ed25519 AAAA strata" };
export const prepared = (host: Host) => ({ ADDRESS: hosts[host], HOSTS: table, OSD_GIB: "20", ...trusted });
export const way = { VNET: "talos", CIDR: "10.20.0.0/24", GATEWAY: "10.20.0.1" };
export const ingress = { ADDRESS: "10.0.1.30", MACHINE_ADDRESS: "10.20.0.11", PORTS: "80:30080 443:30443" };
export const mesh = {
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
export async function form(): Promise<string[]> {
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

/** Three prepared hosts, the first of which is a cluster. */
export async function founded(): Promise<void> {
    await Promise.all(names.map((host) => run(host, "prepare-host", prepared(host))));
    await run(first, "create-cluster", member(first));
}

/** Installs Ceph on the first host. */
export const installCeph = (release = "tentacle") =>
    run(first, "install-ceph", { CEPH_RELEASE: release, CEPH_NETWORK: "10.0.1.0/24" });

/** One prepared host that is a cluster with Ceph installed, and a volume for its OSD. */
export async function readyForCeph(): Promise<void> {
    await run(first, "prepare-host", prepared(first));
    await run(first, "create-cluster", member(first));
    await installCeph();
}

/** What a host was asked to run, a line each. */
export const calls = (host: Host) => fs.readFileSync(path.join(world, `calls.${host}`), "utf8");
