/** `systemctl`: the services a host has of its own, of Proxmox VE and of Ceph. */
import { startUnit } from "./cloud-init";
import type { HostTool } from "./host-tools";
import type { LinuxHost } from "./linux-host";
import { startCephUnit } from "./pve-ceph";
import { type Answer, failed, fine } from "./shell-io";

/** Services of Proxmox VE that need its cluster file system to start. */
const pveServices = ["pvestatd", "pvescheduler", "pvedaemon", "pveproxy"];

const crashed = (unit: string) =>
    failed(`Job for ${unit}.service failed because the control process exited with error code.`);

/** pmxcfs finds its own name and address at its start, and stays down where the name leads to a loopback address. */
function restartPveCluster(host: LinuxHost): Answer {
    const line = (host.read("/etc/hosts") ?? "").split("\n").find((each) => each.split(" ").includes(host.hostname));
    if (line === undefined || line.startsWith("127.")) {
        return crashed("pve-cluster");
    }
    host.pveName = host.hostname;
    host.folders.add(`/etc/pve/nodes/${host.hostname}`);
    return fine();
}

function ofProxmox(host: LinuxHost, verb: string | undefined, units: readonly string[]): Answer {
    const [unit = ""] = units;
    if (verb === "reset-failed") {
        return fine();
    }
    if (verb === "is-active") {
        return { code: host.node.idle.includes(unit) ? 3 : 0 };
    }
    if (verb === "reload-or-restart" || verb === "restart") {
        if (unit === "pve-cluster") {
            return restartPveCluster(host);
        }
        if (host.pveName !== host.hostname) {
            return crashed(unit);
        }
        host.node.idle = host.node.idle.filter((each) => !units.includes(each));
        return fine();
    }
    return failed(`Unknown operation ${verb ?? ""}.`);
}

/** Asks and starts services. */
export const systemctl: HostTool = (host, args) => {
    const [verb, ...units] = args.filter((arg) => !arg.startsWith("-"));
    const [unit = ""] = units;
    const proxmox = host.spec.boots === "proxmox";
    if (proxmox && [...pveServices, "pve-cluster"].includes(unit)) {
        return ofProxmox(host, verb, units);
    }
    const ceph = proxmox && args.includes("--now") ? startCephUnit(host, unit) : undefined;
    if (ceph !== undefined) {
        return ceph;
    }
    if (verb === "daemon-reload") {
        return fine();
    }
    if (host.read(`/etc/systemd/system/${unit}`) === undefined) {
        return failed(`Failed to ${verb ?? ""} unit: Unit file ${unit} does not exist.`);
    }
    if (args.includes("--now") || verb === "start") {
        startUnit(host, unit);
    }
    return fine();
};
