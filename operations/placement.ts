/**
 * Where an instance goes when Oracle has no room where it should be: to the next fault domain, then to the next
 * availability domain, as far as the policy pack lets it. The place is written into the stack's file, which is what the
 * next run reads; an instance that found room is left where it is.
 */
import type { ConfigValue, EngineEvent } from "@pulumi/pulumi/automation";
import { isOutOfCapacity } from "../components/cloud/capacity";
import { availabilityDomainName, faultDomainName, type Place } from "../components/cloud/instances";
import { Stopped } from "./interruption";

/** An instance Oracle had no room for, all new tries in place included. */
export interface NoRoom {
    /** Its display name, which is its key in the stack's config. */
    readonly instance: string;
    readonly place: Place;
}

/** What a stack says of its instances, as far as places go. */
export interface Places {
    readonly availabilityDomains: readonly string[];
    readonly instances: Readonly<Record<string, Place>>;
    readonly bastion: Place & { readonly name?: string };
    /** What its owner accepts; an entry may name the domain an instance stands in. */
    readonly acceptedRisks: readonly { readonly component: string }[];
}

/** Who hears what the engine does. */
export interface Events {
    readonly onEvent: (event: EngineEvent) => void;
}

/** What of an Automation API stack is needed here; both judge by the policy pack. */
export interface Placeable {
    preview(options: Events): Promise<unknown>;
    up(options: Events): Promise<unknown>;
    setConfig(key: string, value: ConfigValue, path?: boolean): Promise<void>;
}

const instanceType = "oci:Core/instance:Instance";

/** Every availability domain has these three (Oracle, "Regions and Availability Domains"). */
const faultDomains: readonly string[] = ["FAULT-DOMAIN-1", "FAULT-DOMAIN-2", "FAULT-DOMAIN-3"];

/** What a failed run says: who had no room, and whether that was all that went wrong. */
export function noRoomIn(events: readonly EngineEvent[]): {
    readonly noRoom: readonly NoRoom[];
    readonly nothingElse: boolean;
} {
    const failed = events.flatMap(({ resOpFailedEvent }) => (resOpFailedEvent === undefined ? [] : [resOpFailedEvent]));
    // The engine says why beside the step that failed. An ephemeral word is progress: Oracle's earlier answers are.
    const words = (urn: string): string =>
        events
            .flatMap(({ diagnosticEvent: said }) =>
                said?.urn === urn && said.severity === "error" && said.ephemeral !== true ? [said.message] : [],
            )
            .join("\n");
    const noRoom = failed.flatMap(({ metadata }): NoRoom[] => {
        const { displayName, availabilityDomain, faultDomain } = metadata.new?.inputs ?? {};
        return metadata.type === instanceType &&
            metadata.op.startsWith("create") &&
            isOutOfCapacity(words(metadata.urn)) &&
            typeof displayName === "string" &&
            typeof availabilityDomain === "string" &&
            typeof faultDomain === "string"
            ? [{ instance: displayName, place: { availabilityDomain, faultDomain } }]
            : [];
    });
    return { noRoom, nothingElse: noRoom.length > 0 && noRoom.length === failed.length };
}

/**
 * The place after a place, round and round: the next fault domain, and after the last the next availability domain.
 *
 * @param availabilityDomains Those it may go to; one where it may not leave its own.
 */
export function nextPlace(place: Place, availabilityDomains: readonly string[]): Place {
    const turn = faultDomains.indexOf(place.faultDomain) + 1;
    const next = faultDomains[turn];
    if (next !== undefined) {
        return { ...place, faultDomain: next };
    }
    const after = availabilityDomains.indexOf(place.availabilityDomain) + 1;
    return {
        availabilityDomain: availabilityDomains[after % availabilityDomains.length] ?? place.availabilityDomain,
        faultDomain: faultDomains[0] ?? place.faultDomain,
    };
}

/** The places of a deployment in its course. */
class Rotation {
    readonly #current: Record<string, Place>;
    readonly #accepted: string[];
    /** Places without room, and places the policy pack refuses. */
    readonly #tried = new Set<string>();

    constructor(
        private readonly stack: Placeable,
        private readonly places: Places,
        private readonly say: (sentence: string) => void,
    ) {
        this.#current = { ...places.instances, [this.#bastion]: places.bastion };
        this.#accepted = places.acceptedRisks.map(({ component }) => component);
    }

