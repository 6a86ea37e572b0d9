/** Talos on the machines of the world: what its API answers, and the Kubernetes clusters that come of it. */
import type { ClusterBirth } from "./cluster-birth";
import type { Machine } from "./machine";
import type { Network } from "./network";
import type { Random } from "./random";
import { Refusal } from "./refusal";
import type { Site } from "./site";
import { reached, type TalosCall } from "./talos-calls";
import { birthOf } from "./talos-cluster";
import { type ConfigDocument, textAt } from "./talos-config";
import { TalosMembership } from "./talos-membership";
import { TalosNode } from "./talos-node";
import { type ApplyMode, needsBoot, rpc, takeable } from "./talos-takeable";

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

const server = "siderolabs/talos: internal/app/machined/internal/server/v1alpha1/v1alpha1_server.go";
const maintenance = "siderolabs/talos: internal/app/maintenance/server.go";

/** All machines that run Talos. */
export class Talos {
    readonly #nodes = new Map<string, TalosNode>();

    readonly #membership: TalosMembership;

    constructor(private readonly around: TalosSurroundings) {
        this.#membership = new TalosMembership(this.#nodes, around.network);
    }

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
        this.#membership.settleSharedAddresses();
    }

    /** Takes a machine out of the world, with all that was on it. */
    remove(machine: Machine): void {
        this.halt(machine);
        this.#nodes.delete(machine.id);
        this.#membership.settleSharedAddresses();
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
        return reached(call, this.around.network, (address) => this.find(address));
    }

    /** Machines configured for a cluster, by the certificate of its Kubernetes authority. */
    members(cluster: string): readonly TalosNode[] {
        return this.#membership.members(cluster);
    }

    /** True where the control plane of that cluster answers. */
    answers(cluster: string): boolean {
        return this.#membership.answers(cluster);
    }

    /** Machines that were configured and have not joined a cluster that answers, one sentence each. */
    audit(): string[] {
        return this.#membership.audit();
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
        const boots = needsBoot(node.config, config);
        if (mode === "no_reboot" && boots) {
            throw new Refusal(
                rpc("InvalidArgument", "this config change can't be applied in immediate mode"),
                "siderolabs/talos: internal/app/machined/pkg/runtime/v1alpha1/v1alpha1_runtime.go, CanApplyImmediate",
            );
        }
        const staged = mode === "staged" || (mode === "staged_if_needing_reboot" && boots);
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
        if (boots || mode === "reboot") {
            this.#nameDevices(node.machine);
        }
        this.#membership.join(node);
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
                this.#membership.join(peer);
            }
            this.#membership.settleSharedAddresses();
            const { cluster } = node;
            this.around.born({
                ...birthOf(node.config ?? {}, cluster),
                nodes: () => this.#membership.joined(cluster),
                alive: () => this.answers(cluster),
            });
        }
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
