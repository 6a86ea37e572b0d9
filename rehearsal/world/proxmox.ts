/** Proxmox VE installations: their API, nodes, datastores and virtual machines. */
import type { ImageFactory } from "./image-factory";
import type { Machine } from "./machine";
import type { Network } from "./network";
import { httpError } from "./proxmox-http";
import type { VirtualMachine } from "./proxmox-machine";
import { Datastore } from "./proxmox-storage";
import type { Random } from "./random";
import { Refusal } from "./refusal";
import type { Site, SiteNode, SiteProxmox } from "./site";
import type { Talos } from "./talos";

/** What Proxmox needs of the world. */
export interface ProxmoxSurroundings {
    readonly site: Site;
    readonly network: Network;
    readonly factory: ImageFactory;
    readonly talos: Talos;
    readonly random: Random;
}

/** How a provider reaches an installation. */
export interface ProxmoxConnection {
    /** e.g. `https://10.10.0.10:8006/`. */
    readonly endpoint: string;
    /** `user@realm!name=uuid`; undefined where the provider logs in by password. */
    readonly apiToken?: string;
}

const client = "bpg/terraform-provider-proxmox: proxmox/api/client.go";

/** One installation: a host, or a cluster of hosts behind one API. */
export class Proxmox {
    readonly datastores: Datastore[] = [];
    readonly machines = new Map<number, VirtualMachine>();

    constructor(
        public site: SiteProxmox,
        readonly around: ProxmoxSurroundings,
    ) {
        this.#addDatastores(site);
    }

    /** Takes in what has changed of a cluster that grows: its nodes, datastores, bridges and token. */
    grow(site: SiteProxmox): void {
        this.site = site;
        this.#addDatastores(site);
    }

