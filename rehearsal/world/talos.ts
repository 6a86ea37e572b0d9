/** Talos on the machines of the world: what its API answers, and the Kubernetes clusters that come of it. */
import type { ClusterBirth, ClusterNode } from "./cluster-birth";
import type { Machine } from "./machine";
import type { Network } from "./network";
import type { Random } from "./random";
import { Refusal } from "./refusal";
import type { Site } from "./site";
import { birthOf, clusterNode } from "./talos-cluster";
import { type ConfigDocument, textAt, valueAt } from "./talos-config";
import { TalosNode, talosPorts } from "./talos-node";
import { type ApplyMode, rpc, takeable } from "./talos-takeable";

/** What Talos needs of the world. */
export interface TalosSurroundings {
    readonly site: Site;
    readonly network: Network;
    readonly random: Random;
    /** True where nothing is left to chance: devices keep their names. */
    readonly nominal: boolean;
    /** Told when a cluster's API answers for the first time. */
    born(birth: ClusterBirth): void;
}

/** Whom a call comes from and where it goes. */
export interface TalosCall {
    /** Address that is dialled. */
    readonly endpoint: string;
    /** Address the request is for. */
    readonly node: string;
    /** Base64 of the certificate of the authority the client trusts. */
    readonly authority: string;
}

const server = "siderolabs/talos: internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go";
const maintenance = "siderolabs/talos: internal/app/maintenance/server.go";

/** Parts of a configuration that take effect only with a boot (v1alpha1_runtime.go, CanApplyImmediate, turned round). */
const bootParts = [
    "machine.install",
    "machine.kernel",
    "machine.sysctls",
    "machine.systemDiskEncryption",
    "machine.ca",
];

/** All machines that run Talos. */
export class Talos {
    readonly #nodes = new Map<string, TalosNode>();

    constructor(private readonly around: TalosSurroundings) {}

    /** Powers a machine on that has a Talos image; it answers where it has an address. */
    boot(machine: Machine): void {
        machine.poweredOn = true;
        this.#nameDevices(machine);
        if (machine.image === undefined) {
            return;
        }
        const node = this.#nodes.get(machine.id) ?? new TalosNode(machine);
        this.#nodes.set(machine.id, node);
        node.documents = node.staged ?? node.documents;
        node.staged = undefined;
        for (const address of machine.addresses) {
            this.around.network.attach(address, node);
        }
    }

    /** Powers a machine off. */
    halt(machine: Machine): void {
        machine.poweredOn = false;
        for (const address of machine.addresses) {
            this.around.network.release(address);
        }
        this.#settleSharedAddresses();
    }

    /** Takes a machine out of the world, with all that was on it. */
    remove(machine: Machine): void {
        this.halt(machine);
        this.#nodes.delete(machine.id);
        this.#settleSharedAddresses();
    }

    /** The node of a machine, undefined where it has never booted Talos. */
    nodeOf(machineId: string): TalosNode | undefined {
        return this.#nodes.get(machineId);
    }

    /** The node at an address, undefined where none has it. */
    find(address: string): TalosNode | undefined {
        return [...this.#nodes.values()].find(
            (node) => node.machine.addresses.includes(address) || (node.sharedAddress === address && node.serving),
        );
    }

    /** The node a call reaches. Refuses where nothing answers, or the client is of another cluster. */
    reach(call: TalosCall): TalosNode {
        this.around.network.call(call.endpoint, talosPorts.apid, (words) =>
            rpc("Unavailable", `connection error: desc = "transport: Error while dialing: ${words}"`),
        );
        const proxy = this.#at(call.endpoint);
        if (proxy.config !== undefined && proxy.authority !== call.authority) {
            throw new Refusal(
                rpc(
                    "Unavailable",
                    'connection error: desc = "transport: authentication handshake failed: tls: failed to verify certificate: x509: certificate signed by unknown authority"',
                ),
                "Go: crypto/x509, UnknownAuthorityError",
            );
        }
        if (call.node === call.endpoint) {
            return proxy;
        }
        const words = this.around.network.unreachable(call.node, talosPorts.apid);
        if (words !== undefined) {
            throw new Refusal(
                rpc("Unavailable", `connection error: desc = "transport: Error while dialing: ${words}"`),
                "siderolabs/talos: internal/app/apid/pkg/backend",
            );
        }
        return this.#at(call.node);
    }

