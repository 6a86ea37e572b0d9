/** `pvecm`: who is in a Proxmox VE cluster, and what may be changed there. */
import { addressNumber } from "../network";
import { option, unknownOption } from "./host-tools";
import type { LinuxHost } from "./linux-host";
import { PveCluster } from "./pve-cluster";
import { type Answer, failed, fine } from "./shell-io";

const notMember = "Error: Corosync config '/etc/pve/corosync.conf' does not exist - is this node part of a cluster?";

/** The cluster a command needs to change, or why it cannot. */
export function writable(host: LinuxHost): PveCluster | Answer {
    const { cluster } = host;
    if (cluster === undefined) {
        return failed(notMember, 2);
    }
    return cluster.quorate ? cluster : failed("cluster not ready - no quorum?", 255);
}

/** The node's own certificate, without which no other node's API talks to it. */
const certificate = ({ hostname }: LinuxHost) => `/etc/pve/nodes/${hostname}/pve-ssl.pem`;

/** Forms, joins and asks a cluster. */
export function pvecm(host: LinuxHost, args: readonly string[]): Answer {
    const [verb, subject = ""] = args;
    const { cluster } = host;
    if (verb === "status") {
        return cluster === undefined
            ? failed(notMember, 2)
            : fine(
                  `Cluster information\n-------------------\nName:             ${cluster.name}\n\nQuorum information\n------------------\nNodes:            ${cluster.up.length}\nQuorate:          ${cluster.quorate ? "Yes" : "No"}\n`,
              );
    }
    if (verb === "updatecerts") {
        if (cluster?.quorate !== true) {
            return failed("no quorum - unable to update files", 255);
        }
        cluster.files.set(certificate(host), "");
        return fine();
    }
    if (verb === "expected") {
        if (cluster === undefined || !/^[1-9]\d*$/.test(subject)) {
            return failed(cluster === undefined ? notMember : "400 Parameter verification failed.", 255);
        }
        cluster.expect(Number(subject));
        return fine();
    }
    const wrong = unknownOption(args, ["link0", "use_ssh"]);
    if (wrong !== undefined) {
        return wrong;
    }
    if (cluster !== undefined) {
        return failed("cluster config '/etc/pve/corosync.conf' already exists", 255);
    }
    if (host.pveName !== host.hostname) {
        return failed("ipcc_send_rec[1] failed: Connection refused", 255);
    }
    const link = option(args, "link0") ?? "";
    if (!host.spec.addresses.includes(link)) {
        return failed(
            `400 Parameter verification failed.\nlink0: address '${link}' is not configured on this node`,
            255,
        );
    }
    if (verb === "create") {
        if (!/^[a-zA-Z][a-zA-Z0-9-]{0,14}$/.test(subject)) {
            return failed(
                "400 Parameter verification failed.\nclustername: value does not match the regex pattern",
                255,
            );
        }
        host.cluster = new PveCluster(subject);
        host.around.clusters.push(host.cluster);
        host.cluster.list(host);
        host.cluster.files.set(certificate(host), "");
    } else if (verb === "add") {
        const first = host.around.at(subject);
        if (first === undefined || addressNumber(subject) === undefined) {
            return failed(`500 Can't connect to ${subject}:8006 (No route to host)`, 255);
        }
        if (host.around.refuses(first, "root", host.read("/root/.ssh/strata")) !== undefined) {
            return failed(`root@${subject}: Permission denied (publickey).`, 255);
        }
        if (first.cluster === undefined) {
            return failed(`unable to add node: command failed (${notMember})`, 255);
        }
        if (!first.cluster.quorate) {
            return failed("cluster not ready - no quorum?", 255);
        }
        // Over SSH it passes --force to `pvecm addnode`: a node that is listed already is listed anew (pvecm.pm, add).
        first.cluster.list(host);
        // Only then does it fetch the configuration and start corosync with it.
        host.half();
        host.cluster = first.cluster;
        host.around.changed(host.cluster);
        // The last thing it does once there is a quorum (pve-cluster, PVE/Cluster/Setup.pm, finish_join).
        host.half();
        host.cluster.files.set(certificate(host), "");
    } else {
        return failed(`ERROR: unknown command 'pvecm ${verb ?? ""}'`, 255);
    }
    host.around.changed(host.cluster);
    return fine();
}
