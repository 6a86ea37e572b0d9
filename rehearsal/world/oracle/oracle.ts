/** Oracle's tenancy: what is in it, and the rules of its API. */
import { createHash } from "node:crypto";
import type { Operation } from "../behaviour";
import type { Clock } from "../clock";
import type { Host, Network } from "../network";
import type { Outages } from "../outages";
import type { Random } from "../random";
import type { Site } from "../site";
import type { Talos } from "../talos";
import { type Properties, text } from "../value";
import { listensOn } from "./boot";
import { type OracleRequest, oracleError } from "./errors";
import type { Hosts } from "./hosts";
import { imageType, siteImages } from "./images";
import { type QuotaChange, waitForQuotas } from "./quotas-in-force";
import type { SiteOracle } from "./site";
import { enterSiteObjects } from "./storage";
import { type Trace, traceIn } from "./trace";
import { type Fail, notFound, type OracleType, type Thing } from "./type";
import { unfinishedUploads } from "./uploads";

/** Networks that come and go with what is deployed. */
export interface RunTimeNetworks {
    addNetwork?(name: string, network: { readonly cidr: string; readonly reachable: () => boolean }): void;
    removeNetwork?(name: string): void;
}

/** What Oracle needs of the world. */
export interface OracleSurroundings {
    readonly site: Site;
    readonly random: Random;
    readonly network: Network & RunTimeNetworks;
    readonly talos: Talos;
    readonly outages: Outages;
    readonly clock: Pick<Clock, "now">;
    /** Who runs Linux on instances. Undefined: such instances boot, and nothing on them answers. */
    readonly hosts?: Hosts;
    /** True where a network is reached from the machine the program runs on, e.g. over a mesh. Undefined: never. */
    readonly reachesPrivately?: (cidr: string) => boolean;
}

/** One tenancy in one region. */
export class Oracle {
    readonly things = new Map<string, Thing>();
    /** What runs Linux on an instance, by the instance's id. */
    readonly running = new Map<string, Host>();
    /** Quota policies that were written, by id. */
    readonly quotaChanges = new Map<string, QuotaChange>();
    /** Launches of A1 that will still find no room. */
    refusalsLeft: number;
    #drawn = 0;

    constructor(readonly around: OracleSurroundings) {
        this.refusalsLeft = around.site.oracle?.capacityRefusals ?? 0;
        for (const { name, computed } of around.site.oracle === undefined ? [] : siteImages(around.site.oracle)) {
            const id = this.draw("image", name);
            this.things.set(id, {
                id,
                type: imageType,
                inputs: { displayName: name },
                computed: { ...computed, id },
                owned: false,
            });
        }
        if (around.site.oracle !== undefined) {
            enterSiteObjects(this);
        }
    }

    /** The tenancy as it stood. @throws Error where the site has none. */
    get site(): SiteOracle {
        const { oracle } = this.around.site;
        if (oracle === undefined) {
            throw new Error("The site has no Oracle tenancy: name a site that has one.");
        }
        return oracle;
    }

    /** An identifier as Oracle draws it: nobody knows it beforehand. */
    draw(kind: string, salt = ""): string {
        const digest = createHash("sha256")
            .update(`${kind} ${salt} ${this.#drawn++} ${this.around.random.next()}`)
            .digest("hex");
        const region = kind === "compartment" ? "" : this.site.region;
        return `ocid1.${kind}.oc1.${region}.aaaaaaaa${digest.slice(0, 52)}`;
    }

    /** The thing with an id and of a kind, undefined where there is none. */
    find(kind: string, id: string | undefined): Thing | undefined {
        const thing = id === undefined ? undefined : this.things.get(id);
        return thing?.type.kind === kind ? thing : undefined;
    }

    /** All things of a kind, in the order they were made. */
    all(kind: string): Thing[] {
        return [...this.things.values()].filter(({ type }) => type.kind === kind);
    }

    /** The thing an input names; Oracle answers 404 where there is none. */
    need(kind: string, inputs: Properties, key: string, fail: Fail): Thing {
        const found = this.find(kind, text(inputs, key));
        if (found === undefined) {
            throw fail(notFound);
        }
        return found;
    }

    /** True for the tenancy's root and for compartments that are there. */
    hasCompartment(id: string | undefined): boolean {
        return (
            id === this.site.tenancyId ||
            this.find("compartment", id) !== undefined ||
            (id !== undefined && this.site.compartments?.[id] !== undefined)
        );
    }

