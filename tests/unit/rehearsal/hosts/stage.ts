/** Three hosts with Proxmox VE and a mesh, as an instance's launch leaves them. */
import { type Step, script } from "../../../../components/hypervisor/proxmox-cluster/script";
import { rehearsedSshKey } from "../../../../rehearsal/sites/credentials";
import { LinuxHosts } from "../../../../rehearsal/world/hosts/linux-host";
import { publicBody } from "../../../../rehearsal/world/hosts/ssh-key";
import { Network } from "../../../../rehearsal/world/network";
import type { BootedHost } from "../../../../rehearsal/world/oracle/hosts";
import { Tailnet } from "../../../../rehearsal/world/tailnet/tailnet";

export const privateKey = rehearsedSshKey();
export const publicKey = `ssh-ed25519 ${publicBody(privateKey) ?? ""}`;
export const addresses = { "ampere-1": "10.0.1.10", "ampere-2": "10.0.1.11", "ampere-3": "10.0.1.12" } as const;
export type Name = keyof typeof addresses;
export const names = Object.keys(addresses) as Name[];
export const first = "ampere-1";

export const spec = (name: string, address: string, more: Partial<BootedHost> = {}): BootedHost => ({
    name,
    addresses: [address],
    cpuCores: 1,
    memoryGiB: 8,
    diskGiB: 50,
    image: "strata-proxmox",
    boots: "proxmox",
    authorizedKeys: [publicKey],
    hasWayOut: () => true,
    ...more,
});

export function stage(more: Partial<BootedHost> = {}) {
    const network = new Network({ proxmox: [], networks: {}, talosVersions: [], kubernetesByTalos: {} });
    network.addNetwork("subnet", { cidr: "10.0.1.0/24", reachable: () => true });
    const policy = '{"tagOwners": {"tag:strata": ["autogroup:admin"]}, /* ours */ "acls": [],}';
    const tailnet = new Tailnet({ name: "example.org", policy });
    const hosts = new LinuxHosts(network, tailnet);
    for (const name of names) {
        hosts.boot(spec(name, addresses[name], more));
    }
    const run = (name: Name, step: Step, variables: Record<string, string> = {}) => {
        const host = hosts.named(name);
        return host === undefined
            ? { code: 255, out: "", err: "off" }
            : hosts.run(host, script(step, { NODE: name, ...variables }));
    };
    const key = (reusable = false) =>
        tailnet.makeKey({ reusable, preauthorized: true, tags: ["tag:strata"], description: "test" });
    return { network, tailnet, hosts, run, key };
}

const table = Object.entries(addresses)
    .map(([name, address]) => `${address} ${name}`)
    .join("\n");
export const prepared = (name: Name) => ({
    ADDRESS: addresses[name],
    HOSTS: table,
    OSD_GIB: "20",
    ROOT_KEY: privateKey.trim(),
    ROOT_PUBLIC: publicKey,
});
export const member = (name: Name) => ({
    ADDRESS: addresses[name],
    CLUSTER: "oci-proxmox",
    FIRST_ADDRESS: "10.0.1.10",
    PEERS: names
        .filter((other) => other !== name)
        .map((other) => addresses[other])
        .join(" "),
});
const way = { VNET: "talos", CIDR: "10.20.0.0/24", GATEWAY: "10.20.0.1" };

/** Every step of a cluster of three, in the order the component gives them. */
export function steps(authKey: string): readonly (readonly [Name, Step, Record<string, string>])[] {
    const ceph = { CEPH_RELEASE: "tentacle", CEPH_NETWORK: "10.0.1.0/24" };
    const on = (step: Step, variables: (name: Name) => Record<string, string> = () => ({})) =>
        names.map((name) => [name, step, variables(name)] as const);
    return [
        ...on("prepare-host", prepared),
        [first, "create-cluster", member(first)],
        ["ampere-2", "join-cluster", member("ampere-2")],
        ["ampere-3", "join-cluster", member("ampere-3")],
        [first, "check-quorum", { NODES: "3" }],
        ...on("install-ceph", () => ceph),
        ...on("create-monitor"),
        ...on("create-osd", () => ({ OSD_MEMORY_BYTES: "1610612736" })),
        [first, "create-pool", { POOL: "machines", SIZE: "3", MIN_SIZE: "2" }],
        [first, "check-ceph", {}],
        [first, "create-token", { TOKEN_USER: "strata@pve", TOKEN_NAME: "deploy" }],
        [first, "create-network", { ZONE: "talos", ...way, PEERS: Object.values(addresses).join(","), TAG: "100" }],
        ...on("route-machines", () => way),
        [
            first,
            "forward-ingress",
            { ADDRESS: "10.0.1.30", MACHINE_ADDRESS: "10.20.0.11", PORTS: "80:30080 443:30443" },
        ],
        [
            first,
            "create-tailscale-container",
            {
                CONTAINER_ID: "100",
                CONTAINER_NAME: "tailscale",
                TEMPLATE: "",
                STORAGE: "machines",
                BRIDGE: "talos",
                CONTAINER_ADDRESS: "10.20.0.2/24",
                GATEWAY: "10.20.0.1",
                ROUTES: "10.0.1.0/24,10.20.0.0/24",
                AUTH_KEY: authKey,
            },
        ],
        [first, "test-migration", { CONTAINER_ID: "100", TARGET: "ampere-2", CONTAINER_IP: "10.20.0.2" }],
    ];
}
