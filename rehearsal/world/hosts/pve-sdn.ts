/** `pvesh`: the software-defined network of a cluster, and what runs on it. */
import { networkRange } from "../network";
import type { HostTool } from "./host-tools";
import { option } from "./host-tools";
import type { LinuxHost } from "./linux-host";
import { failed, fine } from "./shell-io";

const invalid = (field: string, words: string) => failed(`400 Parameter verification failed.\n${field}: ${words}`, 255);

/** A node's own network: writes what the cluster's configuration says, and reloads it (pve-manager, PVE/API2/Network.pm). */
const networkOf = ({ hostname }: LinuxHost) => `/nodes/${hostname}/network`;

/** Asks the API of the node, as root. */
export const pvesh: HostTool = (host, args) => {
    const { cluster } = host;
    const [verb, path = ""] = args;
    const subnets = /^\/cluster\/sdn\/vnets\/([^/]+)\/subnets$/.exec(path)?.[1];
    if (cluster === undefined) {
        return verb === "get" ? fine("[]") : failed("cluster not ready - no quorum?", 255);
    }
    const vnet = subnets === undefined ? undefined : cluster.vnets.get(subnets);
    if (verb === "get") {
        if (path === "/cluster/resources") {
            return fine(JSON.stringify([...cluster.containers.values()].map(({ id, node }) => ({ vmid: id, node }))));
        }
        if (path === "/cluster/sdn/zones") {
            return fine(JSON.stringify([...cluster.zones.keys()].map((zone) => ({ zone }))));
        }
        if (path === "/cluster/sdn/vnets") {
            return fine(JSON.stringify([...cluster.vnets.keys()].map((each) => ({ vnet: each }))));
        }
        return vnet === undefined
            ? failed(`No '${path}' handler defined for '${path}'`, 255)
            : fine(JSON.stringify(vnet.cidr === undefined ? [] : [{ cidr: vnet.cidr }]));
    }
    if (!cluster.quorate) {
        return failed("cluster not ready - no quorum?", 255);
    }
    // Of the nodes' networks, one by one: one that is away is only a warning (pve-network, PVE/API2/Network/SDN.pm, reload).
    const reloaded = path === "/cluster/sdn" ? cluster.up : cluster.up.filter((each) => path === networkOf(each));
    if (verb === "set" && reloaded.length > 0) {
        for (const { bridges } of reloaded) {
            for (const name of cluster.vnets.keys()) {
                bridges.add(name);
            }
        }
        host.around.changed(cluster);
        return fine();
    }
    if (verb !== "create") {
        return failed(`ERROR: unknown command 'pvesh ${verb ?? ""}'`, 255);
    }
    if (path === "/cluster/sdn/zones") {
        const zone = option(args, "zone") ?? "";
        if (!/^[a-z][a-z0-9]{0,7}$/.test(zone)) {
            return invalid("zone", `invalid format - zone ID '${zone}' contains illegal characters`);
        }
        cluster.zones.set(zone, (option(args, "peers") ?? "").split(","));
        return fine();
    }
    if (path === "/cluster/sdn/vnets") {
        const name = option(args, "vnet") ?? "";
        const zone = option(args, "zone") ?? "";
        if (!/^[a-z][a-z0-9]{0,7}$/.test(name)) {
            return invalid("vnet", `invalid format - vnet ID '${name}' contains illegal characters`);
        }
        if (!cluster.zones.has(zone)) {
            return failed(`create sdn vnet object failed: zone ${zone} does not exist`, 255);
        }
        cluster.vnets.set(name, { name, zone });
        return fine();
    }
    if (vnet !== undefined) {
        const cidr = option(args, "subnet") ?? "";
        if (networkRange(cidr) === undefined) {
            return invalid("subnet", `invalid format - '${cidr}' is not a CIDR`);
        }
        cluster.vnets.set(vnet.name, { ...vnet, cidr, gateway: option(args, "gateway") ?? "" });
        return fine();
    }
    return failed(`create failed: '${path}' does not exist`, 255);
};
