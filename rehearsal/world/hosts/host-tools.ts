/** Commands every Linux host has. */
import { enterpriseSources } from "../../../images/proxmox-image";
import type { LinuxHost } from "./linux-host";
import { systemctl } from "./services";
import { type Answer, failed, fine, Hang, type Source } from "./shell-io";
import { drain, textTools } from "./text-tools";

/** A command on a host. */
export type HostTool = (host: LinuxHost, args: readonly string[], input: Source) => Answer;

/** The value of `--name value` or `--name=value`, undefined where it is not given. */
export function option(args: readonly string[], name: string): string | undefined {
    const joined = args.find((arg) => arg.startsWith(`--${name}=`));
    const place = args.indexOf(`--${name}`);
    return joined?.slice(name.length + 3) ?? (place < 0 ? undefined : args[place + 1]);
}

/** Refuses an option that is none of the known. */
export function unknownOption(args: readonly string[], known: readonly string[]): Answer | undefined {
    const wrong = args.find((arg) => arg.startsWith("--") && !known.includes(arg.slice(2).split("=")[0] ?? ""));
    return wrong === undefined
        ? undefined
        : failed(`Unknown option: ${wrong.slice(2)}\n400 unable to parse option`, 255);
}

/** Joins the mesh as `tailscale up` does. */
export function tailscaleUp(
    host: LinuxHost,
    asked: {
        readonly hostname: string;
        readonly key: string | undefined;
        readonly routes: string | undefined;
        /** How long it waits, e.g. `60s`; undefined: for ever (tailscale, cmd/tailscale/cli/up.go). */
        readonly timeout: string | undefined;
        readonly live: () => boolean;
        readonly listens: (port: number) => boolean;
    },
): Answer {
    if (!asked.live()) {
        if (asked.timeout === undefined) {
            throw new Hang("tailscale up");
        }
        return failed(
            'timeout waiting for Tailscale service to enter a Running state; check health with "tailscale status"',
        );
    }
    if (asked.key === undefined || asked.key === "") {
        return failed("backend error: invalid key: unable to validate API key");
    }
    const routes = asked.routes === undefined || asked.routes === "" ? [] : asked.routes.split(",");
    const device = host.around.tailnet.join({ hostname: asked.hostname, key: asked.key, routes, live: asked.live });
    if (typeof device === "string") {
        return failed(device);
    }
    host.around.network.attach(device.address, {
        name: `device ${device.hostname}`,
        listens: asked.listens,
        drops: () => !asked.live(),
    });
    return fine();
}

/** The key `file:PATH` names, as a reader of files finds it. */
export function keyFrom(given: string | undefined, read: (path: string) => string | undefined): string | undefined {
    return given?.startsWith("file:") === true ? read(given.slice(5))?.trim() : given;
}

function iptables(host: LinuxHost, args: readonly string[]): Answer {
    const [verb = "", ...rest] = args[0] === "--table" ? args.slice(2) : args;
    const rule = rest.join(" ");
    const chain = rest[0] ?? "";
    const target = option(rest, "jump");
    const builtIn = ["DNAT", "SNAT", "MASQUERADE", "ACCEPT", "DROP"];
    const chainMissing = failed("iptables: No chain/target/match by that name.");
    switch (verb) {
        case "--check":
            return host.nat.includes(rule)
                ? fine()
                : failed("iptables: Bad rule (does a matching rule exist in that chain?).");
        case "--append":
        case "--insert":
            if (!host.chains.has(chain)) {
                return chainMissing;
            }
            if (target !== undefined && !builtIn.includes(target) && !host.chains.has(target)) {
                return failed(`iptables v1.8.11 (nf_tables): Chain '${target}' does not exist`, 2);
            }
            host.nat.push(rule);
            return fine();
        case "--new-chain":
            if (host.chains.has(chain)) {
                return failed("iptables: Chain already exists.");
            }
            host.chains.add(chain);
            return fine();
        case "--flush":
            if (!host.chains.has(chain)) {
                return chainMissing;
            }
            host.nat.splice(0, host.nat.length, ...host.nat.filter((each) => !each.startsWith(`${chain} `)));
            return fine();
        default:
            return failed(`iptables v1.8.11 (nf_tables): unknown option "${verb}"`, 2);
    }
}

