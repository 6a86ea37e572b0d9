/** Computers with Linux on them: they boot with cloud-init, join the mesh, and run scripts over SSH. */
import { enterpriseSources, timeDaemon } from "../../../images/proxmox-image";
import type { Host, Network } from "../network";
import type { BootedHost, Hosts } from "../oracle/hosts";
import { Outages } from "../outages";
import type { VirtualMachine } from "../proxmox-machine";
import type { Device, Tailnet } from "../tailnet/tailnet";
import { runCloudInit } from "./cloud-init";
import { stepOf } from "./durations";
import { type HostTool, hostTools } from "./host-tools";
import { cephPrograms } from "./pve-ceph";
import { freshNode, type NodeState, type PveCluster } from "./pve-cluster";
import { pveTools } from "./pve-tools";
import { runScript } from "./shell";
import type { Answer, ShellHost, Source } from "./shell-io";
import { authorises } from "./ssh-key";

/** Commands that no image of ours is reckoned with: they are there once a package brought them. */
const laterInstalled: ReadonlySet<string> = new Set(["tailscale", ...cephPrograms]);

/** How a script is cut off. */
export interface Cut {
    /** Commands that still run; "half": it is cut in the middle of a command that has one, else at its end. */
    commands: number | "half";
    /** Of "half": how many such middles it still gets through. Default 0. */
    middles?: number;
    /** True where the whole host goes dark; false where the connection breaks, and the script with it. */
    readonly dark: boolean;
}

/** A script was cut off in the middle. */
export class CutOff extends Error {}

/** One host. */
export class LinuxHost implements ShellHost {
    readonly files = new Map<string, string>();
    readonly folders = new Set([
        "/",
        "/etc",
        "/root",
        "/run",
        "/tmp",
        "/etc/systemd/system",
        "/etc/sysctl.d",
        "/etc/apt/sources.list.d",
        "/usr/local/sbin",
    ]);
    readonly installed = new Set<string>();
    /** Rules of its packet translation, `CHAIN RULE`, in order. */
    readonly nat: string[] = [];
    readonly chains = new Set(["PREROUTING", "POSTROUTING", "INPUT", "FORWARD", "OUTPUT"]);
    hostname: string;
    /** What cuts the next script off; undefined: nothing does. */
    #cut: Cut | undefined;
    rootLogin: boolean;
    /** The name Proxmox VE's cluster file system started under; what the image calls itself until it is told otherwise. */
    pveName = "pve";
    /** True once it has the vendor's catalogue of container templates (`pveam update`). */
    catalogueUpdated = false;
    /** Bridges of the cluster's networks it has: those that were there when its own network was last reloaded. */
    readonly bridges = new Set<string>();
    device?: Device;
    /** Where it is a node of a Proxmox VE cluster. */
    cluster?: PveCluster;
    readonly node: NodeState = freshNode();

    constructor(
        readonly spec: BootedHost,
        readonly around: LinuxHosts,
    ) {
        this.hostname = spec.name;
        this.rootLogin = spec.boots === "proxmox";
        this.files.set("/etc/hosts", `127.0.0.1 localhost\n${spec.boots === "proxmox" ? "127.0.1.1 pve\n" : ""}`);
        this.files.set("/root/.ssh/authorized_keys", spec.authorizedKeys.map((key) => `${key}\n`).join(""));
        this.folders.add("/root/.ssh");
        if (spec.boots === "proxmox") {
            this.installed.add(timeDaemon);
            this.files.set(enterpriseSources, "Types: deb\nEnabled: false\nComponents: pve-enterprise\n");
        }
    }

    read(path: string): string | undefined {
        return this.#store(path).get(path);
    }

    write(path: string, text: string): boolean {
        const folder = path.slice(0, path.lastIndexOf("/")) || "/";
        if (!this.isFolder(folder)) {
            return false;
        }
        this.#store(path).set(path, text);
        return true;
    }

    isFolder(path: string): boolean {
        const pve =
            this.spec.boots === "proxmox" &&
            ["/etc/pve", "/etc/pve/priv", "/var/lib/ceph/bootstrap-osd"].includes(path);
        return pve || this.folders.has(path.replace(/\/$/, ""));
    }

    has(name: string): boolean {
        return this.installed.has(name) || this.#tool(name) !== undefined;
    }

    /** True until it is taken out of the world, with power or without. */
    get stands(): boolean {
        return this.around.named(this.spec.name) === this;
    }

    /** True while it has power. */
    get on(): boolean {
        return this.stands && !this.around.outages.isDark(this.spec.name);
    }

    /** Cuts the next script off; undefined: lets it be. */
    cut(cut: Cut | undefined): void {
        this.#cut = cut;
    }

    /** A command begins. Throws where the script is cut off before it. */
    spend(): void {
        if (typeof this.#cut?.commands === "number" && this.#cut.commands-- === 0) {
            this.#cutOff(this.#cut);
        }
    }

    /** A command has done the half of its work that stays, or all of it. Throws where the script is cut off there. */
    half(): void {
        if (this.#cut?.commands === "half") {
            const left = this.#cut.middles ?? 0;
            if (left === 0) {
                this.#cutOff(this.#cut);
            }
            this.#cut.middles = left - 1;
        }
        this.spend();
    }

    /** The script has come to its end. Throws where nobody hears of it. */
    end(): void {
        if (this.#cut?.commands === "half") {
            this.#cutOff(this.#cut);
        }
    }

