/** Virtual machines of a Proxmox VE installation: made, started, changed and removed as its API does it. */
import type { Machine } from "./machine";
import { networkRange } from "./network";
import type { Proxmox } from "./proxmox";
import { bareDisk, bootImage, checkDisks } from "./proxmox-disks";
import { httpError } from "./proxmox-http";
import type { VmSpec } from "./proxmox-vm";
import { Refusal } from "./refusal";

const qemu = (place: string) => `proxmox/qemu-server: src/PVE/${place}`;

/** Size in GiB of the cloud-init drive, of EFI variables and of a TPM state: 4 MiB each. */
const smallVolume = 4 / 1024;

/** One virtual machine. */
export class VirtualMachine {
    /** True once it is set to run without hardware virtualisation: `qm set --kvm 0`. */
    emulated = false;

    private constructor(
        readonly proxmox: Proxmox,
        readonly id: number,
        /** What it was asked to be, last. */
        public spec: VmSpec,
        readonly machine: Machine,
        /** MAC addresses of its interfaces, in order. */
        readonly macAddresses: readonly string[],
    ) {}

    /** Makes a machine that is powered off. Refuses what the API refuses before it makes anything. */
    static create(proxmox: Proxmox, id: number, spec: VmSpec): VirtualMachine {
        const host = proxmox.reach(spec.node);
        for (const [other, { spec: taken }] of proxmox.machines) {
            if (other === id) {
                throw new Refusal(
                    `error creating VM: ${httpError(500, `unable to create VM ${id} - VM ${id} already exists on node '${taken.node}'`)}`,
                    `${qemu("API2/Qemu.pm")}, create_vm; pve-cluster: check_vmid_unused`,
                );
            }
        }
        checkDisks(proxmox, spec);
        if (spec.cores > host.cpuCores) {
            throw new Refusal(
                `MAX ${host.cpuCores} vcpus allowed per VM on this node`,
                `${qemu("QemuServer.pm")}, config_to_command`,
            );
        }
        const macs = spec.networkDevices.map(({ mac }) => (mac ?? drawMac(proxmox)).toUpperCase());
        const image = bootImage(proxmox, spec);
        const network = host.bridges[spec.networkDevices[0]?.bridge ?? ""] ?? "";
        const machine: Machine = {
            id: `${spec.node}/${id}`,
            name: spec.name === "" ? `VM ${id}` : spec.name,
            ...(macs[0] === undefined ? {} : { macAddress: macs[0] }),
            host: spec.node,
            cpuCores: spec.cores,
            memoryGiB: spec.memoryMiB / 1024,
            disks: spec.disks.map((disk, index) => bareDisk(proxmox, spec, disk, index)),
            network,
            ...(image === undefined
                ? {}
                : {
                      image: {
                          platform: image.platform,
                          talosVersion: image.talosVersion,
                          schematic: image.schematic,
                          extensions: image.extensions,
                      },
                  }),
            addresses: [],
            poweredOn: false,
        };
        const made = new VirtualMachine(proxmox, id, spec, machine, macs);
        made.#allocate(spec);
        proxmox.machines.set(id, made);
        return made;
    }

