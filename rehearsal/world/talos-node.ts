/** One machine that has booted Talos: in maintenance until it is given a configuration, a member of a cluster after. */
import type { Disk, Machine } from "./machine";
import { type Host, networkRange } from "./network";
import { Refusal } from "./refusal";
import {
    type ConfigDocument,
    type ConfigValue,
    documentKind,
    isDocument,
    listAt,
    textAt,
    valueAt,
} from "./talos-config";

/** Port of the Talos API on every machine, and of the service that signs certificates on control planes. */
export const talosPorts = { apid: 50000, trustd: 50001, kubernetes: 6443 };

/** Name Talos up to 1.12 gives the first virtio interface of a Proxmox machine. */
const firstInterface = "ens18";

/** True where a text fits a pattern with `*` and `?`. */
function fits(pattern: string, text: string): boolean {
    const expression = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replace(/\*/g, ".*")
        .replace(/\?/g, ".");
    return new RegExp(`^${expression}$`, "i").test(text);
}

/** A running Talos. */
export class TalosNode implements Host {
    /** Documents it runs with; undefined while it is in maintenance. */
    documents: readonly ConfigDocument[] | undefined;
    /** Documents that wait for the next boot; undefined where none do. */
    staged: readonly ConfigDocument[] | undefined;
    /** Version it runs, e.g. `v1.10.5`. Only an upgrade changes it, never a configuration. */
    readonly version: string;
    /** True once it has etcd data: bootstrapped, or joined. */
    etcd = false;
    /** True once etcd and the API server answer on it. */
    serving = false;

    /** @param machine The computer it runs on; it has an image. */
    constructor(readonly machine: Machine) {
        this.version = machine.image?.talosVersion ?? "";
    }

    get name(): string {
        return `machine ${this.machine.id}`;
    }

    /** The v1alpha1 document, undefined in maintenance. */
    get config(): ConfigDocument | undefined {
        return this.documents?.find((document) => documentKind(document) === "v1alpha1");
    }

    get role(): "controlplane" | "worker" {
        return textAt(this.config, "machine.type") === "worker" ? "worker" : "controlplane";
    }

    /** Base64 of the certificate of the cluster's Kubernetes authority: what makes two machines one cluster. */
    get cluster(): string {
        return textAt(this.config, "cluster.ca.crt") ?? "";
    }

    /** Base64 of the certificate of the authority that Talos clients must come from. */
    get authority(): string {
        return textAt(this.config, "machine.ca.crt") ?? "";
    }

    /** Node name: from the configuration, from the hypervisor where the platform hands it over, else made of its id. */
    get hostname(): string {
        const fromPlatform = this.machine.image?.platform === "metal" ? undefined : this.machine.name;
        return (
            textAt(this.config, "machine.network.hostname") ??
            fromPlatform ??
            `talos-${this.machine.id.replace(/\W/g, "-")}`
        );
    }

    /** Shared address it may hold, undefined where none is configured. */
    get sharedAddress(): string | undefined {
        return listAt(this.config, "machine.network.interfaces")
            .map((device) => textAt(device, "vip.ip"))
            .find((ip) => ip !== undefined);
    }

    listens(port: number): boolean {
        if (!this.machine.poweredOn) {
            return false;
        }
        if (this.config === undefined || port === talosPorts.apid) {
            return port === talosPorts.apid;
        }
        return (
            this.role === "controlplane" &&
            (port === talosPorts.trustd || (port === talosPorts.kubernetes && this.serving))
        );
    }

