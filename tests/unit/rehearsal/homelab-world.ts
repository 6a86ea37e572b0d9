/** A world to act in without an engine: the homelab's site, its providers, and the steps of a correct program. */

import { proxmoxvePackage } from "../../../rehearsal/providers/proxmoxve";
import { talosPackage } from "../../../rehearsal/providers/talos";
import { homelab } from "../../../rehearsal/sites/homelab";
import type { Operation, PackageBehaviour, State } from "../../../rehearsal/world/behaviour";
import { type Properties, text } from "../../../rehearsal/world/value";
import { World, type WorldOptions } from "../../../rehearsal/world/world";

/** Configuration of the Proxmox provider that is right for the homelab. */
export const proxmoxConfig: Properties = {
    endpoint: "https://10.10.0.10:8006/",
    apiToken: "strata@pve!deploy=00000000-0000-0000-0000-000000000000",
};

/** A refused check, as the engine would report it. */
export class CheckFailed extends Error {}

/** Acts in one world. */
export class Actor {
    readonly world: World;
    readonly packages: Readonly<Record<string, PackageBehaviour>>;
    /** Steps whose time passed, in order. */
    readonly steps: string[] = [];

    constructor(options: Partial<WorldOptions> = {}) {
        this.world = new World({ site: homelab, ...options });
        this.packages = { proxmoxve: proxmoxvePackage(this.world), talos: talosPackage(this.world) };
    }

    operation(type: string, name: string, config: Properties): Operation {
        const provider = { package: type.split(":")[0] ?? "", config };
        return {
            urn: `urn:pulumi:test::strata::${type}::${name}`,
            type,
            name,
            provider,
            takes: async (step) => {
                this.steps.push(step);
            },
        };
    }

    behaviour(type: string) {
        const found = this.packages[type.split(":")[0] ?? ""]?.resource(type);
        if (found === undefined) {
            throw new Error(`There is no behaviour of '${type}'.`);
        }
        return found;
    }

    /** Checks and creates. */
    async create(type: string, name: string, inputs: Properties, config: Properties = {}): Promise<State> {
        const behaviour = this.behaviour(type);
        const operation = this.operation(type, name, config);
        const checked = behaviour.check?.(inputs, undefined, operation) ?? { inputs, failures: [] };
        if (checked.failures.length > 0) {
            throw new CheckFailed(checked.failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
        }
        return behaviour.create(checked.inputs, operation);
    }

    async invoke(token: string, args: Properties): Promise<Properties> {
        const asked = this.packages[token.split(":")[0] ?? ""]?.function(token);
        if (asked === undefined) {
            throw new Error(`There is no function '${token}'.`);
        }
        return asked(args, { package: "talos", config: {} });
    }

    /** A Talos image of a platform on a node's `local`, with the guest agent; answers its file id. */
    async image(platform = "nocloud", overrides: Properties = {}): Promise<string> {
        const schematic = await this.create("talos:imageFactory/schematic:Schematic", "schematic", {
            schematic: "customization:\n  systemExtensions:\n    officialExtensions: [siderolabs/qemu-guest-agent]\n",
        });
        const file = await this.create(
            "proxmoxve:download/file:File",
            "image",
            { ...imageArgs(schematic.id, platform), ...overrides },
            proxmoxConfig,
        );
        return file.id;
    }

    /** A virtual machine of the homelab. */
    vm(name: string, id: number, image: string, overrides: Properties = {}): Promise<State> {
        return this.create(
            "proxmoxve:index/vmLegacy:VmLegacy",
            name,
            { ...vmArgs(name, id, image), ...overrides },
            proxmoxConfig,
        );
    }

    /** Secrets of a cluster. */
    async secrets(): Promise<Properties> {
        return (await this.create("talos:machine/secrets:Secrets", "secrets", { talosVersion: "v1.10.5" })).outputs;
    }

    /** A generated machine configuration. */
    async config(
        secrets: Properties,
        name: string,
        patches: readonly string[] = [],
        overrides: Properties = {},
    ): Promise<string> {
        const made = await this.invoke("talos:machine/getConfiguration:getConfiguration", {
            clusterName: "homelab",
            clusterEndpoint: "https://10.10.0.140:6443",
            machineType: name.startsWith("c") ? "controlplane" : "worker",
            machineSecrets: secrets.machineSecrets ?? {},
            kubernetesVersion: "1.33.3",
            talosVersion: "v1.10.5",
            configPatches: patches,
            ...overrides,
        });
        return text(made, "machineConfiguration") ?? "";
    }

    /** Applies a configuration. */
    apply(secrets: Properties, node: string, config: string, overrides: Properties = {}): Promise<State> {
        return this.create("talos:machine/configurationApply:ConfigurationApply", node, {
            node,
            clientConfiguration: secrets.clientConfiguration ?? {},
            machineConfigurationInput: config,
            ...overrides,
        });
    }

    bootstrap(secrets: Properties, node: string): Promise<State> {
        return this.create("talos:machine/bootstrap:Bootstrap", "bootstrap", {
            node,
            clientConfiguration: secrets.clientConfiguration ?? {},
        });
    }

    kubeconfig(secrets: Properties, node: string): Promise<State> {
        return this.create("talos:cluster/kubeconfig:Kubeconfig", "kubeconfig", {
            node,
            clientConfiguration: secrets.clientConfiguration ?? {},
        });
    }
}

/** Arguments of the download of a Talos image. */
export function imageArgs(schematic: string, platform = "nocloud"): Properties {
    return {
        nodeName: "pve",
        datastoreId: "local",
        contentType: "import",
        fileName: `talos-${platform}.qcow2`,
        url: `https://factory.talos.dev/image/${schematic}/v1.10.5/${platform}-amd64.qcow2`,
    };
}

/** Arguments of a machine of the homelab whose address ends in its id. */
export function vmArgs(name: string, id: number, image: string): Properties {
    return {
        nodeName: "pve",
        vmId: id,
        name,
        agent: { enabled: true },
        cpu: { cores: 6 },
        memory: { dedicated: 12288 },
        disks: [
            { interface: "scsi0", datastoreId: "local-lvm", importFrom: image, size: 30, serial: `${name}-system` },
            { interface: "scsi1", datastoreId: "local-lvm", size: 40, serial: `${name}-storage` },
        ],
        networkDevices: [{ bridge: "vmbr0", macAddress: `BC:24:11:00:00:${id.toString(16).toUpperCase()}` }],
        initialization: { ipConfigs: [{ ipv4: { address: `10.10.0.${id}/24`, gateway: "10.10.0.1" } }] },
        stopOnDestroy: true,
    };
}

/** A patch that gives a machine its install disk and its address. */
export function machinePatch(name: string, id: number): string {
    return `machine:
  install:
    disk: /dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${name}-system
  network:
    hostname: ${name}
    interfaces:
      - deviceSelector:
          physical: true
        addresses: [10.10.0.${id}/24]
        routes:
          - network: 0.0.0.0/0
            gateway: 10.10.0.1
cluster:
  network:
    cni:
      name: none
  proxy:
    disabled: true
`;
}