    /** Powers it on. Refuses where a bridge is not there or the host's memory does not suffice. */
    start(): void {
        const { spec, proxmox, machine } = this;
        const host = proxmox.reach(spec.node);
        for (const { bridge } of spec.networkDevices) {
            if (host.bridges[bridge] === undefined) {
                throw this.#startFailed(`bridge '${bridge}' does not exist`, "PVE/Network.pm, tap_plug");
            }
        }
        if (host.virtualisation === false && !this.emulated) {
            throw this.#startFailed(
                "KVM virtualisation configured, but not available. Either disable in VM configuration or enable in BIOS.",
                "PVE/QemuServer.pm, config_to_command",
            );
        }
        if (spec.board === "virt" && spec.cloudInit !== undefined && spec.cloudInitInterface.startsWith("ide")) {
            const bus = Number(spec.cloudInitInterface.slice(3)) >> 1;
            throw this.#startFailed(
                `start failed: QEMU exited with code 1: kvm: -device ide-cd,bus=ide.${bus},unit=0,drive=drive-${spec.cloudInitInterface}: Bus 'ide.${bus}' not found`,
                "QEMU: hw/arm/virt.c has no IDE controller; PVE/QemuServer.pm, print_drivedevice_full",
            );
        }
        const used = proxmox.usedMemory(spec.node, this.id);
        if (used + spec.memoryMiB > host.memoryGiB * 1024) {
            throw this.#startFailed(
                `start failed: QEMU exited with code 1: kvm: cannot set up guest memory 'pc.ram': Cannot allocate memory (${spec.memoryMiB} MiB asked, ${host.memoryGiB * 1024 - used} MiB of ${host.memoryGiB * 1024} MiB left on node '${spec.node}')`,
                "QEMU: softmmu/physmem.c, ram_block_add",
            );
        }
        machine.addresses = this.#bootAddresses();
        proxmox.around.talos.boot(machine);
    }

    /** Powers it off at once. */
    stop(): void {
        this.proxmox.around.talos.halt(this.machine);
    }

    /** Asks it to shut down, and waits. Refuses where nothing in it listens to the request. */
    shutdown(): void {
        if (this.machine.poweredOn && this.spec.agent && !this.hasAgent) {
            throw new Refusal(
                `error waiting for VM shutdown: task "UPID:${this.spec.node}:qmshutdown:${this.id}" failed to complete with exit code: VM quit/powerdown failed - got timeout`,
                `${qemu("QemuServer.pm")}, vm_stop: with the agent enabled only the agent is asked`,
            );
        }
        this.stop();
    }

    /** True where a guest agent runs in it. */
    get hasAgent(): boolean {
        return this.machine.image?.extensions.includes("siderolabs/qemu-guest-agent") ?? false;
    }

    /**
     * Changes it to another specification, rebooting where that is allowed and needed.
     *
     * @param wasStarted Whether it was to run before: only what changes that powers it off. Default: as it was asked last.
     */
    change(spec: VmSpec, mayReboot: boolean, wasStarted = this.spec.started): void {
        const { machine, proxmox } = this;
        this.#checkChange(spec);
        checkDisks(proxmox, spec, this.id);
        this.#allocate(spec);
        for (const gone of this.spec.disks.filter(
            (old) => !spec.disks.some((disk) => disk.interface === old.interface),
        )) {
            proxmox.datastore(gone.datastore, this.spec.node).free(this.spec.node, this.#volume(gone.interface));
        }
        const before = this.spec;
        const disks = spec.disks.map((disk, index) => {
            const place = before.disks.findIndex((old) => old.interface === disk.interface);
            const kept = machine.disks[place];
            if (kept === undefined) {
                return bareDisk(proxmox, spec, disk, index);
            }
            kept.sizeGiB = disk.sizeGiB;
            return kept;
        });
        machine.disks.splice(0, machine.disks.length, ...disks);
        this.spec = spec;
        const needsBoot =
            before.memoryMiB !== spec.memoryMiB ||
            before.cores !== spec.cores ||
            JSON.stringify([before.addresses, before.networkDevices]) !==
                JSON.stringify([spec.addresses, spec.networkDevices]);
        if (machine.poweredOn && spec.started && needsBoot && mayReboot) {
            this.stop();
        }
        if (!machine.poweredOn || needsBoot) {
            machine.cpuCores = spec.cores;
            machine.memoryGiB = spec.memoryMiB / 1024;
        }
        if (spec.started && !machine.poweredOn) {
            this.start();
        } else if (!spec.started && wasStarted && machine.poweredOn) {
            this.shutdown();
        }
    }

    /** Removes it with its disks. Refuses while it is protected. */
    remove(): void {
        if (this.spec.protection) {
            throw new Refusal(
                httpError(500, `can't remove VM ${this.id} - protection mode enabled`),
                "proxmox/pve-guest-common: src/PVE/AbstractConfig.pm, check_protection",
            );
        }
        this.proxmox.around.talos.remove(this.machine);
        for (const { datastore, volume } of this.#volumes(this.spec)) {
            this.proxmox.datastore(datastore, this.spec.node).free(this.spec.node, volume);
        }
        this.proxmox.machines.delete(this.id);
    }

    /** Addresses it has when it boots: those of the nocloud drive, which only a nocloud image reads. */
    #bootAddresses(): string[] {
        const { spec, machine, proxmox } = this;
        const configured =
            proxmox.around.talos.nodeOf(machine.id)?.config !== undefined && machine.addresses.length > 0;
        if (spec.networkDevices[0]?.connected !== true) {
            return [];
        }
        if (configured && machine.image?.platform === "metal") {
            return machine.addresses;
        }
        if (spec.cloudInit === undefined || machine.image?.platform !== "nocloud") {
            return configured ? machine.addresses : [];
        }
        return spec.addresses.flatMap((address) => {
            if (address === undefined) {
                return [];
            }
            if (networkRange(address) === undefined || !address.includes("/")) {
                throw new Refusal(
                    `error creating VM: ${httpError(400, `Parameter verification failed. (ipconfig0: invalid format - format error ipconfig0.ip: invalid IPv4 address in CIDR notation '${address}')`)}`,
                    `${qemu("QemuServer.pm")}, pve-qm-ipconfig`,
                );
            }
            const [bare = ""] = address.split("/");
            return [bare];
        });
    }

    #startFailed(words: string, source: string): Refusal {
        return new Refusal(
            `error waiting for VM start: task "UPID:${this.spec.node}:qmstart:${this.id}" failed to complete with exit code: ${words}`,
            source,
        );
    }

    #checkChange(spec: VmSpec): void {
        for (const old of this.spec.disks) {
            const asked = spec.disks.find((disk) => disk.interface === old.interface);
            if (asked === undefined && this.spec.bootOrder.includes(old.interface)) {
                throw new Refusal(
                    `cannot delete boot disk "${old.interface}". Please remove it from boot order first or change boot order before deleting`,
                    "bpg/terraform-provider-proxmox: proxmoxtf/resource/vm/vm.go, vmUpdate",
                );
            }
            if (asked !== undefined && asked.sizeGiB < old.sizeGiB) {
                throw new Refusal(
                    `disk resize failure: requested size (${asked.sizeGiB}G) is lower than current size (${old.sizeGiB}G)`,
                    "bpg/terraform-provider-proxmox: proxmoxtf/resource/vm/disk/disk.go",
                );
            }
        }
    }

    #volume(device: string): string {
        return `vm-${this.id}-${device}`;
    }

    #volumes(spec: VmSpec): { readonly datastore: string; readonly volume: string; readonly sizeGiB: number }[] {
        const small = (datastore: string | undefined, device: string) =>
            datastore === undefined ? [] : [{ datastore, volume: this.#volume(device), sizeGiB: smallVolume }];
        return [
            ...spec.disks.map((disk) => ({
                datastore: disk.datastore,
                volume: this.#volume(disk.interface),
                sizeGiB: disk.sizeGiB,
            })),
            ...small(spec.cloudInit, "cloudinit"),
            ...small(spec.efiDisk, "efidisk0"),
            ...small(spec.tpmState, "tpmstate0"),
        ];
    }

    #allocate(spec: VmSpec): void {
        const done: { readonly datastore: string; readonly volume: string }[] = [];
        for (const asked of this.#volumes(spec)) {
            const store = this.proxmox.datastore(asked.datastore, spec.node, "images");
            try {
                store.allocate(spec.node, asked.volume, asked.sizeGiB);
                done.push(asked);
            } catch (error) {
                if (!this.proxmox.machines.has(this.id)) {
                    for (const { datastore, volume } of done) {
                        this.proxmox.datastore(datastore, spec.node).free(spec.node, volume);
                    }
                }
                throw error;
            }
        }
    }
}

/** A MAC address of the range Proxmox draws from. */
function drawMac(proxmox: Proxmox): string {
    const byte = () =>
        Math.floor(proxmox.around.random.next() * 256)
            .toString(16)
            .padStart(2, "0");
    return `BC:24:11:${byte()}:${byte()}:${byte()}`;
}
