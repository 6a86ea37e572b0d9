/** What boots on an instance: Linux, which the world's hosts run, or Talos. */
import type { Machine } from "../machine";
import { readDocuments } from "../talos-config";
import { number, text } from "../value";
import type { BootedHost } from "./hosts";
import type { Oracle } from "./oracle";
import { hasWayOut } from "./trace";
import type { Thing } from "./type";

/** Machines of the instances that run Talos. */
const machines = new WeakMap<Thing, Machine>();

/** User data as it was given, undefined where there is none. */
function userData(instance: Thing): string | undefined {
    const encoded = text(instance.inputs, "metadata.user_data");
    return encoded === undefined ? undefined : Buffer.from(encoded, "base64").toString("utf8");
}

/** Boots what the instance's image holds. */
export async function bootInstance(oracle: Oracle, instance: Thing): Promise<void> {
    const { computed, inputs } = instance;
    const name = text(computed, "displayName") ?? instance.id;
    const address = text(computed, "privateIp") ?? "";
    const size = {
        cpuCores: number(computed, "shapeConfig.ocpus") ?? 1,
        memoryGiB: number(computed, "shapeConfig.memoryInGbs") ?? 1,
    };
    const diskGiB = number(computed, "bootVolumeGB") ?? 0;
    const boots = text(computed, "boots");
    if (boots === "talos") {
        const machine: Machine = {
            id: `oci/${name}`,
            name,
            host: `${text(inputs, "availabilityDomain") ?? ""}/${text(computed, "faultDomain") ?? ""}`,
            ...size,
            // The image is the boot volume: Talos runs from the disk it is on.
            disks: [{ serial: "", sizeGiB: diskGiB, device: "/dev/sda", content: "image" }],
            network: text(inputs, "createVnicDetails.subnetId") ?? "",
            image: {
                platform: "oracle",
                talosVersion: text(computed, "talosVersion") ?? "",
                schematic: "",
                extensions: [],
            },
            addresses: [address],
            poweredOn: false,
        };
        machines.set(instance, machine);
        oracle.around.talos.boot(machine);
        const given = userData(instance);
        if (given !== undefined) {
            await oracle.around.talos.provision(machine, readDocuments(given));
        }
        return;
    }
    const given = userData(instance);
    const host: BootedHost = {
        name,
        addresses: [address],
        ...size,
        diskGiB,
        image: text(oracle.find("image", text(computed, "image"))?.computed, "displayName") ?? "",
        boots: boots === "proxmox" ? "proxmox" : "linux",
        ...(given === undefined ? {} : { userData: given }),
        authorizedKeys: (text(inputs, "metadata.ssh_authorized_keys") ?? "").split("\n").filter((key) => key !== ""),
        hasWayOut: () => hasWayOut(oracle, instance),
    };
    const running = oracle.around.hosts?.boot(host);
    if (running !== undefined) {
        oracle.running.set(instance.id, running);
    }
}

/** Takes what runs on an instance out of the world. */
export function haltInstance(oracle: Oracle, instance: Thing): void {
    const machine = machines.get(instance);
    if (machine !== undefined) {
        oracle.around.talos.remove(machine);
    } else {
        oracle.around.hosts?.off(text(instance.computed, "displayName") ?? instance.id);
    }
    oracle.running.delete(instance.id);
}

/** True where what runs on an instance listens at a port. */
export function listensOn(oracle: Oracle, instance: Thing, port: number): boolean {
    const machine = machines.get(instance);
    const host = machine === undefined ? oracle.running.get(instance.id) : oracle.around.talos.nodeOf(machine.id);
    return host?.listens(port) ?? false;
}
