/** What is to fail in a rehearsal: how it is written, and how it comes between the engine and the world. */
import type { Asked, Interference } from "../protocol/operations";
import type { Cut, PackageBehaviour } from "../world/behaviour";
import { Refusal } from "../world/refusal";
import type { Properties } from "../world/value";
import type { World } from "../world/world";

/** One fault. */
export type Fault =
    /** An operation on every resource whose type or name matches fails: once, so many times, or as long as it is there. */
    | {
          readonly kind: "create" | "update" | "delete";
          /** A type token (`proxmoxve:index/vm:Vm`), its last part (`Vm`) or a logical name (`c0`). */
          readonly target: string;
          readonly times: "once" | "always" | number;
      }
    /**
     * A host is dark: whatever is asked of it fails, until the fault is lifted. One of the world's hosts, or one of the
     * internet, e.g. `github.com`.
     */
    | {
          readonly kind: "host";
          readonly host: string;
          /** Logical name of the resource it goes dark in the middle of; undefined: when it is first called. */
          readonly during?: string;
      }
    /** The engine is killed (SIGKILL) when the n-th create has begun in the world. */
    | { readonly kind: "kill-engine"; readonly afterCreate: number };

type HostFault = Extract<Fault, { readonly kind: "host" }>;

/** How a fault is written. */
const forms =
    "create:TYPE_OR_NAME, update:TYPE_OR_NAME or delete:TYPE_OR_NAME (each with :once, :always or a number of times), host:NAME (or host:NAME@RESOURCE, in the middle of its making), or kill-engine:N";

/** A name or a type token, `package:module:Type`, and how often: what else stands behind a colon is a mistake. */
const faultTarget = /^([^:]+|[^:]+:[^:]+:[^:]+)(?::(once|always|[1-9]\d*))?$/;

/** Reads a fault, such as `create:c0:once` or `kill-engine:3`. Throws one sentence where it is none. */
export function parseFault(spec: string): Fault {
    const [, kind, rest] = /^(create|update|delete|host|kill-engine):(.+)$/.exec(spec) ?? [];
    if (kind === "host" && rest !== undefined) {
        const [, host = rest, during] = /^([^@]+)@(.+)$/.exec(rest) ?? [];
        return { kind, host, ...(during === undefined ? {} : { during }) };
    }
    if (kind === "kill-engine" && rest !== undefined && /^[1-9]\d*$/.test(rest)) {
        return { kind, afterCreate: Number(rest) };
    }
    if ((kind === "create" || kind === "update" || kind === "delete") && rest !== undefined) {
        const [, target, times] = faultTarget.exec(rest) ?? [];
        if (target !== undefined) {
            const often =
                times === undefined || times === "once" || times === "always" ? (times ?? "once") : Number(times);
            return { kind, target, times: often };
        }
    }
    throw new Error(`The fault '${spec}' is not understood: write ${forms}.`);
}

/** A fault as `parseFault` reads it. */
export function describeFault(fault: Fault): string {
    switch (fault.kind) {
        case "host":
            return `host:${fault.host}${fault.during === undefined ? "" : `@${fault.during}`}`;
        case "kill-engine":
            return `kill-engine:${fault.afterCreate}`;
        default:
            return `${fault.kind}:${fault.target}:${fault.times}`;
    }
}

/** True where a fault's target names this resource: by type token, by its last part, or by logical name. */
export function targets(target: string, resource: { readonly type: string; readonly name: string }): boolean {
    return target === resource.name || target === resource.type || target === resource.type.split(":").at(-1);
}

/** What an API behind a dead connection answers, by package: the words its provider passes on. */
const deadConnection = {
    words: "connection reset by peer",
    source: "Go, package syscall: ECONNRESET, which every provider written in Go passes on",
} as const;

/** What an API on a host that is down answers. */
const deadHost = {
    words: "connect: no route to host",
    source: "Go, package syscall: EHOSTUNREACH, which every provider written in Go passes on",
} as const;

/** Where the properties of a resource name a host, by the key Proxmox resources use. */
const hostKeys = ["nodeName", "node", "host"] as const;

/** What a fault does that strikes an operation, where the package has words or a cut of its own. */
export type FaultWords = (asked: Asked) => Refusal | Cut | undefined;

/** The words of the packages themselves. */
export function packageWords(packages: readonly PackageBehaviour[]): FaultWords {
    return ({ kind, type }) =>
        kind === "read" ? undefined : packages.find(({ name }) => type.startsWith(`${name}:`))?.fault?.(kind, type);
}