    /** Gives a machine its configuration: it installs and boots where it must, and joins its cluster. */
    async apply(
        call: TalosCall,
        documents: readonly ConfigDocument[],
        mode: ApplyMode,
        wait: () => Promise<void>,
    ): Promise<"auto" | "reboot" | "no_reboot" | "staged"> {
        return await this.#take(this.reach(call), documents, mode, wait);
    }

    /** Gives a machine the configuration its platform holds for it, as a cloud's user data: it takes it at its first boot. */
    async provision(machine: Machine, documents: readonly ConfigDocument[]): Promise<void> {
        const node = this.#nodes.get(machine.id);
        if (node !== undefined && node.config === undefined) {
            await this.#take(node, documents, "auto", async () => {});
        }
    }

    async #take(
        node: TalosNode,
        documents: readonly ConfigDocument[],
        mode: ApplyMode,
        wait: () => Promise<void>,
    ): Promise<"auto" | "reboot" | "no_reboot" | "staged"> {
        const config = takeable(node, documents, mode, this.around.site.kubernetesByTalos);
        const first = node.config === undefined;
        const needsBoot = first || bootParts.some((path) => changed(node.config, config, path));
        if (mode === "no_reboot" && needsBoot) {
            throw new Refusal(
                rpc("InvalidArgument", "this config change can't be applied in immediate mode"),
                "siderolabs/talos: internal/app/machined/pkg/runtime/v1alpha1/v1alpha1_runtime.go, CanApplyImmediate",
            );
        }
        const staged = mode === "staged" || (mode === "staged_if_needing_reboot" && needsBoot);
        if (staged && !first) {
            node.staged = documents;
            return "staged";
        }
        const disk = first ? node.installDisk(config) : undefined;
        if (first && disk === undefined) {
            throw new Refusal(
                `failed to install: error opening device "${textAt(config, "machine.install.disk") ?? ""}": no such file or directory`,
                "siderolabs/talos: pkg/machinery install sequence",
            );
        }
        await wait();
        if (!node.machine.poweredOn) {
            return "auto";
        }
        if (disk !== undefined) {
            disk.content = "system";
        }
        node.documents = documents;
        this.#readdress(node, config);
        if (needsBoot || mode === "reboot") {
            this.#nameDevices(node.machine);
        }
        this.#join(node);
        return mode === "staged_if_needing_reboot" ? "auto" : (mode as "auto" | "reboot" | "no_reboot");
    }

    /** Starts etcd on the first control plane of a cluster. */
    async bootstrap(call: TalosCall, wait: () => Promise<void>): Promise<void> {
        const node = this.reach(call);
        if (node.config === undefined) {
            throw new Refusal(rpc("Unimplemented", "API is not implemented in maintenance mode"), maintenance);
        }
        if (node.role === "worker") {
            throw new Refusal(
                rpc("FailedPrecondition", "bootstrap can only be performed on a control plane node"),
                `${server}, Bootstrap`,
            );
        }
        const peers = this.members(node.cluster).filter((peer) => peer.role === "controlplane");
        if (peers.some((peer) => peer.etcd)) {
            throw new Refusal(rpc("AlreadyExists", "etcd data directory is not empty"), `${server}, Bootstrap`);
        }
        node.etcd = true;
        await wait();
        if (node.machine.poweredOn) {
            node.serving = true;
            for (const peer of this.members(node.cluster)) {
                this.#join(peer);
            }
            this.#settleSharedAddresses();
            const { cluster } = node;
            this.around.born({
                ...birthOf(node.config ?? {}, cluster),
                nodes: () => this.#clusterNodes(cluster),
                alive: () => this.answers(cluster),
            });
        }
    }

    /** Machines that were configured and have not joined a cluster that answers, one sentence each. */
    audit(): string[] {
        return [...this.#nodes.values()].flatMap((node) => {
            if (node.config === undefined || !node.machine.poweredOn || !this.answers(node.cluster)) {
                return [];
            }
            const joined = this.#clusterNodes(node.cluster).some(({ machine }) => machine === node.machine);
            const endpoint = textAt(node.config, "cluster.controlPlane.endpoint") ?? "";
            return joined ? [] : [`${node.name} (${node.hostname}) has not joined its cluster through ${endpoint}`];
        });
    }

    /** True where the control plane of that cluster answers. */
    answers(cluster: string): boolean {
        const members = [...this.#nodes.values()].filter((node) => node.cluster === cluster && node.etcd);
        const up = members.filter((node) => node.serving && node.machine.poweredOn);
        return up.length * 2 > members.length;
    }

    /** Wipes a machine's state, as a reset does: it boots into maintenance, or stays off. */
    reset(call: TalosCall, graceful: boolean, reboot: boolean): void {
        const node = this.reach(call);
        const members = this.members(node.cluster).filter((peer) => peer.etcd);
        if (graceful && node.etcd && members.length === 1) {
            throw new Refusal(
                "failed to leave etcd: etcdserver: re-configuration failed due to not enough started members",
                "etcd-io/etcd: server/etcdserver/errors, ErrNotEnoughStartedMembers",
            );
        }
        this.remove(node.machine);
        if (reboot) {
            this.boot(node.machine);
        }
    }

    /** Moves a machine to the addresses its configuration gives it. */
    #readdress(node: TalosNode, config: ConfigDocument): void {
        const wanted = node.configuredAddresses(config);
        const { machine } = node;
        if (wanted.length === 0) {
            return;
        }
        for (const address of wanted) {
            this.around.network.attach(address, node);
        }
        for (const address of machine.addresses.filter((old) => !wanted.includes(old))) {
            this.around.network.release(address);
        }
        machine.addresses = wanted;
    }

    /** Lets a control plane join the etcd of its cluster, once there is one. */
    #join(node: TalosNode): void {
        if (node.role === "controlplane" && this.answers(node.cluster)) {
            node.etcd = true;
            node.serving = true;
        }
    }

    /** Machines configured for a cluster, by the certificate of its Kubernetes authority. */
    members(cluster: string): readonly TalosNode[] {
        return [...this.#nodes.values()].filter((node) => node.config !== undefined && node.cluster === cluster);
    }

    /** Shared addresses answer while a control plane of their cluster does, and not before it is bootstrapped. */
    #settleSharedAddresses(): void {
        for (const node of this.#nodes.values()) {
            const shared = node.sharedAddress;
            if (shared === undefined) {
                continue;
            }
            const name = `shared address of ${textAt(node.config, "cluster.clusterName") ?? ""}`;
            if (this.answers(node.cluster)) {
                const listens = (port: number) => port === talosPorts.kubernetes || port === talosPorts.apid;
                this.around.network.attach(shared, { name, listens });
            } else if (this.around.network.takenBy(shared) === name) {
                this.around.network.release(shared);
            }
        }
    }

    #at(address: string): TalosNode {
        const found = this.find(address);
        if (found === undefined) {
            throw new Refusal(
                rpc("Unavailable", 'connection error: desc = "transport: authentication handshake failed: EOF"'),
                "gRPC: what listens there is no Talos",
            );
        }
        return found;
    }

    /** Machines that have joined: they run, and their endpoint is one the cluster answers at. */
    #clusterNodes(cluster: string): readonly ClusterNode[] {
        if (!this.answers(cluster)) {
            return [];
        }
        const members = this.members(cluster).filter((node) => node.machine.poweredOn);
        const planes = members.filter((node) => node.role === "controlplane");
        const endpoints = new Set(planes.flatMap((node) => [...node.machine.addresses, node.sharedAddress ?? ""]));
        return members.flatMap((node) => {
            const endpoint = textAt(node.config, "cluster.controlPlane.endpoint") ?? "";
            const joined = URL.canParse(endpoint) && endpoints.has(new URL(endpoint).hostname);
            const address = node.nodeAddress;
            return joined && address !== undefined ? [clusterNode(node, address)] : [];
        });
    }

    /** In a seeded run, block devices may come up under each other's names. */
    #nameDevices(machine: Machine): void {
        const { nominal, random } = this.around;
        if (nominal || machine.disks.length < 2 || random.next() < 0.5) {
            return;
        }
        const names = machine.disks.map((disk) => disk.device);
        machine.disks.forEach((disk, index) => {
            disk.device = names[(index + 1) % names.length] ?? disk.device;
        });
    }
}

function changed(before: ConfigDocument | undefined, after: ConfigDocument, path: string): boolean {
    const [one, other] = [valueAt(before, path), valueAt(after, path)];
    return JSON.stringify(one ?? null) !== JSON.stringify(other ?? null);
}