    #addDatastores(site: SiteProxmox): void {
        const shared = new Map(this.datastores.map((store) => [store.id, store]));
        for (const [node, { datastores }] of Object.entries(site.nodes)) {
            for (const [id, store] of Object.entries(datastores)) {
                const known = shared.get(id);
                if (known !== undefined) {
                    known.nodes = [...new Set([...known.nodes, node])];
                    continue;
                }
                const made = new Datastore(id, store.content, store.sizeGiB, store.shared ?? false, [node]);
                shared.set(id, made);
                this.datastores.push(made);
            }
        }
    }

    /** A node. Refuses one the cluster does not have. */
    node(name: string): SiteNode {
        const found = this.site.nodes[name];
        if (found === undefined) {
            throw new Refusal(
                httpError(
                    500,
                    `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
                ),
                "proxmox/pve-cluster: remote_node_ip, as an API call is passed on to another node",
            );
        }
        return found;
    }

    /** A node, to ask it something. Refuses one the cluster does not have, and one it does not reach. */
    reach(name: string): SiteNode {
        const found = this.node(name);
        if (found.online === false) {
            throw new Refusal(
                httpError(595, "No route to host"),
                "bpg/terraform-provider-proxmox#692: a call is passed on to the node it is about",
            );
        }
        return found;
    }

    /** A datastore as a node sees it. Refuses one that is not there, not on that node, or not for that content. */
    datastore(id: string, node: string, content?: string): Datastore {
        const found = this.datastores.find((store) => store.id === id);
        if (found === undefined) {
            throw new Refusal(
                httpError(500, `storage '${id}' does not exist`),
                "proxmox/pve-storage: src/PVE/Storage.pm, storage_config",
            );
        }
        if (!found.nodes.includes(node)) {
            throw new Refusal(
                httpError(500, `storage '${id}' is not available on node '${node}'`),
                "proxmox/pve-storage: src/PVE/Storage.pm, storage_check_node",
            );
        }
        if (content !== undefined && !found.content.includes(content)) {
            throw new Refusal(
                httpError(
                    500,
                    content === "images"
                        ? `storage '${id}' does not support content-type 'images'`
                        : `storage '${id}' is not configured for content-type '${content}'`,
                ),
                content === "images"
                    ? "proxmox/qemu-server: src/PVE/API2/Qemu.pm, create_disks"
                    : "proxmox/pve-storage: src/PVE/API2/Storage/Status.pm, download_url",
            );
        }
        return found;
    }

    /** A virtual machine, undefined where there is none of that id. */
    machine(id: number): VirtualMachine | undefined {
        return this.machines.get(id);
    }

    /** The lowest free id, as the API proposes it. */
    nextId(): number {
        let id = 100;
        while (this.machines.has(id)) {
            id += 1;
        }
        return id;
    }

    /** MiB of memory that running machines of a node use. */
    usedMemory(node: string, except?: number): number {
        return [...this.machines.values()]
            .filter(({ spec, machine, id }) => spec.node === node && machine.poweredOn && id !== except)
            .reduce((sum, { spec }) => sum + spec.memoryMiB, 0);
    }

    /** Everything on it that was not there at the beginning, one line each. */
    remains(): string[] {
        return [
            ...[...this.machines.keys()].map(
                (id) => `virtual machine ${id} on ${this.machines.get(id)?.spec.node ?? ""}`,
            ),
            ...this.datastores.flatMap((store) => store.files.map((file) => `file ${file} on ${store.id}`)),
            ...this.datastores.flatMap((store) => store.volumes.map((volume) => `volume ${volume} on ${store.id}`)),
            ...this.datastores.filter((store) => store.managed).map((store) => `datastore ${store.id}`),
        ];
    }
}

/** All installations of a site. */
export class ProxmoxFleet {
    readonly installations: Proxmox[];

    constructor(private readonly around: ProxmoxSurroundings) {
        this.installations = around.site.proxmox.map((site) => new Proxmox(site, around));
    }

    /** Enters a cluster that was formed at run time, or what has changed of one. It is known by its endpoint. */
    form(site: SiteProxmox): void {
        const known = this.installations.find((each) => each.site.endpoint === site.endpoint);
        if (known === undefined) {
            this.installations.push(new Proxmox(site, this.around));
        } else {
            known.grow(site);
        }
    }

    /** Takes a cluster away whose hosts are gone, with the machines on it. */
    dissolve(endpoint: string): void {
        const place = this.installations.findIndex(({ site }) => site.endpoint === endpoint);
        for (const { machine } of place < 0 ? [] : (this.installations[place]?.machines.values() ?? [])) {
            this.around.talos.remove(machine);
        }
        if (place >= 0) {
            this.installations.splice(place, 1);
        }
    }

    /** The installation a provider's configuration reaches. Refuses a wrong endpoint or token. */
    connect({ endpoint, apiToken }: ProxmoxConnection): Proxmox {
        if (!URL.canParse(endpoint)) {
            throw new Refusal(
                `failed to create API client: '${endpoint}' is not a valid URL`,
                "bpg/terraform-provider-proxmox: proxmox/api/client.go, NewConnection",
            );
        }
        const { hostname, port } = new URL(endpoint);
        const number = Number(port === "" ? 443 : port);
        const url = `${endpoint.replace(/\/+$/, "")}/api2/json/version`;
        this.around.network.call(
            hostname,
            number,
            (words) => `failed to perform HTTP GET request (path: version) - Reason: Get "${url}": ${words}`,
        );
        const found = this.installations.find(({ site }) => {
            const known = new URL(site.endpoint);
            return known.hostname === hostname && known.port === port;
        });
        if (found === undefined) {
            throw new Refusal(`failed to perform HTTP GET request (path: version) - Reason: Get "${url}": EOF`, client);
        }
        if (apiToken !== undefined && !/^\S+@\S+![\w-]+=\S+$/.test(apiToken)) {
            throw new Refusal(
                "must provide a valid API token, e.g. 'USER@REALM!TOKENID=UUID'",
                "bpg/terraform-provider-proxmox: proxmox/api/token_auth.go",
            );
        }
        if (found.site.apiToken !== undefined && apiToken !== found.site.apiToken) {
            throw new Refusal(
                httpError(401, apiToken === undefined ? "No ticket" : "invalid token value!"),
                "proxmox/pve-access-control: src/PVE/AccessControl.pm, verify_token",
            );
        }
        return found;
    }

    /** Every machine there is. */
    get machines(): readonly Machine[] {
        return this.installations.flatMap(({ machines }) => [...machines.values()].map(({ machine }) => machine));
    }

    /** Everything that was not there at the beginning, one line each. */
    remains(): string[] {
        return this.installations.flatMap((installation) => installation.remains());
    }
}