/** The faults of one rehearsal, armed. */
export class Faults implements Interference {
    #creates = 0;
    #strikes = 0;
    #killed = false;
    readonly #armed: Set<Fault>;
    readonly #struck = new Set<Fault>();
    readonly #left = new Map<Fault, number>();
    /** Faults of hosts whose moment has come. */
    readonly #due = new Set<HostFault>();

    /**
     * @param faults What is to fail.
     * @param killEngine Kills the engine and returns when it is dead.
     * @param words What a fault says, where the package has words of its own.
     * @param world Where hosts go dark. Default: a host is only what the properties of a resource name.
     */
    constructor(
        faults: readonly Fault[],
        private readonly killEngine: () => void,
        private readonly words: FaultWords = () => undefined,
        private readonly world?: Pick<World, "outages" | "hosts">,
    ) {
        this.#armed = new Set(faults);
    }

    /** How often a fault struck so far. */
    get strikes(): number {
        this.#lookForOutages();
        return this.#strikes;
    }

    /** Faults that found nothing to strike, as they are written. */
    get idle(): readonly string[] {
        this.#lookForOutages();
        return [...this.#armed].filter((fault) => !this.#struck.has(fault)).map(describeFault);
    }

    /** Disarms every fault that struck: what is broken was mended. */
    repair(): void {
        this.#lookForOutages();
        for (const fault of this.#struck) {
            this.#armed.delete(fault);
            if (fault.kind === "host") {
                this.world?.outages.end(fault.host);
            }
        }
    }

    /** True where a fault killed the engine and nobody asked about it yet. */
    get killedEngine(): boolean {
        return this.#killed;
    }

    /** True, once, where a fault killed the engine since the last time this was asked. */
    takeKill(): boolean {
        const killed = this.#killed;
        this.#killed = false;
        return killed;
    }

    /** Strikes where a fault says so: at once, or by what then happens in the operation's place. */
    begun(asked: Asked, properties: Properties): Cut | undefined {
        if (asked.kind === "create") {
            this.#creates++;
        }
        for (const fault of this.#armed) {
            const cut = this.#strike(fault, asked, properties);
            if (cut !== undefined) {
                return cut;
            }
        }
        return undefined;
    }

    #strike(fault: Fault, asked: Asked, properties: Properties): Cut | undefined {
        switch (fault.kind) {
            case "kill-engine":
                if (asked.kind === "create" && this.#creates >= fault.afterCreate) {
                    this.#count(fault);
                    this.#armed.delete(fault);
                    this.#killed = true;
                    this.killEngine();
                }
                return undefined;
            case "host":
                this.#darken(fault, asked);
                if (fault.during === undefined && hostKeys.some((key) => properties[key] === fault.host)) {
                    this.#count(fault);
                    throw new Refusal(`dial tcp ${fault.host}: ${deadHost.words}`, deadHost.source);
                }
                return undefined;
            default:
                return fault.kind === asked.kind && targets(fault.target, asked) ? this.#fail(fault, asked) : undefined;
        }
    }

    #fail(fault: Extract<Fault, { readonly times: unknown }>, asked: Asked): Cut {
        this.#count(fault);
        this.#spend(fault, fault.times);
        const own = this.words(asked) ?? new Refusal(`${asked.type}: ${deadConnection.words}`, deadConnection.source);
        if (own instanceof Refusal) {
            throw own;
        }
        return own;
    }

    /** Lets a host go dark at its next call, or in the middle of what it is about to be asked. */
    #darken(fault: HostFault, asked: Asked): void {
        const { host, during } = fault;
        if (during !== undefined && !(asked.kind === "create" && asked.name === during)) {
            return;
        }
        this.#due.add(fault);
        const found = during === undefined ? undefined : this.world?.hosts.named(host);
        if (found === undefined) {
            this.world?.outages.begin(host);
        } else {
            found.cut({ commands: "half", dark: true });
        }
    }

    /** An outage strikes where the world calls a host, which no operation tells. */
    #lookForOutages(): void {
        for (const fault of this.#due) {
            if (this.world?.outages.isDark(fault.host) === true && !this.#struck.has(fault)) {
                this.#count(fault);
            }
        }
    }

    /** Disarms a fault that has struck as often as it was to. */
    #spend(fault: Fault, times: "once" | "always" | number): void {
        if (times === "always") {
            return;
        }
        const left = (this.#left.get(fault) ?? (times === "once" ? 1 : times)) - 1;
        this.#left.set(fault, left);
        if (left <= 0) {
            this.#armed.delete(fault);
        }
    }

    #count(fault: Fault): void {
        this.#strikes++;
        this.#struck.add(fault);
    }
}
