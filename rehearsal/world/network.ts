/** The site's networks: who answers at which address, and what a call hears where nobody does. */
import { Refusal } from "./refusal";
import type { Site } from "./site";

/** Who answers at an address. */
export interface Host {
    /** What it is, for people, e.g. `machine pve/140`. */
    readonly name: string;
    /** True where a call to the port is answered. `from` is the caller's address; undefined: the machine the program runs on. */
    listens(port: number, from?: string): boolean;
    /** True where a firewall on the way throws the call away, so that it hears nothing. Default: none does. */
    drops?(port: number, from?: string): boolean;
    /** Told of every call: true where it is lost, since the host has no power or its cable is out. Default: it has. */
    loses?(): boolean;
}

/** A network that comes and goes with what is deployed. */
export interface RunTimeNetwork {
    /** e.g. `10.0.1.0/24`. */
    readonly cidr: string;
    /** True while the machine the program runs on has a route to it, e.g. one a mesh has approved. */
    readonly reachable: () => boolean;
    /** True while a caller on another network has a route to it. Default: none has. */
    readonly reachableFrom?: (address: string) => boolean;
}

/** A network with its borders worked out. */
interface Subnet {
    readonly name: string;
    readonly first: number;
    readonly last: number;
    readonly reachable: () => boolean;
    readonly reachableFrom: (address: string) => boolean;
}

/** An IPv4 address as a number, undefined where the text is none. */
export function addressNumber(address: string): number | undefined {
    const parts = address.split(".");
    const numbers = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
    return parts.length === 4 && numbers.every((part) => part < 256)
        ? numbers.reduce((sum, part) => sum * 256 + part, 0)
        : undefined;
}

/** First and last address of a network such as `10.10.0.0/24`, undefined where the text is none. */
export function networkRange(cidr: string): { readonly first: number; readonly last: number } | undefined {
    const [address = "", bits = ""] = cidr.split("/");
    const number = addressNumber(address);
    if (number === undefined || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) {
        return undefined;
    }
    const size = 2 ** (32 - Number(bits));
    const first = Math.floor(number / size) * size;
    return { first, last: first + size - 1 };
}

const duplicate = "RFC 5227: a host that finds its address in use by another gives it up";

/** All networks of a site, seen from the machine the program runs on. */
export class Network {
    readonly #subnets = new Map<string, Subnet>();
    readonly #hosts = new Map<string, Host>();

    /** @throws Error where the site describes a network that is none. */
    constructor(site: Site) {
        for (const [name, { cidr, reachable }] of Object.entries(site.networks)) {
            const range = networkRange(cidr);
            if (range === undefined) {
                throw new Error(
                    `The site's network '${name}' must be an IPv4 network such as 10.10.0.0/24, got '${cidr}'.`,
                );
            }
            const open = reachable ?? true;
            this.#subnets.set(name, { name, ...range, reachable: () => open, reachableFrom: () => open });
        }
        for (const network of Object.values(site.networks)) {
            for (const address of [network.gateway, ...(network.taken ?? [])]) {
                this.#hosts.set(address, { name: "something outside the program", listens: () => false });
            }
        }
        for (const { endpoint, nodes } of site.proxmox) {
            const { hostname, port } = new URL(endpoint);
            const listens = (asked: number) => asked === Number(port === "" ? 443 : port) || asked === 22;
            this.#hosts.set(hostname, { name: `Proxmox VE of ${Object.keys(nodes).join(", ")}`, listens });
        }
    }

    /**
     * Adds a network that something deployed has made. The same name again replaces it.
     *
     * @throws Error where the network is none.
     */
    addNetwork(name: string, { cidr, reachable, reachableFrom }: RunTimeNetwork): void {
        const range = networkRange(cidr);
        if (range === undefined) {
            throw new Error(`The network '${name}' must be an IPv4 network such as 10.0.1.0/24, got '${cidr}'.`);
        }
        this.#subnets.set(name, { name, ...range, reachable, reachableFrom: reachableFrom ?? (() => false) });
    }

    /** Takes a network away, with whatever answers in it. */
    removeNetwork(name: string): void {
        const gone = this.#subnets.get(name);
        this.#subnets.delete(name);
        for (const address of gone === undefined ? [] : this.#hosts.keys()) {
            const number = addressNumber(address) ?? -1;
            if (gone !== undefined && number >= gone.first && number <= gone.last) {
                this.#hosts.delete(address);
            }
        }
    }

    /** True where something at `from` (undefined: the machine the program runs on) has a route to an address. */
    hasRoute(address: string, from?: string): boolean {
        const subnet = this.#subnetOf(address);
        if (subnet === undefined) {
            return this.#hosts.has(address);
        }
        return from === undefined
            ? subnet.reachable()
            : this.networkOf(from) === subnet.name || subnet.reachableFrom(from);
    }

    /** True where a network of that name is there. */
    hasNetwork(name: string): boolean {
        return this.#subnets.has(name);
    }

    /** Name of the network an address belongs to, undefined where it is in none. */
    networkOf(address: string): string | undefined {
        return this.#subnetOf(address)?.name;
    }

    /** What answers at an address already, undefined where it is free. */
    takenBy(address: string): string | undefined {
        return this.#hosts.get(address)?.name;
    }

    /** Puts a host at an address. Refuses one that somebody else has. */
    attach(address: string, host: Host): void {
        const other = this.#hosts.get(address);
        if (other !== undefined && other.name !== host.name) {
            throw new Refusal(
                `IPv4 address conflict: ${host.name} cannot use ${address}, it is in use by ${other.name}`,
                duplicate,
            );
        }
        this.#hosts.set(address, host);
    }

    /** Announces an address that answers on every port, as a load balancer's does. */
    claim(address: string, owner: string): void {
        this.attach(address, { name: owner, listens: () => true });
    }

    /** Takes what answers at an address away. */
    release(address: string): void {
        this.#hosts.delete(address);
    }

    /**
     * Why a call fails, in the words of the caller's dialler; undefined where it is answered.
     *
     * @param from Address of the caller. Default: the machine the program runs on.
     */
    unreachable(address: string, port: number, from?: string): string | undefined {
        const target = `${address}:${port}`;
        const host = this.#hosts.get(address);
        if (addressNumber(address) === undefined && host === undefined) {
            return `dial tcp: lookup ${address}: no such host`;
        }
        const subnet = this.#subnetOf(address);
        if (subnet === undefined && host === undefined) {
            return `dial tcp ${target}: connect: network is unreachable`;
        }
        if ((subnet !== undefined && !this.hasRoute(address, from)) || host?.drops?.(port, from) === true) {
            return `dial tcp ${target}: i/o timeout`;
        }
        if (host === undefined || host.loses?.() === true) {
            return `dial tcp ${target}: connect: no route to host`;
        }
        return host.listens(port, from) ? undefined : `dial tcp ${target}: connect: connection refused`;
    }

    /**
     * Makes a call.
     *
     * @param wrap Turns the dialler's words into those of the program that calls. Default: as they are.
     * @param from Address of the caller. Default: the machine the program runs on.
     */
    call(address: string, port: number, wrap: (words: string) => string = (words) => words, from?: string): void {
        const words = this.unreachable(address, port, from);
        if (words !== undefined) {
            throw new Refusal(
                wrap(words),
                "connect(2): ENETUNREACH, EHOSTUNREACH, ECONNREFUSED, as Go's net package words them",
            );
        }
    }

    #subnetOf(address: string): Subnet | undefined {
        const number = addressNumber(address);
        return number === undefined
            ? undefined
            : [...this.#subnets.values()].find(({ first, last }) => number >= first && number <= last);
    }
}