    #cutOff({ dark }: Cut): never {
        if (dark) {
            this.around.outages.strike(this.spec.name);
        }
        this.#cut = undefined;
        throw new CutOff();
    }

    run(name: string, args: readonly string[], input: Source): Answer | undefined {
        this.spend();
        const tool = this.#tool(name);
        return tool === undefined ? undefined : this.#timed(name, args, tool(this, args, input));
    }

    /** What a command of that name does here: only Proxmox VE has its own, and some are there once installed. */
    #tool(name: string): HostTool | undefined {
        if (laterInstalled.has(name) && !this.installed.has(name)) {
            return undefined;
        }
        return hostTools[name] ?? (this.spec.boots === "proxmox" ? pveTools[name] : undefined);
    }

    #timed(name: string, args: readonly string[], answer: Answer): Answer {
        const step = stepOf(name, args);
        if (step !== undefined && answer.code === 0) {
            this.around.steps.push(step);
        }
        return answer;
    }

    #store(path: string): Map<string, string> {
        return path.startsWith("/etc/pve/") && this.cluster !== undefined ? this.cluster.files : this.files;
    }
}

/** All Linux hosts of a world. */
export class LinuxHosts implements Hosts {
    readonly #hosts = new Map<string, LinuxHost>();
    /** Steps that took time, since somebody last took them. */
    readonly steps: string[] = [];
    /** Clusters formed on them. */
    readonly clusters: PveCluster[] = [];
    /** Finds a virtual machine on a host. Default: there is none. */
    guest: (host: LinuxHost, id: number) => VirtualMachine | undefined = () => undefined;
    /** Name of the host behind a public address; the cloud that translates them says so. Default: none is. */
    behind: (address: string) => string | undefined = () => undefined;

    constructor(
        readonly network: Network,
        readonly tailnet: Tailnet,
        /** Called when a cluster has been formed, changed or lost, or one of its hosts has lost its power or has it back. */
        readonly changed: (cluster: PveCluster) => void = () => undefined,
        readonly outages: Outages = new Outages(),
    ) {
        // Tailscale's addresses (https://tailscale.com/kb/1015/100.x-addresses).
        const member = tailnet.site !== undefined && tailnet.site.operator !== false;
        if (tailnet.site !== undefined) {
            network.addNetwork("tailnet", { cidr: "100.64.0.0/10", reachable: () => member });
        }
        outages.watch((name) => {
            const cluster = this.#hosts.get(name)?.cluster;
            if (cluster !== undefined) {
                this.changed(cluster);
            }
        });
    }

    boot(spec: BootedHost): Host {
        const host = new LinuxHost(spec, this);
        this.#hosts.set(spec.name, host);
        const answering: Host = {
            name: `host ${spec.name}`,
            listens: (port) => port === 22 || (port === 8006 && spec.boots === "proxmox"),
            loses: () => this.outages.loses(spec.name),
        };
        for (const address of spec.addresses) {
            this.network.attach(address, answering);
        }
        runCloudInit(host);
        return answering;
    }

    off(name: string): void {
        const host = this.#hosts.get(name);
        if (host === undefined) {
            return;
        }
        this.#hosts.delete(name);
        for (const address of host.spec.addresses) {
            this.network.release(address);
        }
        if (host.cluster !== undefined) {
            this.changed(host.cluster);
        }
    }

    /** The host of a name, undefined where none is on. */
    named(name: string): LinuxHost | undefined {
        return this.#hosts.get(name);
    }

    /** The host that has an address, its own, its mesh address or a public one that is translated. */
    at(address: string): LinuxHost | undefined {
        this.tailnet.settle();
        return (
            [...this.#hosts.values()].find(
                ({ spec, device }) => spec.addresses.includes(address) || device?.address === address,
            ) ?? this.#hosts.get(this.behind(address) ?? "")
        );
    }

    forward(
        name: string,
        address: string,
        port: number,
    ): { readonly address: string; readonly port: number } | undefined {
        const rules = this.#hosts.get(name)?.nat ?? [];
        const chains = rules.flatMap((rule) => {
            const parts = /^PREROUTING --destination (\S+) --jump (\S+)$/.exec(rule);
            return parts?.[1] === address ? [parts[2] ?? ""] : [];
        });
        for (const rule of rules) {
            const parts = /^(\S+) --protocol tcp --dport (\d+) --jump DNAT --to-destination ([\d.]+):(\d+)$/.exec(rule);
            if (parts !== null && chains.includes(parts[1] ?? "") && Number(parts[2]) === port) {
                return { address: parts[3] ?? "", port: Number(parts[4]) };
            }
        }
        return undefined;
    }

    /** Why a login fails, in the words of Go's SSH client; undefined where it is let in. */
    refuses(host: LinuxHost, user: string, privateKey: string | undefined): string | undefined {
        const known = (host.read(`/${user}/.ssh/authorized_keys`) ?? "").split("\n");
        const keys = user === "root" ? (host.rootLogin ? known : []) : host.spec.authorizedKeys;
        const authorised = privateKey !== undefined && authorises(keys, privateKey);
        return authorised
            ? undefined
            : `ssh: handshake failed: ssh: unable to authenticate, attempted methods [none${privateKey === undefined ? "" : " publickey"}], no supported methods remain`;
    }

    /** Runs a script on a host, which has it from standard input; with the steps that took time. */
    run(
        host: LinuxHost,
        script: string,
    ): { readonly code: number; readonly out: string; readonly err: string; readonly steps: readonly string[] } {
        this.steps.splice(0);
        const ran = runScript(host, script, true);
        host.end();
        return { ...ran, steps: this.steps.splice(0) };
    }
}
