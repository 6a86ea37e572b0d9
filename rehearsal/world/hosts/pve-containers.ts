/** Containers of a cluster: `pveam` and `pct`. */
import type { HostTool } from "./host-tools";
import { keyFrom, option, tailscaleUp, unknownOption } from "./host-tools";
import type { LinuxHost } from "./linux-host";
import type { Container, PveCluster } from "./pve-cluster";
import { pveam } from "./pve-templates";
import { type Answer, failed, fine, type Source } from "./shell-io";
import { drain } from "./text-tools";

const createOptions = ["hostname", "unprivileged", "features", "memory", "cores", "rootfs", "onboot", "net0", "dev0"];

/** How often a container's network is found down after its start. An estimate: some seconds, by the tries of a script. */
const coldAsks = 2;

/** Part of a list such as `name=eth0,bridge=talos`. */
function part(list: string | undefined, key: string): string {
    return (
        list
            ?.split(",")
            .find((each) => each.startsWith(`${key}=`))
            ?.slice(key.length + 1) ?? ""
    );
}

function create(host: LinuxHost, cluster: PveCluster, args: readonly string[]): Answer {
    const [, id = "", template = ""] = args;
    const wrong = unknownOption(args, createOptions);
    if (wrong !== undefined) {
        return wrong;
    }
    const taken = cluster.containers.get(Number(id));
    if (taken !== undefined) {
        return failed(`CT ${id} already exists on node '${taken.node}'`, 255);
    }
    const [storage = "", size = "0"] = (option(args, "rootfs") ?? "").split(":");
    if (storage !== cluster.pool?.name) {
        return failed(`storage '${storage}' does not exist`, 255);
    }
    if (!(cluster.templates.get(host.hostname)?.has(template) ?? false)) {
        return failed(`volume '${template}' does not exist`, 255);
    }
    const net = option(args, "net0");
    cluster.containers.set(Number(id), {
        id: Number(id),
        hostname: option(args, "hostname") ?? `CT${id}`,
        memoryMiB: Number(option(args, "memory") ?? 512),
        rootfsGiB: Number(size),
        storage,
        bridge: part(net, "bridge"),
        address: part(net, "ip"),
        node: host.hostname,
        running: false,
        coldAsks: 0,
        files: new Map(),
        tailscale: false,
        joined: false,
    });
    host.around.changed(cluster);
    return fine();
}

/** True while a packet of the container finds its way out: the bridge, its node's translation, the node's own way. */
function hasWayOut(host: LinuxHost, cluster: PveCluster, container: Container): boolean {
    const node = cluster.up.find(({ hostname }) => hostname === container.node);
    const cidr = cluster.vnets.get(container.bridge)?.cidr;
    return (
        container.running &&
        container.coldAsks === 0 &&
        node?.spec.hasWayOut() === true &&
        node.nat.some(
            (rule) => rule.startsWith(`POSTROUTING --source ${cidr ?? ""} `) && rule.endsWith("MASQUERADE"),
        ) &&
        host.around.clusters.includes(cluster)
    );
}

function execute(
    host: LinuxHost,
    cluster: PveCluster,
    container: Container,
    args: readonly string[],
    input: Source,
): Answer {
    if (!container.running) {
        return failed(`container '${container.id}' not running!`, 255);
    }
    const [name = "", ...rest] = args;
    const line = rest.join(" ");
    if (name === "tailscale" && !container.tailscale) {
        return failed('lxc-attach: exec: "tailscale": No such file or directory', 127);
    }
    if (name === "tailscale" && rest[0] === "status") {
        return container.joined ? fine() : failed("Logged out.");
    }
    if (name === "getent" && rest[0] === "hosts") {
        const found = hasWayOut(host, cluster, container);
        container.coldAsks = Math.max(0, container.coldAsks - 1);
        return found ? fine(`198.51.100.1    ${rest[1] ?? ""}\n`) : { code: 2 };
    }
    if (name === "tailscale" && rest[0] === "set") {
        host.around.tailnet.advertise(container.hostname, (option(rest, "advertise-routes") ?? "").split(","));
        return fine();
    }
    if (name === "tailscale" && rest[0] === "up") {
        const answer = tailscaleUp(host, {
            hostname: container.hostname,
            key: keyFrom(option(rest, "auth-key"), (path) => container.files.get(path)),
            routes: option(rest, "advertise-routes"),
            timeout: option(rest, "timeout"),
            live: () => hasWayOut(host, cluster, container),
            listens: () => false,
        });
        container.joined = answer.code === 0;
        return answer;
    }
    if (name === "rm") {
        container.files.delete(rest.at(-1) ?? "");
        return fine();
    }
    const wanted = /cat >(\S+)/.exec(line)?.[1];
    if (name === "sh" && wanted !== undefined) {
        container.files.set(wanted, drain(input));
        return fine();
    }
    if (name === "sh" && line.includes("apt-get install -qy tailscale")) {
        if (!hasWayOut(host, cluster, container)) {
            return failed(
                container.coldAsks > 0
                    ? "E: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  Temporary failure resolving 'deb.debian.org'"
                    : "E: Failed to fetch http://deb.debian.org/debian/dists/trixie/InRelease  Connection timed out",
                100,
            );
        }
        container.tailscale = true;
        return fine();
    }
    if (name === "sh" && line.includes("net.ipv4.ip_forward=1")) {
        return fine();
    }
    return failed(`bash: ${name}: command not found`, 127);
}

const pct: HostTool = (host, args, input) => {
    const { cluster } = host;
    const [verb, id = "", third = ""] = args;
    if (cluster === undefined || !cluster.quorate) {
        return failed("cluster not ready - no quorum?", 255);
    }
    if (verb === "create") {
        return create(host, cluster, args);
    }
    const container = cluster.containers.get(Number(id));
    if (container === undefined || container.node !== host.hostname) {
        return failed(`Configuration file 'nodes/${host.hostname}/lxc/${id}.conf' does not exist`, 2);
    }
    switch (verb) {
        case "status":
            return fine(`status: ${container.running ? "running" : "stopped"}\n`);
        case "start":
            if (!host.bridges.has(container.bridge)) {
                return failed(`bridge '${container.bridge}' does not exist`, 255);
            }
            container.running = true;
            container.coldAsks = coldAsks;
            return fine();
        case "exec":
            return execute(host, cluster, container, args.slice(3), input);
        case "migrate": {
            const wrong = unknownOption(args, ["restart"]);
            if (wrong !== undefined) {
                return wrong;
            }
            const target = cluster.up.find(({ hostname }) => hostname === third);
            if (target === undefined) {
                return failed(`target node '${third}' is offline`, 255);
            }
            container.node = third;
            container.coldAsks = coldAsks;
            if (!target.bridges.has(container.bridge)) {
                container.running = false;
                return failed(`bridge '${container.bridge}' does not exist`, 255);
            }
            return fine();
        }
        default:
            return failed(`ERROR: unknown command 'pct ${verb ?? ""}'`, 255);
    }
};

/** Tools by name. */
export const containerTools: Readonly<Record<string, HostTool>> = { pct, pveam };
