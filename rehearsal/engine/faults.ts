/** What is to fail in a rehearsal: how it is written, and how it comes between the engine and the world. */
import type { Asked, Interference } from "../protocol/operations";
import { Refusal } from "../world/refusal";
import type { Properties } from "../world/value";

/** One fault. */
export type Fault =
    /** An operation on every resource whose type or name matches fails: once, or as long as the fault is there. */
    | {
          readonly kind: "create" | "update" | "delete";
          /** A type token (`proxmoxve:index/vm:Vm`), its last part (`Vm`) or a logical name (`c0`). */
          readonly target: string;
          readonly times: "once" | "always";
      }
    /** A host is down: whatever is asked of it fails, until the fault is lifted. */
    | { readonly kind: "host"; readonly host: string }
    /** The engine is killed (SIGKILL) when the n-th create has begun in the world. */
    | { readonly kind: "kill-engine"; readonly afterCreate: number };

/** How a fault is written. */
const forms =
    "create:TYPE_OR_NAME, update:TYPE_OR_NAME or delete:TYPE_OR_NAME (each with :once or :always), host:NAME, or kill-engine:N";

/** Reads a fault, such as `create:c0:once` or `kill-engine:3`. Throws one sentence where it is none. */
export function parseFault(spec: string): Fault {
    const [, kind, rest] = /^(create|update|delete|host|kill-engine):(.+)$/.exec(spec) ?? [];
    if (kind === "host" && rest !== undefined) {
        return { kind, host: rest };
    }
    if (kind === "kill-engine" && rest !== undefined && /^[1-9]\d*$/.test(rest)) {
        return { kind, afterCreate: Number(rest) };
    }
    if ((kind === "create" || kind === "update" || kind === "delete") && rest !== undefined) {
        const [, target, times] = /^(.+?)(?::(once|always))?$/.exec(rest) ?? [];
        if (target !== undefined) {
            return { kind, target, times: times === "always" ? "always" : "once" };
        }
    }
    throw new Error(`The fault '${spec}' is not understood: write ${forms}.`);
}

/** A fault as `parseFault` reads it. */
export function describeFault(fault: Fault): string {
    switch (fault.kind) {
        case "host":
            return `host:${fault.host}`;
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

/** The faults of one rehearsal, armed. */
export class Faults implements Interference {
    #creates = 0;
    readonly #spent = new Set<Fault>();
    #lifted = false;

    /**
     * @param faults What is to fail.
     * @param killEngine Kills the engine and returns when it is dead.
     */
    constructor(
        private readonly faults: readonly Fault[],
        private readonly killEngine: () => void,
    ) {}

    /** True while something can still fail. */
    get armed(): boolean {
        return !this.#lifted && this.faults.some((fault) => !this.#spent.has(fault));
    }

    /** True where at least one fault struck. */
    get struck(): boolean {
        return this.#spent.size > 0 || this.#struckAlways;
    }

    #struckAlways = false;

    /** Ends every fault: what is repaired stays repaired. */
    lift(): void {
        this.#lifted = true;
    }

    /** Strikes where a fault says so. */
    begun(asked: Asked, properties: Properties): void {
        if (asked.kind === "create") {
            this.#creates++;
        }
        if (this.#lifted) {
            return;
        }
        for (const fault of this.faults) {
            if (!this.#spent.has(fault)) {
                this.#strike(fault, asked, properties);
            }
        }
    }

    #strike(fault: Fault, asked: Asked, properties: Properties): void {
        if (fault.kind === "kill-engine") {
            if (asked.kind === "create" && this.#creates >= fault.afterCreate) {
                this.#spent.add(fault);
                this.killEngine();
            }
            return;
        }
        if (fault.kind === "host") {
            if (hostKeys.some((key) => properties[key] === fault.host)) {
                this.#struckAlways = true;
                throw new Refusal(`dial tcp ${fault.host}: ${deadHost.words}`, deadHost.source);
            }
            return;
        }
        if (fault.kind === asked.kind && targets(fault.target, asked)) {
            if (fault.times === "once") {
                this.#spent.add(fault);
            } else {
                this.#struckAlways = true;
            }
            throw new Refusal(`${asked.type}: ${deadConnection.words}`, deadConnection.source);
        }
    }
}
