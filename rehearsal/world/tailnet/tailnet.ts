/** A tailnet: keys, policy, devices, and the networks behind them that are approved. */
import { addressNumber, networkRange } from "../network";
import { Refusal } from "../refusal";
import { type Policy, readPolicy } from "./policy";

/** The tailnet as it stands before the first deployment. */
export interface SiteTailnet {
    /** e.g. `example.org`. */
    readonly name: string;
    /** The API key it takes. Undefined: none is taken. */
    readonly apiKey?: string;
    /** The OAuth client it takes. Undefined: none is taken. */
    readonly oauth?: { readonly clientId: string; readonly clientSecret: string };
    /** Its policy. Default: Tailscale's own, in which nobody owns a tag. */
    readonly policy?: string;
    /** True where the machine the program runs on is a member. Default true. */
    readonly operator?: boolean;
}

/** What a key lets its holder do. */
export interface AuthKey {
    readonly id: string;
    readonly key: string;
    readonly reusable: boolean;
    readonly preauthorized: boolean;
    readonly tags: readonly string[];
    /** What its maker calls it. */
    readonly description: string;
    used: boolean;
}

/** A machine in the tailnet. */
export interface Device {
    readonly id: string;
    readonly hostname: string;
    readonly address: string;
    readonly tags: readonly string[];
    /** Networks it offers. */
    advertised: readonly string[];
    /** Networks of them the tailnet sends through it. */
    approved: readonly string[];
    /** True while the machine is on and has a way to the others. */
    readonly live: () => boolean;
}

/** What the policy is before anybody writes one (Tailscale, "Default ACL"). */
export const defaultPolicy = '{"acls":[{"action":"accept","src":["*"],"dst":["*:*"]}]}';

const api = "https://tailscale.com/api";

/** One tailnet. */
export class Tailnet {
    readonly keys = new Map<string, AuthKey>();
    readonly devices = new Map<string, Device>();
    /** Machines that keep trying to join: called before anybody looks. */
    readonly pending = new Set<() => void>();
    policyText: string;
    #policy: Policy;
    #drawn = 0;

    constructor(readonly site: SiteTailnet | undefined) {
        this.policyText = site?.policy ?? defaultPolicy;
        this.#policy = readPolicy(this.policyText);
    }

    /** Makes a key. Refuses a tag nobody owns. */
    makeKey(asked: Omit<AuthKey, "id" | "key" | "used">): AuthKey {
        const orphan = asked.tags.find((tag) => this.#policy.tagOwners[tag] === undefined);
        if (orphan !== undefined) {
            throw new Refusal(
                `Failed to create key: requested tags [${asked.tags.join(" ")}] are invalid or not permitted (400)`,
                `${api}: POST /tailnet/{tailnet}/keys; ${orphan} is not in tagOwners`,
            );
        }
        this.#drawn += 1;
        const id = `k${String(this.#drawn).padStart(11, "0")}CNTRL`;
        const made: AuthKey = { ...asked, id, key: `tskey-auth-${id}-${"rehearsed".repeat(3)}`, used: false };
        this.keys.set(id, made);
        return made;
    }

    /** Puts another policy in force. Refuses one that is none, or names tags nobody owns. */
    setPolicy(text: string): void {
        this.#policy = readPolicy(text);
        this.policyText = text;
    }

    /** Takes a machine in; the words of `tailscale up` where it does not. */
    join(asked: {
        readonly hostname: string;
        readonly key: string;
        readonly routes: readonly string[];
        readonly live: () => boolean;
    }): Device | string {
        const key = [...this.keys.values()].find((each) => each.key === asked.key);
        if (key === undefined) {
            return "backend error: invalid key: API key does not exist";
        }
        if (key.used && !key.reusable) {
            return "backend error: invalid key: API key already used";
        }
        const pool = this.#policy.pools.find(({ tag }) => key.tags.includes(tag))?.cidr ?? "100.64.0.0/10";
        const address = this.#free(pool);
        if (address === undefined) {
            return `backend error: no free address in the IP pool ${pool}`;
        }
        key.used = true;
        this.#drawn += 1;
        const approved = asked.routes.filter((route) => this.#approvesItself(route, key.tags));
        const device: Device = {
            id: `n${this.#drawn}CNTRL`,
            hostname: asked.hostname,
            address,
            tags: key.tags,
            advertised: asked.routes,
            approved,
            live: asked.live,
        };
        this.devices.set(device.id, device);
        return device;
    }

    /** What a machine offers from now on; what was approved of it stays approved, and what approves itself is. */
    advertise(hostname: string, routes: readonly string[]): void {
        const device = [...this.devices.values()].findLast((each) => each.hostname === hostname);
        if (device !== undefined) {
            device.advertised = routes;
            device.approved = routes.filter(
                (route) => device.approved.includes(route) || this.#approvesItself(route, device.tags),
            );
        }
    }

    /**
     * The first device of a host name or full name, undefined where none has joined. Dead or alive: a device stays until
     * somebody removes it, and nobody asks whether it answers (tailscale/terraform-provider-tailscale:
     * data_source_device.go).
     */
    find(name: string): Device | undefined {
        this.settle();
        const short = name.split(".")[0];
        return [...this.devices.values()].find(({ hostname }) => hostname === short);
    }

    /** Approves networks behind a device. Refuses a network it does not offer: nothing would be sent through it. */
    approve(id: string, routes: readonly string[]): void {
        this.settle();
        const device = this.devices.get(id);
        if (device === undefined) {
            throw new Refusal(
                "Failed to set device subnet routes: no such device (404)",
                `${api}: POST /device/{id}/routes`,
            );
        }
        const missing = routes.find((route) => !device.advertised.includes(route));
        if (missing !== undefined) {
            throw new Refusal(
                `Failed to set device subnet routes: ${device.hostname} does not advertise ${missing}`,
                "https://tailscale.com/kb/1019/subnets: a route is used once it is advertised and approved; the world is impatient",
            );
        }
        device.approved = routes;
    }

    /** True while the machine the program runs on has a way to a network through a live device. */
    reaches(cidr: string): boolean {
        this.settle();
        const wanted = networkRange(cidr);
        if (wanted === undefined || this.site === undefined || this.site.operator === false) {
            return false;
        }
        return [...this.devices.values()].some(({ approved, live }) =>
            approved.some((route) => {
                const range = networkRange(route);
                return range !== undefined && range.first <= wanted.first && range.last >= wanted.last && live();
            }),
        );
    }

    /** Lets every machine that keeps trying try again. */
    settle(): void {
        for (const attempt of [...this.pending]) {
            attempt();
        }
    }

    /** The last key of a description was shown to nobody: it joins nothing until it runs out. */
    lapse(description: string): void {
        const last = [...this.keys.values()].findLast((key) => key.description === description);
        this.keys.delete(last?.id ?? "");
    }

    /** Everything the stack made that is still there, one line each. Devices stay until somebody removes them. */
    remains(): string[] {
        return [...this.keys.values()].map(({ id }) => `Tailscale key ${id}`);
    }

    #approvesItself(route: string, tags: readonly string[]): boolean {
        return (this.#policy.autoApprovers[route] ?? []).some((approver) => tags.includes(approver));
    }

    #free(pool: string): string | undefined {
        const range = networkRange(pool);
        const taken = new Set([...this.devices.values()].map(({ address }) => addressNumber(address)));
        for (let number = range?.first ?? 0; range !== undefined && number <= range.last; number += 1) {
            if (!taken.has(number) && (range.first === range.last || number > range.first)) {
                return [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join(".");
            }
        }
        return undefined;
    }
}