    /** Name of a compartment, undefined for the root and for what is not there. */
    compartmentName(id: string | undefined): string | undefined {
        return id === undefined
            ? undefined
            : (text(this.find("compartment", id)?.inputs, "name") ?? this.site.compartments?.[id]);
    }

    /** Enters a thing that comes with another. */
    enter(type: OracleType, inputs: Properties, computed: Properties, owned: boolean): Thing {
        const id = type.id?.(inputs) ?? this.draw(type.kind, text(inputs, "displayName") ?? "");
        const thing: Thing = { id, type, inputs, computed: { ...computed, id }, owned };
        this.things.set(id, thing);
        return thing;
    }

    /** What the API adds to a thing it is asked to make. @throws Refusal where it does not make it. */
    admit(type: OracleType, inputs: Properties): Properties {
        const fail = this.#failing(type, type.verb ?? "Create", `POST ${type.path}`);
        const compartment = text(inputs, "compartmentId");
        if (compartment !== undefined && !this.hasCompartment(compartment)) {
            throw fail(notFound);
        }
        return type.begin(this, inputs, fail);
    }

    /** Makes a thing as its API does, and lets its time pass. */
    async create(type: OracleType, inputs: Properties, operation: Operation): Promise<Thing> {
        const computed = await this.#admitted(type, inputs, operation);
        const thing = this.enter(type, inputs, computed, true);
        type.made?.(this, thing);
        await operation.takes(type.step);
        await type.ready?.(this, thing, operation);
        return thing;
    }

    async #admitted(type: OracleType, inputs: Properties, operation: Operation): Promise<Properties> {
        try {
            return this.admit(type, inputs);
        } catch (refusal) {
            await waitForQuotas(this, refusal, operation);
            throw refusal;
        }
    }

    /** Changes a thing in place. */
    change(thing: Thing, inputs: Properties): void {
        const { type } = thing;
        const fail = this.#failing(type, "Update", `PUT ${type.path}/${thing.id}`);
        const computed = type.change?.(this, thing, inputs, fail) ?? {};
        thing.inputs = inputs;
        thing.computed = { ...thing.computed, ...computed };
    }

    /** Takes a thing away. Refuses while others use it. */
    remove(thing: Thing): void {
        const { type } = thing;
        const verb = type.noun === "Instance" ? "Terminate" : "Delete";
        if (type.end?.(this, thing, this.#failing(type, verb, `DELETE ${type.path}/${thing.id}`)) !== false) {
            this.things.delete(thing.id);
        }
    }

    /** Follows a packet from a public address to a public address of the tenancy; TCP where nothing is said. */
    trace(from: string, publicIp: string, port: number): Trace {
        return traceIn(this, from, publicIp, port);
    }

    /** True where a call from the machine the program runs on is let in to a public address. */
    letsIn(publicIp: string, port: number): boolean {
        return this.trace(this.around.site.operatorAddress ?? "198.51.100.7", publicIp, port).delivered;
    }

    /** True where a call from the machine the program runs on is let in to a public address, and something answers. */
    answers(publicIp: string, port: number): boolean {
        const { at } = this.trace(this.around.site.operatorAddress ?? "198.51.100.7", publicIp, port);
        const instance = this.all("instance").find(({ computed }) => computed.displayName === at?.instance);
        return instance !== undefined && listensOn(this, instance, port);
    }

    /** What is wrong though every request was accepted, one sentence each. */
    audit(): string[] {
        const images = this.all("image")
            .filter(({ computed, owned }) => owned && computed.state !== "AVAILABLE")
            .map(({ inputs }) => `image ${text(inputs, "displayName") ?? ""} was never imported to its end`);
        return [...images, ...unfinishedUploads(this)];
    }

    /** What the stack made and is still there, one line each. */
    remains(): string[] {
        return [...this.things.values()]
            .filter(({ owned, type }) => owned || type.kind === "bootvolume")
            .map(({ id, inputs, type }) => {
                const name = text(inputs, "displayName") ?? text(inputs, "name") ?? text(inputs, "object") ?? id;
                return `Oracle: ${type.service} '${name}'`;
            });
    }

    #failing(type: OracleType, verb: string, target: string): Fail {
        const request: OracleRequest = {
            service: type.service,
            operation: `${verb}${type.noun}`,
            target,
            region: this.site.region,
        };
        return (answer) => oracleError(request, { status: 400, ...answer });
    }
}