/** Tools by name. */
export const hostTools: Readonly<Record<string, HostTool>> = {
    hostname: (host) => fine(`${host.hostname}\n`),
    hostnamectl: (host, [verb, name = ""]) => {
        if (verb !== "set-hostname" || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
            return failed(`Failed to set hostname: Invalid static hostname '${name}'`);
        }
        host.hostname = name;
        return fine();
    },
    mkdir: (host, args) => {
        for (const folder of args.filter((arg) => !arg.startsWith("-"))) {
            for (let end = folder.length; end > 0; end = folder.lastIndexOf("/", end - 1)) {
                host.folders.add(folder.slice(0, end));
            }
        }
        return fine();
    },
    chmod: () => fine(),
    umask: () => fine(),
    rm: (host, args) => {
        const whole = args.some((arg) => /^-\w*r/.test(arg));
        for (const path of args.filter((arg) => !arg.startsWith("-"))) {
            const inside = (each: string) => each === path || (whole && each.startsWith(`${path}/`));
            for (const file of [...host.files.keys()].filter(inside)) {
                host.files.delete(file);
            }
            for (const folder of whole ? [...host.folders].filter(inside) : []) {
                host.folders.delete(folder);
            }
        }
        return fine();
    },
    sysctl: () => fine(),
    iptables,
    "iptables-save": (host) => fine(host.nat.map((rule) => `-A ${rule}\n`).join("")),
    readlink: (host, [path = ""]) =>
        path === "/etc/pve/local" && host.spec.boots === "proxmox" ? fine(`nodes/${host.pveName}\n`) : { code: 1 },
    systemctl,
    curl: (host, args) => {
        const address = args.find((arg) => arg.startsWith("https://")) ?? "";
        if (!host.spec.hasWayOut()) {
            return failed(
                `curl: (28) Failed to connect to ${new URL(address).hostname} port 443: Connection timed out`,
                28,
            );
        }
        host.write(args[args.indexOf("-o") + 1] ?? "", "#!/bin/sh\ninstall-from-vendor tailscale\n");
        return fine();
    },
    "install-from-vendor": (host, [name = ""]) => {
        const enterprise = host.read(enterpriseSources);
        if (enterprise !== undefined && !/^Enabled: (false|no)$/m.test(enterprise)) {
            return failed(
                "E: Failed to fetch https://enterprise.proxmox.com/debian/pve/dists/trixie/InRelease  401  Unauthorized\nE: The repository 'https://enterprise.proxmox.com/debian/pve trixie InRelease' is not signed.",
                100,
            );
        }
        host.installed.add(name);
        return fine();
    },
    tailscale: (host, args) => {
        if (args[0] === "status") {
            return host.device === undefined ? failed("Logged out.") : fine();
        }
        const hostname = option(args, "hostname") ?? host.hostname;
        const answer = tailscaleUp(host, {
            hostname,
            key: keyFrom(option(args, "auth-key"), (path) => host.read(path)),
            routes: option(args, "advertise-routes"),
            timeout: option(args, "timeout"),
            live: () => host.on && host.spec.hasWayOut(),
            listens: (port) => port === 22 || (port === 8006 && host.spec.boots === "proxmox"),
        });
        const device = [...host.around.tailnet.devices.values()].findLast((each) => each.hostname === hostname);
        if (answer.code === 0 && device !== undefined) {
            host.device = device;
        }
        return answer;
    },
    ping: (host, args) => {
        const target = args.at(-1) ?? "";
        const cluster = host.cluster;
        // The node is on the containers' network where it is their gateway; the rules of that come with its address.
        const isGateway = (bridge: string) =>
            host.nat.some((rule) => rule.startsWith(`POSTROUTING --source ${cluster?.vnets.get(bridge)?.cidr} `));
        const found = [...(cluster?.containers.values() ?? [])].find(
            ({ address, bridge, node, running }) =>
                address.split("/")[0] === target && running && node === host.hostname && isGateway(bridge),
        );
        const answers = found?.coldAsks === 0;
        if (found !== undefined) {
            found.coldAsks = Math.max(0, found.coldAsks - 1);
        }
        return answers || host.around.at(target)?.on === true ? fine() : { code: 1 };
    },
    ip: (host, args) => {
        const bridge = args.at(-1) ?? "";
        return host.bridges.has(bridge) ? fine() : failed(`Device "${bridge}" does not exist.`);
    },
    ssh: (host, args, input) => {
        const place = args.findIndex((arg) => arg.includes("@"));
        const name = args[place]?.split("@")[1] ?? "";
        const address = (host.read("/etc/hosts") ?? "")
            .split("\n")
            .find((line) => line.split(" ").includes(name))
            ?.split(" ")[0];
        const target = host.around.at(address ?? name);
        if (target?.on !== true) {
            return failed(`ssh: connect to host ${name} port 22: No route to host`, 255);
        }
        if (host.around.refuses(target, "root", host.read("/root/.ssh/strata")) !== undefined) {
            return failed(`root@${name}: Permission denied (publickey).`, 255);
        }
        const [command = "", ...rest] = args.slice(place + 1);
        // It sends standard input over, whether the command reads it or not; with -n it does not look at it.
        if (!args.slice(0, place).includes("-n")) {
            drain(input);
        }
        return (
            target.run(command, rest, { text: "" }) ??
            textTools[command]?.(rest, { text: "" }, target) ??
            failed(`bash: ${command}: command not found`, 127)
        );
    },
};