    get #bastion(): string {
        return this.places.bastion.name ?? "bastion";
    }

    /**
     * Moves each instance that found no room to its next place; one that has none stays where the file had it.
     *
     * @returns True where all of them moved, so that it is worth another run.
     */
    async moveOn(noRoom: readonly NoRoom[]): Promise<boolean> {
        // A place that comes again means that what was written is not what is read.
        const stuck = noRoom.some(
            ({ instance, place }) => !(instance in this.#current) || this.#tried.has(placeName(instance, place)),
        );
        if (stuck) {
            return false;
        }
        for (const { instance, place } of noRoom) {
            this.#tried.add(placeName(instance, place));
        }
        let moved = true;
        for (const { instance, place } of noRoom) {
            moved = (await this.#moveOn(instance, place)) && moved;
        }
        return moved;
    }

    async #moveOn(instance: string, from: Place): Promise<boolean> {
        // A region has the Micro shape in one availability domain only (Oracle, Always Free Resources).
        const domains = instance === this.#bastion ? [from.availabilityDomain] : this.places.availabilityDomains;
        const full = `${instance}: Oracle has no room in ${where(from)}`;
        for (let turn = 1, next = nextPlace(from, domains); ; turn++, next = nextPlace(next, domains)) {
            if (turn > faultDomains.length * domains.length) {
                await this.#put(instance, this.places.instances[instance] ?? this.places.bastion);
                this.say(`${full}, and there is no other place left to try; run it again later.`);
                return false;
            }
            if (this.#tried.has(placeName(instance, next))) {
                continue;
            }
            await this.#put(instance, next);
            const objections = await this.#objections().catch(async (error: unknown) => {
                await this.#put(instance, from);
                throw error;
            });
            if (objections.length === 0) {
                this.say(`${full}; the next try is in ${where(next)}, as the stack's file says now.`);
                return true;
            }
            this.say(`The policy pack does not let ${instance} go to ${where(next)}: ${objections.join(" ")}`);
            // Against the whole domain there is no use in trying the rest of it.
            const wide = objections.some((objection) => objection.includes(availabilityDomainName(next)));
            for (const faultDomain of wide ? faultDomains : [next.faultDomain]) {
                this.#tried.add(placeName(instance, { ...next, faultDomain }));
            }
        }
    }

    /** What the policy pack has against the places as they are written now. */
    async #objections(): Promise<string[]> {
        const events: EngineEvent[] = [];
        try {
            await this.stack.preview({ onEvent: (event) => void events.push(event) });
            return [];
        } catch (error) {
            const objections = events.flatMap(({ policyEvent }) =>
                policyEvent?.enforcementLevel === "mandatory" ? [finding(policyEvent.message)] : [],
            );
            if (objections.length === 0) {
                for (const { diagnosticEvent: said } of events) {
                    if (said?.severity === "error") {
                        this.say(said.message.trim());
                    }
                }
                throw error;
            }
            return objections;
        }
    }

    /** Writes where an instance is to stand. */
    async #put(instance: string, next: Place): Promise<void> {
        const before = this.#current[instance] ?? next;
        const key = instance === this.#bastion ? "strata:cloud.bastion" : `strata:cloud.instances.${instance}`;
        for (const property of ["availabilityDomain", "faultDomain"] as const) {
            if (before[property] !== next[property]) {
                await this.stack.setConfig(`${key}.${property}`, { value: next[property] }, true);
            }
        }
        this.#current[instance] = next;
        for (const domainOf of [availabilityDomainName, faultDomainName]) {
            await this.#accept(domainOf(before), domainOf(next), domainOf);
        }
    }

    /**
     * What the owner accepted of a domain goes with the last instance that leaves it: it is the same risk under another
     * name, and an acceptance nothing answers to is refused.
     */
    async #accept(before: string, next: string, domainOf: (place: Place) => string): Promise<void> {
        const isInUse = Object.keys(this.places.instances).some((name) => {
            const place = this.#current[name];
            return place !== undefined && domainOf(place) === before;
        });
        const entry = this.#accepted.indexOf(before);
        if (isInUse || entry < 0 || this.#accepted.includes(next)) {
            return;
        }
        await this.stack.setConfig(`strata:acceptedRisks[${entry}].component`, { value: next }, true);
        this.#accepted[entry] = next;
    }
}

/**
 * Deploys, and where nothing but room was missing goes to the next places and deploys again: each place once, and none
 * the policy pack refuses. What stands already is in the state and is not made again.
 *
 * @param say Told of every place that is given up.
 * @throws what the last run threw; an instance without a place stays where the file had it.
 */
export async function upWithRoom(stack: Placeable, places: Places, say: (sentence: string) => void): Promise<void> {
    const rotation = new Rotation(stack, places, say);
    for (;;) {
        const events: EngineEvent[] = [];
        try {
            await stack.up({ onEvent: (event) => void events.push(event) });
            return;
        } catch (error) {
            const { noRoom, nothingElse } = noRoomIn(events);
            if (error instanceof Stopped || !(await rotation.moveOn(noRoom)) || !nothingElse) {
                throw error;
            }
        }
    }
}

/** What a rule found: the engine puts it below the rule's description. */
function finding(message: string): string {
    return message.trim().split("\n").at(-1) ?? message;
}

function where({ availabilityDomain, faultDomain }: Place): string {
    return `${faultDomain} of ${availabilityDomain}`;
}

function placeName(instance: string, place: Place): string {
    return `${instance} ${where(place)}`;
}