    /** True where an entry of `machine.network.interfaces` is about the machine's interface. */
    #isMine(device: ConfigValue): boolean {
        const selector = valueAt(device, "deviceSelector");
        if (!isDocument(selector)) {
            return textAt(device, "interface") === firstInterface;
        }
        const mac = textAt(selector, "hardwareAddr");
        const driver = textAt(selector, "driver");
        return (
            (mac === undefined || fits(mac, this.machine.macAddress ?? "")) &&
            (driver === undefined || fits(driver, "virtio_net")) &&
            valueAt(selector, "physical") !== false
        );
    }

    /** Addresses the configuration gives the machine's interface; empty where it gives none. */
    configuredAddresses(config: ConfigDocument): string[] {
        return listAt(config, "machine.network.interfaces")
            .filter((device) => this.#isMine(device))
            .flatMap((device) => listAt(device, "addresses"))
            .map((address) => String(address).split("/")[0] ?? "");
    }

    /** Address Kubernetes knows it by: the first inside the configured subnets, undefined where none is. */
    get nodeAddress(): string | undefined {
        const subnets = listAt(this.config, "machine.kubelet.nodeIP.validSubnets").map(String);
        const ranges = subnets.flatMap((cidr) => networkRange(cidr) ?? []);
        return this.machine.addresses.find((address) => {
            const number = networkRange(`${address}/32`)?.first ?? -1;
            return ranges.length === 0 || ranges.some(({ first, last }) => number >= first && number <= last);
        });
    }

    /** The disk an installation goes to. Refuses a selector that fits no disk. */
    installDisk(config: ConfigDocument): Disk | undefined {
        const { disks, image } = this.machine;
        const selector = valueAt(config, "machine.install.diskSelector");
        const byName = [...disks].sort((a, b) => a.device.localeCompare(b.device));
        const selected = isDocument(selector) ? byName.filter((disk) => selects(selector, disk)) : undefined;
        if (isDocument(selector) && selected?.length === 0) {
            throw new Refusal(
                `no disks matched the expression: ${expression(selector)}`,
                "siderolabs/talos: pkg/machinery/config/types/v1alpha1/v1alpha1_validation.go, RuntimeValidate",
            );
        }
        const device = textAt(config, "machine.install.disk");
        const named = disks.find((disk) => device === disk.device || linksOf(disk).includes(device ?? ""));
        if (selected === undefined && device?.startsWith("/dev/disk/") === true && named === undefined) {
            throw new Refusal(
                `specified install disk does not exist: "${device}"`,
                "siderolabs/talos: pkg/machinery/config/types/v1alpha1/v1alpha1_validation.go; issue 9647",
            );
        }
        const booted = disks.find(({ content }) => content === "image" || content === "system");
        if (image?.platform !== "metal" && booted !== undefined) {
            // A cloud image is its own installation: Talos does not install in cloud mode.
            return booted;
        }
        return selected?.[0] ?? named;
    }
}

/** The links udev makes of a drive's name where it has one, else of a disk's serial: QEMU shows 20 characters of it. */
function linksOf({ serial, device, drive }: Disk): readonly string[] {
    if (drive !== undefined) {
        return [`/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${drive}`];
    }
    if (serial === "") {
        return [];
    }
    const shown = serial.slice(0, 20);
    return device.startsWith("/dev/sd")
        ? [`/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${shown}`, `/dev/disk/by-id/scsi-SQEMU_QEMU_HARDDISK_${shown}`]
        : [`/dev/disk/by-id/virtio-${shown}`];
}

/** Disk attributes a selector can name that the world's disks have. */
function selects(selector: ConfigDocument, disk: Disk): boolean {
    return Object.entries(selector).every(([key, value]) => {
        const wanted = String(value);
        switch (key) {
            case "serial":
                // Talos reads a serial of virtio-blk and NVMe disks, of SCSI disks none (siderolabs/talos issues 11348, 12073).
                return !disk.device.startsWith("/dev/sd") && fits(wanted, disk.serial);
            case "size":
                return sizeFits(wanted, disk.sizeGiB);
            case "type":
                return wanted === "hdd" || wanted === "ssd";
            default:
                return false;
        }
    });
}

const units: Readonly<Record<string, number>> = {
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    MiB: 2 ** 20,
    GiB: 2 ** 30,
    TiB: 2 ** 40,
};

/** True where a size fits a condition such as `>= 30GB`. */
function sizeFits(condition: string, sizeGiB: number): boolean {
    const found = /^\s*(<=|>=|==|<|>)?\s*([\d.]+)\s*([MGT]i?B)\s*$/.exec(condition);
    const wanted = Number(found?.[2]) * (units[found?.[3] ?? ""] ?? Number.NaN);
    const size = sizeGiB * 2 ** 30;
    switch (found?.[1]) {
        case "<=":
            return size <= wanted;
        case ">=":
            return size >= wanted;
        case "<":
            return size < wanted;
        case ">":
            return size > wanted;
        default:
            return size === wanted;
    }
}

/** A selector as the expression Talos makes of it. */
function expression(selector: ConfigDocument): string {
    return Object.entries(selector)
        .map(([key, value]) =>
            key === "size" ? `disk.size ${String(value)}` : `glob("${String(value)}", disk.${key})`,
        )
        .join(" && ");
}
