/** A virtual machine as the Proxmox API is asked for it, read from a program's properties. */
import { at, isProperties, list, number, type Properties, text, type Value } from "./value";

/** One disk. */
export interface DiskSpec {
    /** e.g. `scsi0`. */
    readonly interface: string;
    readonly datastore: string;
    readonly sizeGiB: number;
    readonly serial: string;
    /** File it is filled from, e.g. `local:import/talos.qcow2`; undefined for a blank one. */
    readonly from?: string;
}

/** What a virtual machine is to be. */
export interface VmSpec {
    readonly node: string;
    readonly name: string;
    readonly cores: number;
    readonly memoryMiB: number;
    readonly disks: readonly DiskSpec[];
    /** ISO in its drive, undefined where there is none. */
    readonly iso?: string;
    readonly networkDevices: readonly { readonly bridge: string; readonly mac?: string; readonly connected: boolean }[];
    /** Datastore of the cloud-init drive, undefined where there is none. */
    readonly cloudInit?: string;
    /** Where the cloud-init drive is attached. */
    readonly cloudInitInterface: string;
    /** Board, e.g. `q35`; Arm's is `virt`. */
    readonly board: string;
    /** Static IPv4 addresses in CIDR notation, one an interface; undefined entries ask for DHCP. */
    readonly addresses: readonly (string | undefined)[];
    readonly efiDisk?: string;
    readonly tpmState?: string;
    readonly bootOrder: readonly string[];
    readonly started: boolean;
    readonly agent: boolean;
    /** True where the program waits for the agent to report an address. */
    readonly waitsForAgent: boolean;
    readonly protection: boolean;
}

/** Datastore where none is named (bpg/terraform-provider-proxmox: schema defaults). */
const defaultDatastore = "local-lvm";

function disk(value: Value): DiskSpec {
    const from = text(value, "importFrom") ?? text(value, "fileId");
    return {
        interface: text(value, "interface") ?? "",
        datastore: text(value, "datastoreId") ?? defaultDatastore,
        // 8 GiB where none is named (bpg: proxmoxtf/resource/vm/disk/schema.go).
        sizeGiB: number(value, "size") ?? 8,
        serial: text(value, "serial") ?? "",
        ...(from === undefined || from === "" ? {} : { from }),
    };
}

/** Reads the inputs of a virtual machine; what is missing has the provider's default. */
export function vmSpec(inputs: Properties): VmSpec {
    const initialization = at(inputs, "initialization");
    const flag = (path: string, otherwise: boolean) => {
        const found = at(inputs, path);
        return typeof found === "boolean" ? found : otherwise;
    };
    const store = (path: string) =>
        isProperties(at(inputs, path)) ? (text(inputs, `${path}.datastoreId`) ?? defaultDatastore) : undefined;
    const [cloudInit, efiDisk, tpmState] = [store("initialization"), store("efiDisk"), store("tpmState")];
    const iso = text(inputs, "cdrom.fileId");
    const agent = flag("agent.enabled", false);
    return {
        node: text(inputs, "nodeName") ?? "",
        name: text(inputs, "name") ?? "",
        cores: (number(inputs, "cpu.cores") ?? 1) * (number(inputs, "cpu.sockets") ?? 1),
        // 512 MiB where none is named (bpg: proxmoxtf/resource/vm/vm.go, dvMemoryDedicated).
        memoryMiB: number(inputs, "memory.dedicated") ?? 512,
        disks: list(inputs, "disks").map(disk),
        ...(iso === undefined || iso === "none" || iso === "cdrom" ? {} : { iso }),
        networkDevices: list(inputs, "networkDevices").map((device) => {
            const mac = text(device, "macAddress");
            return {
                bridge: text(device, "bridge") ?? "vmbr0",
                ...(mac === undefined ? {} : { mac }),
                connected: at(device, "disconnected") !== true && at(device, "enabled") !== false,
            };
        }),
        ...(cloudInit === undefined ? {} : { cloudInit }),
        // bpg: proxmoxtf/resource/vm/vm.go, dvInitializationInterface is empty and becomes ide2; dvMachineType is pc.
        cloudInitInterface: text(initialization, "interface") ?? "ide2",
        board: (text(inputs, "machine") ?? "pc").split(/[-,+.]/)[0] ?? "pc",
        addresses: list(initialization, "ipConfigs").map((config) => {
            const address = text(config, "ipv4.address");
            return address === "dhcp" ? undefined : address;
        }),
        ...(efiDisk === undefined ? {} : { efiDisk }),
        ...(tpmState === undefined ? {} : { tpmState }),
        bootOrder: list(inputs, "bootOrders").map(String),
        started: flag("started", true) && !flag("template", false),
        agent,
        waitsForAgent: agent && !flag("agent.waitForIp.disabled", false),
        protection: flag("protection", false),
    };
}
